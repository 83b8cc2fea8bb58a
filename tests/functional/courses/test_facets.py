"""The subjects, levels and tutors of the published courses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.jobs import renaming_service
from peerlearn.domain.erasure import nobodys_id
from peerlearn.domain.users import Role
from peerlearn.persistence.teaching import TeachingRepository
from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]


def facets(call: Call) -> dict[str, list[dict[str, Any]]]:
    answer = call("list_facets")
    assert answer.status == 200, answer.body
    assert answer.body.keys() == {"status", "data"}
    found: dict[str, list[dict[str, Any]]] = answer.body["data"]
    return found


def counts(call: Call, facet: str) -> dict[str, int]:
    return {one["value"]: one["count"] for one in facets(call)[facet]}


def test_nothing_is_published(call: Call, make: Make) -> None:
    make(status="draft")
    assert facets(call) == {"subjects": [], "levels": [], "tutors": []}


def test_values_of_most_courses_come_first(call: Call, make: Make, people: People) -> None:
    ada, bob = people.add(Role.TUTOR, name="Ada"), people.add(Role.TUTOR, name="Bob")
    for subject, level, by in (
        *[("Music", "beginner", bob)] * 9,
        ("Art", "advanced", ada),
        ("Zoology", "beginner", ada),
        ("Art", "intermediate", ada),
    ):
        make(subject=subject, level=level, by=by)
    make(subject="Art", status="draft")
    assert facets(call) == {
        "subjects": [{"value": "Music", "count": 9}, {"value": "Art", "count": 2}, {"value": "Zoology", "count": 1}],
        "levels": [
            {"value": "beginner", "count": 10},
            {"value": "advanced", "count": 1},
            {"value": "intermediate", "count": 1},
        ],
        "tutors": [
            {"value": bob.user_id, "count": 9, "name": "Bob"},
            {"value": ada.user_id, "count": 3, "name": "Ada"},
        ],
    }


def test_count_is_what_the_list_finds(call: Call, make: Make) -> None:
    for subject in ("Music", "MUSIC", "Arts & crafts", "Straße", "strasse"):
        make(subject=subject)
    found = counts(call, "subjects")
    assert sorted(found.values()) == [1, 2, 2]
    for value, count in found.items():
        assert call("list_courses", query={"subject": value}).body["metadata"]["total"] == count


def test_course_that_changes_is_counted_where_it_is(call: Call, make: Make, tutor: Person) -> None:
    path = {"courseId": make(subject="Music")["courseId"]}
    make(subject="Art")

    def change(**changes: Any) -> None:
        assert call("update_course", token=tutor.token, path=path, body=changes).status == 200

    change(subject="Art", level="advanced")
    assert counts(call, "subjects") == {"Art": 2}
    assert counts(call, "levels") == {"beginner": 1, "advanced": 1}
    change(status="closed")
    assert counts(call, "subjects") == {"Art": 1}
    change(status="published", subject="Music")
    assert counts(call, "subjects") == {"Art": 1, "Music": 1}
    assert list(counts(call, "tutors").values()) == [2]


def test_tutor_who_is_renamed_has_the_new_name(call: Call, make: Make, people: People) -> None:
    tutor = people.add(Role.TUTOR, name="Ada Lovelace")
    courses = [make(by=tutor)["courseId"] for _ in range(2)]
    assert call("update_profile", token=tutor.token, body={"name": "Grace Hopper"}).status == 200
    renaming_service().rename(tutor.user_id)
    for course_id in courses:
        catalogue_indexer().sync(course_id)
    assert facets(call)["tutors"] == [{"value": tutor.user_id, "count": 2, "name": "Grace Hopper"}]


def test_nothing_is_left_of_a_tutor_who_has_left(call: Call, make: Make, people: People, aws: DynamoDBClient) -> None:
    tutor = people.add(Role.TUTOR, name="Ada Lovelace")
    courses = [make(by=tutor)["courseId"] for _ in range(2)]
    for course_id in courses:
        TeachingRepository(table()).disown(tutor.user_id, course_id)
        catalogue_indexer().sync(course_id)
    assert facets(call)["tutors"] == []
    assert counts(call, "levels") == {"beginner": 2}
    items = aws.scan(TableName=TABLE)["Items"]
    of_catalogue = [item for item in items if item["PK"]["S"].startswith(("CATALOGUE#FACETS", "CARD#"))]
    assert len(of_catalogue) == 6
    assert not [item for item in of_catalogue if "Lovelace" in str(item) or tutor.user_id in str(item)]
    assert nobodys_id(tutor.user_id, courses[0]) not in str(facets(call))


def test_facets_are_revalidated(call: Call, make: Make) -> None:
    make()
    first = call("list_facets")
    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=60, must-revalidate"
    again = call("list_facets", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, {})
    make()
    assert call("list_facets", headers={"If-None-Match": first.headers["etag"]}).status == 200
