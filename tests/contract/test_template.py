"""The template against the code and the contract: routes, permissions, logs, and an event file per function."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from scripts.project.template import load_template
from tests.support import policies
from tests.support.api import EVENTS, ROOT
from tests.support.catalogue import DOCUMENTED, REFUSED
from tests.support.catalogue.callers import EVERYBODY
from tests.support.policies import LEADING_KEYS, as_list
from tests.support.reaching import reached_by
from tests.support.translation import translated

TEMPLATE = load_template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
# Its code stands in the template: it answers what nobody else does.
FALLBACK = "FallbackFunction"
OWN = {name: properties for name, properties in FUNCTIONS.items() if name != FALLBACK}

READS = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "s3:GetObject", "s3:GetObjectVersion"}
READS |= {"secretsmanager:GetSecretValue", "s3:ListBucket"}
# The only writes of a GET: somebody waits for their export.
WRITES_OF_READERS = {"ExportDataFunction": {"dynamodb:PutItem"}}
# Functions that a queue of work feeds, and nothing else.
WORKERS = {
    *("PromoteFunction", "IndexCatalogueFunction", "CarryOnFunction", "AnnounceFunction"),
    *("WriteExportFunction", "FinishErasureFunction", "SendMailFunction", "RecordFeedbackFunction"),
}
# Reading the whole table is nobody's job.
RESOURCES_MAX = 500  # of CloudFormation
ROOM_LEFT = 30  # ten more endpoints
NEVER = {"dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:DeleteTable", "s3:ListAllMyBuckets"}


def module_of(properties: dict[str, Any]) -> str:
    return str(properties["Handler"]).rpartition(".")[0]


def events_of(properties: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event["Properties"] for event in properties.get("Events", {}).values() if event["Type"] == kind]


def routes_of(properties: dict[str, Any]) -> set[str]:
    """Return the routes of a function; HEAD is answered by that of GET."""
    methods = {(event["Method"].upper(), event["Path"]) for event in events_of(properties, "Api")}
    return {f"{method} {path}" for method, path in methods if method != "HEAD" or ("GET", path) not in methods}


def own_statements_of(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of the function itself, without the policies that it shares with others."""
    own = [policy for policy in properties.get("Policies", []) if "Ref" not in policy]
    return policies.statements_of({"Policies": own}, RESOURCES)


# -- routes


def test_routes_are_the_documented_ones() -> None:
    routes = [route for properties in OWN.values() for route in routes_of(properties)]
    assert len(routes) == len(set(routes)), "a route has two functions"
    assert set(routes) == DOCUMENTED


@pytest.mark.parametrize("name", [name for name, properties in OWN.items() if routes_of(properties)])
def test_function_answers_its_own_route_and_no_other(name: str) -> None:
    app = importlib.import_module(module_of(OWN[name])).app
    registered = {
        f"{method} {route.path.replace('<', '{').replace('>', '}')}"
        for route in [*app._static_routes, *app._dynamic_routes]
        for method in ([route.method] if isinstance(route.method, str) else route.method)
    }
    assert registered == routes_of(OWN[name])


