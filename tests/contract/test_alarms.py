"""Alarms and dashboard: every function is watched, every alarm can be heard, and every number shown exists."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from scripts.project.template import load_template

TEMPLATE = load_template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Serverless::Function"}
ALARMS = {
    name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == "AWS::CloudWatch::Alarm"
}
STREAMED = {
    name: [event["Properties"] for event in resource["Properties"]["Events"].values() if event["Type"] == "DynamoDB"]
    for name, resource in RESOURCES.items()
    if name in FUNCTIONS
    and any(event["Type"] == "DynamoDB" for event in resource["Properties"].get("Events", {}).values())
}


def metrics_of(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the metric of an alarm in one shape: namespace, name, dimensions and statistic."""
    if "Metrics" not in alarm:
        return [alarm | {"Stat": alarm.get("Statistic") or alarm["ExtendedStatistic"]}]
    return [
        one["MetricStat"]["Metric"] | {"Stat": one["MetricStat"]["Stat"]}
        for one in alarm["Metrics"]
        if "MetricStat" in one
    ]


def dimensions_of(metric: dict[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}


def alarms_on(namespace: str, name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        (alarm, dimensions_of(metric))
        for alarm in ALARMS.values()
        for metric in metrics_of(alarm)
        if (metric["Namespace"], metric["MetricName"]) == (namespace, name)
    ]


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_is_heard_and_has_a_threshold(name: str) -> None:
    alarm = ALARMS[name]
    topic = [{"Ref": "AlarmTopic"}]
    assert alarm["AlarmActions"] == topic
    assert alarm["OKActions"] == topic
    assert alarm["AlarmDescription"]
    assert alarm["Threshold"] > 0
    assert alarm["EvaluationPeriods"] >= 1
    assert alarm["ComparisonOperator"].startswith("GreaterThan")
    assert RESOURCES[name]["Condition"] == ("HasAlarmsOfSeveralMetrics" if "Metrics" in alarm else "HasAlarms")


@pytest.mark.parametrize("name", ALARMS)
def test_silence_is_no_alarm(name: str) -> None:
    """Nothing is reported where nobody calls. Only a queue of dead letters falls silent while they wait in it."""
    wanted = "ignore" if ALARMS[name].get("Namespace") == "AWS/SQS" else "notBreaching"
    assert ALARMS[name]["TreatMissingData"] == wanted


@pytest.mark.parametrize("name", [name for name, alarm in ALARMS.items() if "Metrics" in alarm])
def test_several_metrics_become_one_number(name: str) -> None:
    shown = [one for one in ALARMS[name]["Metrics"] if one.get("ReturnData", True)]
    assert len(shown) == 1
    parts = {one["Id"] for one in ALARMS[name]["Metrics"] if one is not shown[0]}
    assert set(re.findall(r"[a-z]\w*", shown[0]["Expression"])) - {"SUM"} == parts


def test_errors_of_every_function_are_watched_and_of_no_other_stack() -> None:
    """A function behind a route is watched by what its API counts; every other one by what it counts itself."""
    by_route = {
        name
        for name in FUNCTIONS
        if any(event["Type"] == "Api" for event in RESOURCES[name]["Properties"].get("Events", {}).values())
    }
    routes = RESOURCES["WebSocketApi"]["Properties"]["Routes"].values()
    by_route |= {route["FunctionArn"]["Fn::GetAtt"][0] for route in routes}
    watched = [dimensions["FunctionName"]["Ref"] for _, dimensions in alarms_on("AWS/Lambda", "Errors")]
    assert sorted(watched) == sorted(FUNCTIONS - by_route)


@pytest.mark.parametrize("name", [name for name, alarm in ALARMS.items() if "Metrics" in alarm])
def test_an_alarm_takes_no_more_metrics_than_cloudwatch_does(name: str) -> None:
    assert len(metrics_of(ALARMS[name])) <= 10


def test_throttles_of_every_function_are_watched() -> None:
    """Over the whole account: so is the concurrency that they share."""
    assert [dimensions for _, dimensions in alarms_on("AWS/Lambda", "Throttles")] == [{}]


def test_consumers_of_the_stream_are_watched_long_before_records_expire() -> None:
    watched = {dimensions["FunctionName"]["Ref"]: alarm for alarm, dimensions in alarms_on("AWS/Lambda", "IteratorAge")}
    assert set(watched) == set(STREAMED)
    for name, alarm in watched.items():
        oldest = min(source["MaximumRecordAgeInSeconds"] for source in STREAMED[name])
        until_heard = alarm["Threshold"] / 1000 + alarm["Period"] * alarm["EvaluationPeriods"]
        assert alarm["Statistic"] == "Maximum"
        assert until_heard < oldest / 2


def test_dead_letters_of_every_consumer_and_queue_are_watched() -> None:
    queues = {
        source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for sources in STREAMED.values()
        for source in sources
    }
    queues |= {
        resource["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for resource in RESOURCES.values()
        if "RedrivePolicy" in resource.get("Properties", {})
    }
    watched = alarms_on("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert {dimensions["QueueName"]["Fn::GetAtt"][0] for _, dimensions in watched} == queues
    assert all(alarm["Threshold"] == 1 for alarm, _ in watched)


def test_both_apis_are_watched() -> None:
    rest = {"ApiName": RESOURCES["Api"]["Properties"]["Name"], "Stage": RESOURCES["Api"]["Properties"]["StageName"]}
    web_socket = {"ApiId": {"Ref": "WebSocketApi"}, "Stage": RESOURCES["WebSocketApi"]["Properties"]["StageName"]}
    for name, dimensions in {
        "5XXError": rest,
        "Latency": rest,
        "IntegrationError": web_socket,
        "ExecutionError": web_socket,
        "IntegrationLatency": web_socket,
    }.items():
        ((alarm, watched),) = alarms_on("AWS/ApiGateway", name)
        assert watched == dimensions
        (stat,) = {metric["Stat"] for metric in metrics_of(alarm) if metric["MetricName"] == name}
        assert stat == ("p99" if "Latency" in name else "Sum")


@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_table_and_each_index_are_watched(metric: str) -> None:
    indexes = {one["IndexName"] for one in RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]}
    watched = [dimensions for _, dimensions in alarms_on("AWS/DynamoDB", metric)]
    assert {one.get("GlobalSecondaryIndexName") for one in watched} == {None, *indexes}
    assert all(one["TableName"] == {"Ref": "Table"} for one in watched)


def test_alarms_and_dashboard_can_be_left_out() -> None:
    operations = {name for name in RESOURCES if name.startswith("Alarm")} | {"Dashboard", *ALARMS}
    assert all(RESOURCES[name]["Condition"].startswith("HasAlarm") for name in operations)
    assert RESOURCES["AlarmSubscription"]["Condition"] == "HasAlarmEmail"


def test_they_cost_what_the_parameter_says() -> None:
    """0.10 $ for each metric of an alarm."""
    dollars = 0.1 * sum(len(metrics_of(alarm)) for alarm in ALARMS.values())
    limit = re.search(r"less than (\d+) \$", TEMPLATE["Parameters"]["Alarms"]["Description"])
    assert limit is not None
    assert dollars < int(limit[1])


# -- the dashboard


@pytest.fixture(scope="module")
def widgets() -> list[dict[str, Any]]:
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def test_dashboard_names_what_the_template_has(widgets: list[dict[str, Any]]) -> None:
    names = set(re.findall(r"\$\{(\w+)", json.dumps(widgets)))
    assert names <= {"AWS", *RESOURCES}


def test_dashboard_shows_what_the_alarms_watch(widgets: list[dict[str, Any]]) -> None:
    text = json.dumps(widgets)
    watched = {metric["MetricName"] for alarm in ALARMS.values() for metric in metrics_of(alarm)}
    assert {name for name in watched if f'"{name}"' not in text.replace("\\", "")} == set()


def test_dashboard_stays_in_what_is_free(widgets: list[dict[str, Any]]) -> None:
    """A search counts as one here; an account's first three dashboards are free up to 50 metrics each."""
    assert sum(len(widget["properties"]["metrics"]) for widget in widgets) <= 50


def test_widgets_do_not_overlap(widgets: list[dict[str, Any]]) -> None:
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_dashboard_shows_what_the_product_counts(widgets: list[dict[str, Any]]) -> None:
    """In the namespace that functions are told to count in."""
    namespace = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]["Fn::Sub"]
    shown = [line for widget in widgets for line in widget["properties"]["metrics"] if line[0] == namespace]
    assert {line[1] for line in shown} == {"Enrollments", "Promotions", "Messages", "MinutesBehind"}
    assert f'{{{namespace},reason,service}} MetricName=\\"EnrollmentsRefused' in json.dumps(widgets)
