"""Events of SES in the template: who may publish, who may send on, and what arrives."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.project.template import load_template

RESOURCES: dict[str, dict[str, Any]] = load_template()["Resources"]
FEEDBACK = {name for name in RESOURCES if name.startswith("MailFeedback")}
SET = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${MailConfigurationSet}"


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def only_statement(name: str) -> dict[str, Any]:
    (statement,) = properties(name)["PolicyDocument"]["Statement"]
    return dict(statement)


def test_ses_tells_of_bounces_and_complaints_in_the_words_of_cloudformation() -> None:
    destination = properties("MailFeedback")["EventDestination"]
    assert properties("MailFeedback")["ConfigurationSetName"] == {"Ref": "MailConfigurationSet"}
    assert destination["Enabled"] is True
    assert destination["MatchingEventTypes"] == ["bounce", "complaint"]
    assert destination["SnsDestination"] == {"TopicARN": {"Ref": "MailFeedbackTopic"}}
    # it tries the topic when it is made
    assert RESOURCES["MailFeedback"]["DependsOn"] == "MailFeedbackTopicPolicy"


def test_only_ses_publishes_to_the_topic_and_only_for_this_configuration_set() -> None:
    assert properties("MailFeedbackTopicPolicy")["Topics"] == [{"Ref": "MailFeedbackTopic"}]
    statement = only_statement("MailFeedbackTopicPolicy")
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    limits = statement["Condition"]["StringEquals"]
    assert limits == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}, "aws:SourceArn": {"Fn::Sub": SET}}


def test_only_that_topic_sends_to_the_queue() -> None:
    assert properties("MailFeedbackQueuePolicy")["Queues"] == [{"Ref": "MailFeedbackQueue"}]
    statement = only_statement("MailFeedbackQueuePolicy")
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sqs:SendMessage")
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Resource"] == {"Fn::GetAtt": ["MailFeedbackQueue", "Arn"]}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "MailFeedbackTopic"}}}


def test_queue_is_given_events_as_they_are_and_nothing_else() -> None:
    subscription = properties("MailFeedbackSubscription")
    assert subscription["TopicArn"] == {"Ref": "MailFeedbackTopic"}
    assert (subscription["Protocol"], subscription["RawMessageDelivery"]) == ("sqs", True)
    assert subscription["Endpoint"] == {"Fn::GetAtt": ["MailFeedbackQueue", "Arn"]}
    assert subscription["FilterPolicyScope"] == "MessageBody"
    assert subscription["FilterPolicy"] == {"eventType": ["Bounce", "Complaint"]}


def test_list_of_the_account_stops_none_of_the_stacks_mails() -> None:
    """An empty list: without one, the account's own settings would hold."""
    assert properties("MailConfigurationSet")["SuppressionOptions"] == {"SuppressedReasons": []}


@pytest.mark.parametrize("name", sorted(FEEDBACK - {"MailFeedbackQueue"}))
def test_stack_without_a_sender_has_none_of_it(name: str) -> None:
    assert RESOURCES[name]["Condition"] == "HasMail"