def test_every_handler_has_a_function() -> None:
    handlers = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts) + ".lambda_handler"
        for path in (ROOT / "functions").rglob("*.py")
        if re.search(r"^(lambda_handler =|def lambda_handler)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert handlers == {properties["Handler"] for properties in OWN.values()}


@pytest.mark.parametrize("name", OWN)
def test_function_is_built_from_its_contexts_folder(name: str) -> None:
    package = module_of(OWN[name]).rpartition(".")[0]
    assert OWN[name]["CodeUri"] == package.replace(".", "/")
    build = RESOURCES[name]["Metadata"]["BuildProperties"]
    assert build == {"ParentPackageMode": "explicit", "ParentPackages": package}


# -- permissions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_policy_names_actions_and_resources(name: str) -> None:
    assert "Role" not in FUNCTIONS[name]
    for statement in policies.statements_of(FUNCTIONS[name], RESOURCES):
        for action in as_list(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action), action
            assert action not in NEVER
        if statement["Effect"] == "Deny":
            continue
        for resource in as_list(statement["Resource"]):
            assert resource != "*"
            # Each is a resource of this template, or a part of one.
            named = set(re.findall(r"'(?:Ref|Fn::GetAtt)': \[?'(\w+)'|\$\{(\w+)", str(resource)))
            owners = {owner for pair in named for owner in pair if owner}
            assert owners & set(RESOURCES), resource


@pytest.mark.parametrize("name", FUNCTIONS)
def test_indexes_are_only_queried(name: str) -> None:
    for statement in policies.statements_of(FUNCTIONS[name], RESOURCES):
        resources = as_list(statement.get("Resource", []))
        if any("/index/" in str(resource) for resource in resources):
            assert as_list(statement["Action"]) == ["dynamodb:Query"]
            assert all(str(resource).count("*") == 0 for resource in resources)


@pytest.mark.parametrize(
    "name",
    [name for name, properties in OWN.items() if any(route.startswith("GET ") for route in routes_of(properties))],
)
def test_functions_that_only_read_may_only_read(name: str) -> None:
    """Of its own. What all functions that know their caller may write lies in people's own partitions alone."""
    assert policies.actions_of(own_statements_of(OWN[name])) <= READS | WRITES_OF_READERS.get(name, set())
    shared = [RESOURCES[one["Ref"]]["Properties"]["PolicyDocument"] for one in OWN[name]["Policies"] if "Ref" in one]
    for statement in (one for document in shared for one in document["Statement"] if one["Effect"] == "Allow"):
        assert policies.actions_of([statement]) <= READS or statement["Condition"] == LEADING_KEYS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_permission_is_given_twice(name: str) -> None:
    granted = [
        (action, str(resource), str(statement.get("Condition")))
        for statement in policies.statements_of(FUNCTIONS[name], RESOURCES)
        for action in as_list(statement["Action"])
        for resource in as_list(statement.get("Resource", []))
    ]
    assert len(granted) == len(set(granted))


# In the code: a token is verified, or the user of a connection is told.
ASKING = {("peerlearn.bootstrap.security", "published_keys"), ("peerlearn.http.websocket", "Sender")}
# A middleware of every endpoint, which asks where an idempotency key is sent: to a POST, see OncePolicy.
WITH_A_KEY = "peerlearn.http.idempotency"


def test_functions_that_ask_who_is_calling_have_the_policy_for_it_and_no_other_has() -> None:
    asking = {name for name in OWN if ASKING & reached_by(module_of(OWN[name]), not_through=WITH_A_KEY)}
    # a token that is sent along with a key is looked at, although the endpoint needs none
    assert asking | with_policy("OncePolicy") == with_policy("CallerPolicy")


def is_open_to_everybody(properties: dict[str, Any]) -> bool:
    """Return whether the catalogue of requests lets everybody in."""
    return REFUSED.get(module_of(properties).rpartition(".")[2]) == EVERYBODY


def test_functions_without_a_caller_cannot_read_keys_or_people() -> None:
    strangers = set(FUNCTIONS) - with_policy("CallerPolicy")
    # a link to a calendar is its own key, and so is a ticket
    everybody = {name for name, properties in OWN.items() if is_open_to_everybody(properties)}
    others = {FALLBACK, "AuthorizeFunction", "FollowUpFunction", "NotifyFunction", "TickFunction", *WORKERS}
    assert strangers - everybody == others
    for name, properties in FUNCTIONS.items():
        assert "secretsmanager:GetSecretValue" not in policies.actions_of(own_statements_of(properties)), name


def with_policy(policy: str) -> set[str]:
    return {name for name, properties in FUNCTIONS.items() if {"Ref": policy} in properties["Policies"]}


def test_three_functions_sign_and_nobody_else_reads_their_secret_or_writes_their_keys() -> None:
    assert with_policy("SignerPolicy") == {"RegisterFunction", "LoginFunction", "RefreshFunction"}
    reaching = {
        (name, action)
        for name, resource in RESOURCES.items()
        if resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::Serverless::Function")
        for statement in policy_statements(resource["Properties"])
        if re.search(r"SigningKey(Secret|sTable)", str(statement.get("Resource")))
        for action in as_list(statement["Action"])
    }
    assert reaching == {
        ("CallerPolicy", "dynamodb:GetItem"),
        ("SignerPolicy", "dynamodb:PutItem"),
        ("SignerPolicy", "secretsmanager:GetSecretValue"),
    }


def policy_statements(properties: dict[str, Any]) -> list[dict[str, Any]]:
    if "PolicyDocument" in properties:
        return list(properties["PolicyDocument"]["Statement"])
    return own_statements_of(properties)


def test_functions_that_answer_in_pages_read_the_secret_of_cursors() -> None:
    paging = {
        name
        for name, properties in OWN.items()
        if "cursors()" in (ROOT / f"{module_of(properties).replace('.', '/')}.py").read_text(encoding="utf-8")
    }
    assert with_policy("CursorPolicy") == paging


def test_functions_that_answer_a_post_may_keep_its_answer() -> None:
    posting = {
        name for name, properties in OWN.items() if any(route.startswith("POST ") for route in routes_of(properties))
    }
    assert with_policy("OncePolicy") == posting


# -- permissions and resources as CloudFormation is told of them


@pytest.fixture(scope="module")
def deployed() -> dict[str, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        return translated(load_template())


# Policies that SAM attaches by itself, about all of their kind in the account. LogPolicy cuts the reach of the first;
# whom an event source feeds denies itself what goes beyond that source.
OF_AWS = {"AWSLambdaBasicExecutionRole"}
_QUEUES, _STREAMS = frozenset({"AWSLambdaSQSQueueExecutionRole"}), frozenset({"AWSLambdaDynamoDBExecutionRole"})
OF_AWS_FOR = {
    **dict.fromkeys(WORKERS, _QUEUES),
    # what they put aside comes back from a queue
    **dict.fromkeys(("FollowUpFunction", "NotifyFunction"), _QUEUES | _STREAMS),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_role_has_nothing_that_the_template_does_not_say(name: str, deployed: dict[str, dict[str, Any]]) -> None:
    role = deployed[f"{name}Role"]["Properties"]
    attached = role["ManagedPolicyArns"]
    of_aws = {str(arn).rpartition("/")[2].rstrip("'}") for arn in attached if "Ref" not in arn}
    assert of_aws == OF_AWS | OF_AWS_FOR.get(name, set())
    ours = [arn for arn in attached if "Ref" in arn]
    assert ours == [policy for policy in FUNCTIONS[name]["Policies"] if "Ref" in policy]
    for statement in own_statements_of_role(role):
        if statement["Effect"] == "Allow":
            assert "*" not in as_list(statement["Resource"])
            assert "NotResource" not in statement


def own_statements_of_role(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]


# Names of streams, and nothing that is in them.
HARMLESS = {"dynamodb:ListStreams"}


@pytest.mark.parametrize("name", OF_AWS_FOR)
def test_role_reads_its_own_queue_and_stream_and_no_other(name: str, deployed: dict[str, dict[str, Any]]) -> None:
    """Actions that AWS's policies allow on everything are denied beyond what the function's sources name."""
    of_aws = json.loads(aws_managed_policies_data)
    beyond = {
        action
        for policy in OF_AWS_FOR[name]
        for statement in of_aws[policy]["Document"]["Statement"]
        for action in as_list(statement["Action"])
        if not action.startswith("logs:")
    }
    sources = events_of(FUNCTIONS[name], "SQS") + events_of(FUNCTIONS[name], "DynamoDB")
    own = [source.get("Queue") or source["Stream"] for source in sources]
    spared: dict[str, list[Any]] = {}
    for statement in own_statements_of_role(deployed[f"{name}Role"]["Properties"]):
        if statement["Effect"] == "Deny":
            for action in as_list(statement["Action"]):
                spared.setdefault(action, []).extend(as_list(statement["NotResource"]))
    assert beyond - HARMLESS == set(spared)
    for action, resources in spared.items():
        is_of_streams = action.startswith("dynamodb:")
        assert resources == [one for one in own if (one["Fn::GetAtt"][0] == "Table") is is_of_streams], action


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_writes_to_this_stacks_log_groups_and_makes_none(name: str) -> None:
    assert {"Ref": "LogPolicy"} in FUNCTIONS[name]["Policies"]
    making, elsewhere = RESOURCES["LogPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert making == {"Effect": "Deny", "Action": "logs:CreateLogGroup", "Resource": "*"}
    assert elsewhere["Effect"] == "Deny"
    assert set(elsewhere["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    spared = elsewhere["NotResource"]["Fn::Sub"].rpartition(":log-group:")[2]
    group = RESOURCES[FUNCTIONS[name]["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert spared.endswith("/*")
    assert group.startswith(spared.removesuffix("*"))


def test_an_endpoint_costs_a_function_and_a_role_and_each_route_a_permission(
    deployed: dict[str, dict[str, Any]],
) -> None:
    """With `sam deploy` alone: `make deploy` leaves out the permissions (test_release.py)."""
    for name in (name for name in OWN if routes_of(OWN[name])):
        permissions = ["AWS::Lambda::Permission"] * len(events_of(OWN[name], "Api"))
        of_its_own = [one for one in deployed if one.startswith(name)]
        assert sorted(deployed[one]["Type"] for one in of_its_own) == [
            *("AWS::IAM::Role", "AWS::Lambda::Function", *permissions),
        ]


def test_there_is_room_for_endpoints_to_come(deployed: dict[str, dict[str, Any]]) -> None:
    """Each costs three, and CloudFormation takes 500 resources of a stack."""
    left = RESOURCES_MAX - len(deployed)
    assert left >= ROOM_LEFT, f"{len(deployed)} resources, {left} of {RESOURCES_MAX} left: {left // 3} endpoints"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_secret_in_the_environment(name: str) -> None:
    everywhere = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    own = FUNCTIONS[name].get("Environment", {}).get("Variables", {})
    assert "resolve:" not in str({**everywhere, **own})


# -- logs and events


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_logs_into_its_contexts_group(name: str) -> None:
    context = "fallback" if name == FALLBACK else module_of(FUNCTIONS[name]).split(".")[1]
    group = FUNCTIONS[name]["LoggingConfig"]["LogGroup"]["Ref"]
    assert group == f"{context.capitalize()}LogGroup"
    properties = RESOURCES[group]["Properties"]
    assert properties["LogGroupName"] == {"Fn::Sub": f"/peerlearn/${{AWS::StackName}}/{context}"}
    assert properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_no_log_group_is_left_over() -> None:
    groups = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Logs::LogGroup"}
    # one is API Gateway's
    assert groups - {"AccessLogGroup"} == {one["LoggingConfig"]["LogGroup"]["Ref"] for one in FUNCTIONS.values()}


def event_path(name: str) -> Path:
    module = "fallback" if name == FALLBACK else module_of(FUNCTIONS[name]).rpartition(".")[2]
    return EVENTS / f"{module}.json"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_has_an_event_file(name: str) -> None:
    event = json.loads(event_path(name).read_text(encoding="utf-8"))
    if routes := routes_of(FUNCTIONS[name]):
        assert f"{event['httpMethod']} {event['resource']}" in routes
        pattern = re.sub(r"\\{\w+(\\\+)?\\}", ".+", re.escape(event["resource"]))
        assert re.fullmatch(pattern, event["path"])
        assert set(event["pathParameters"] or {}) == set(re.findall(r"{(\w+)\+?}", event["resource"]))
    else:
        assert event


def test_no_event_file_is_left_over() -> None:
    assert set(EVENTS.glob("*")) == {event_path(name) for name in FUNCTIONS}


# -- queues of work


def queue_of(name: str) -> str:
    """Return the queue that feeds a worker."""
    (source,) = events_of(OWN[name], "SQS")
    return str(source["Queue"]["Fn::GetAtt"][0])


def test_workers_are_those_whom_a_queue_alone_feeds() -> None:
    fed = {
        name
        for name, properties in OWN.items()
        if {e["Type"] for e in properties.get("Events", {}).values()} == {"SQS"}
    }
    assert fed == WORKERS
    assert len({queue_of(name) for name in WORKERS}) == len(WORKERS), "two workers share a queue"


@pytest.mark.parametrize("name", sorted(WORKERS))
def test_worker_has_bounds_of_its_own_and_gives_up_in_good_order(name: str) -> None:
    (source,) = events_of(OWN[name], "SQS")
    queue = RESOURCES[queue_of(name)]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # a rush of one kind of work leaves room for the others, and for whoever waits for an answer
    assert 2 <= source["ScalingConfig"]["MaximumConcurrency"] <= 5
    # Lambda refuses a queue that shows a message again while a function may still be at it
    assert queue["VisibilityTimeout"] >= OWN[name]["Timeout"]
    assert 3 <= queue["RedrivePolicy"]["maxReceiveCount"] <= 10
    letters = RESOURCES[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]["Properties"]
    assert letters.get("FifoQueue") == queue.get("FifoQueue")
    assert letters["MessageRetentionPeriod"] == 1_209_600
    # what has failed is postponed by the worker itself
    (variable,) = (
        variable
        for variable, value in OWN[name]["Environment"]["Variables"].items()
        if value == {"Ref": queue_of(name)}
    )
    assert variable.endswith("_QUEUE_URL")


def test_promotions_of_a_course_are_in_order_and_those_of_others_beside_them() -> None:
    queue = RESOURCES["PromotionQueue"]["Properties"]
    assert queue["FifoQueue"] is True
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")


def test_stream_is_read_by_two_functions_at_most() -> None:
    """A shard bears two readers before reads are throttled."""
    assert [name for name, properties in OWN.items() if events_of(properties, "DynamoDB")] == [
        "FollowUpFunction",
        "NotifyFunction",
    ]


def test_routing_functions_may_only_put_tasks_on_queues() -> None:
    granted = {
        (action, resource["Fn::GetAtt"][0])
        for statement in own_statements_of(OWN["FollowUpFunction"])
        for action in as_list(statement["Action"])
        for resource in as_list(statement.get("Resource", []))
    }
    retries = {("sqs:SendMessage", "FollowUpRetries"), ("sqs:ChangeMessageVisibility", "FollowUpRetries")}
    # whom a whole course is told by, is the other consumer's concern; of bounces SES tells
    routed = WORKERS - {"AnnounceFunction", "RecordFeedbackFunction"}
    assert granted == retries | {("sqs:SendMessage", queue_of(name)) for name in routed}


@pytest.mark.parametrize("name", [name for name, properties in OWN.items() if events_of(properties, "DynamoDB")])
def test_stream_consumers_give_up_in_good_order(name: str) -> None:
    """AWS's own defaults are endless retries of the whole batch."""
    for source in events_of(OWN[name], "DynamoDB"):
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["BisectBatchOnFunctionError"] is True
        assert 1 <= source["MaximumRetryAttempts"] <= 100
        assert 60 <= source["MaximumRecordAgeInSeconds"] <= 86_400
        assert source["DestinationConfig"]["OnFailure"]["Destination"]
        for pattern in source["FilterCriteria"]["Filters"]:
            json.loads(pattern["Pattern"])


# -- the tick


def test_tick_is_called_each_minute_by_a_role_that_may_call_nothing_else() -> None:
    schedule, role = RESOURCES["TickSchedule"], RESOURCES["TickRole"]
    assert {RESOURCES[name]["Condition"] for name in ("TickSchedule", "TickRole", "TickGroup")} == {"HasMail"}
    assert schedule["Properties"]["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Properties"]["Target"]["Arn"] == {"Fn::GetAtt": ["TickFunction", "Arn"]}
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceArn"] == {"Fn::GetAtt": ["TickGroup", "Arn"]}
    (policy,) = role["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        "lambda:InvokeFunction",
        {"Fn::GetAtt": ["TickFunction", "Arn"]},
    )
