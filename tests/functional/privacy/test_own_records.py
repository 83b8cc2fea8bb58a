"""Records that belong to one person alone are exported and erased because of where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.news import news_service
from peerlearn.persistence import keys
from peerlearn.persistence.items.own_records import OwnKind, own_record_item
from peerlearn.persistence.writes import put
from tests.functional.privacy.conftest import Background, Call
from tests.support.news import promotion
from tests.support.people import PASSWORD, People, Person

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Any kind does: none is treated in a way of its own.
KIND = OwnKind.EXTENSION


def store(owner: Person, *names: str) -> None:
    for name in names:
        fields = {"courseId": name, "stars": 3, "pinned": True, "tags": ["a", "b"]}
        table().write(put(own_record_item(owner.user_id, KIND, name, fields)))


def records_of(owner: Person) -> list[object]:
    prefix = {":pk": keys.user_partition(owner.user_id), ":own": keys.OWN_RECORD_PREFIX}
    return list(table().query("PK = :pk AND begins_with(SK, :own)", prefix))


def test_own_record_is_exported_with_its_fields(learner: Person, call: Call, s3: S3Client) -> None:  # noqa: ARG001 (AWS stands)
    store(learner, "crs_1")
    document = call("export_data", token=learner.token).body["data"]["export"]
    fields = {"courseId": "crs_1", "stars": 3, "pinned": True, "tags": ["a", "b"]}
    assert document["records"] == [{"kind": KIND.value, "fields": fields}]


def test_own_records_are_erased_with_the_account(
    learner: Person, people: People, call: Call, background: Background
) -> None:
    other = people.add()
    store(learner, *(f"crs_{number}" for number in range(30)))
    store(other, "crs_1")
    assert call("erase_account", token=learner.token, body={"password": PASSWORD}).status == 204
    background.carry_out({"userId": learner.user_id})
    assert (records_of(learner), len(records_of(other))) == ([], 1)


def test_news_are_exported_and_erased_and_none_is_kept_for_who_has_gone(
    learner: Person, call: Call, background: Background
) -> None:
    news_service().keep(learner.user_id, promotion(1))
    exported = call("export_data", token=learner.token).body["data"]["export"]["records"]
    assert sorted(record["kind"] for record in exported) == ["News", "NewsEvent", "NewsHead"]
    (entry,) = (record["fields"] for record in exported if record["kind"] == "News")
    assert (entry["number"], entry["type"], "ttl" in entry) == (1, "enrollment.promoted", False)
    call("erase_account", token=learner.token, body={"password": PASSWORD})
    background.carry_out({"userId": learner.user_id})
    news_service().keep(learner.user_id, promotion(2))
    assert records_of(learner) == []
