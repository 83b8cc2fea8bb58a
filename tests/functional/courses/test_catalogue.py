"""The public catalogue and a course's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from peerlearn.domain import deadline
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from tests.functional.conftest import TABLE
from tests.support.api import Answer
from tests.support.people import People, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Call = Callable[..., Answer]
Make = Callable[..., dict[str, Any]]


def titles(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [course["title"] for course in answer.body["data"]["courses"]]


def test_published_courses_newest_first_without_their_modules(call: Call, make: Make) -> None:
    make(title="First")
    make(title="Draft", status="draft")
    second = make(title="Second")
    answer = call("list_courses", query={})
    assert titles(answer) == ["Second", "First"]
    assert answer.body["metadata"] == {"page": 1, "limit": 10, "total": 2}
    listed = answer.body["data"]["courses"][0]
    assert listed == {key: value for key, value in second.items() if key not in ("modules", "assessments")}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"subject": "music"}, {"Piano for beginners", "PIANO, harmony & more"}),
        ({"subject": "MUSIC ", "level": "advanced"}, {"PIANO, harmony & more"}),
        ({"level": "beginner"}, {"Piano for beginners", "Straße und Haus"}),
        ({"q": "piano"}, {"Piano for beginners", "PIANO, harmony & more"}),
        ({"q": "Piano HARMONY"}, {"PIANO, harmony & more"}),
        ({"q": "piano haus"}, set()),
        ({"q": "STRASSE"}, {"Straße und Haus"}),
        ({"q": "pian"}, {"Piano for beginners", "PIANO, harmony & more"}),
        ({"q": "???"}, set()),
        ({"q": "  "}, {"Piano for beginners", "PIANO, harmony & more", "Straße und Haus"}),
        ({"q": "piano", "level": "beginner", "subject": "Music"}, {"Piano for beginners"}),
        ({"tutor": "OTHER"}, {"Straße und Haus"}),
        ({"tutor": "OTHER", "q": "haus"}, {"Straße und Haus"}),
        ({"tutor": "OTHER", "q": "piano"}, set()),
        ({"tutor": "usr_nobody"}, set()),
        (
            {"subject": "", "level": "", "tutor": "", "q": ""},
            {"Piano for beginners", "PIANO, harmony & more", "Straße und Haus"},
        ),
    ],
)
def test_filters_combine(call: Call, make: Make, people: People, query: dict[str, str], found: set[str]) -> None:
    other = people.add(Role.TUTOR)
    make(title="Piano for beginners", subject="Music")
    make(title="PIANO, harmony & more", subject="Music", level="advanced")
    make(title="Straße und Haus", subject="German", by=other)
    if query.get("tutor") == "OTHER":
        query = {**query, "tutor": other.user_id}
    answer = call("list_courses", query=query)
    assert set(titles(answer)) == found
    assert answer.body["metadata"]["total"] == len(found)


@pytest.mark.parametrize("query", [{}, {"q": "course"}, {"q": "course number"}, {"tutor": "MINE", "q": "number"}])
def test_pages_and_cursors_show_everything_once(call: Call, make: Make, tutor: Person, query: dict[str, str]) -> None:
    if "tutor" in query:
        query = {**query, "tutor": tutor.user_id}
    expected = [make(title=f"Course number {number}")["courseId"] for number in range(7)][::-1]
    by_page: list[str] = []
    for page in (1, 2, 3, 4):
        answer = call("list_courses", query={**query, "limit": "3", "page": str(page)})
        by_page += [course["courseId"] for course in answer.body["data"]["courses"]]
        assert answer.body["metadata"]["total"] == 7
        assert ("next" in answer.body["metadata"]) == (page < 3)
    assert by_page == expected
    by_cursor: list[str] = []
    walk = {**query, "limit": "3"}
    while True:
        answer = call("list_courses", query=walk)
        by_cursor += [course["courseId"] for course in answer.body["data"]["courses"]]
        assert answer.body["metadata"]["total"] == 7
        if "next" not in answer.body["metadata"]:
            break
        walk = {**query, "limit": "3", "cursor": answer.body["metadata"]["next"]}
    assert by_cursor == expected


def test_deep_page_is_empty_with_the_right_total(call: Call, make: Make) -> None:
    make()
    answer = call("list_courses", query={"page": "10", "limit": "100"})
    assert titles(answer) == []
    assert answer.body["metadata"] == {"page": 10, "limit": 100, "total": 1}


def test_cursor_of_another_filter_is_refused(call: Call, make: Make) -> None:
    make()
    make()
    cursor = call("list_courses", query={"limit": "1"}).body["metadata"]["next"]
    answer = call("list_courses", query={"limit": "1", "level": "beginner", "cursor": cursor})
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert answer.body["details"]["fields"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "101"},
        {"limit": "0"},
        {"page": "0"},
        {"page": "x"},
        {"level": "expert"},
        {"q": "x" * 121},
        {"tutor": "a/b"},
    ],
)
def test_malformed_queries(call: Call, query: dict[str, str]) -> None:
    answer = call("list_courses", query=query)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [entry["field"] for entry in answer.body["details"]["fields"]] == list(query)


def test_list_is_revalidated(call: Call, make: Make) -> None:
    make()
    first = call("list_courses", query={})
    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=9, must-revalidate"
    again = call("list_courses", query={}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, {}, first.headers["etag"])
    make()
    assert call("list_courses", query={}, headers={"If-None-Match": first.headers["etag"]}).status == 200


@pytest.mark.parametrize("query", [{}, {"limit": "1"}, {"q": "algebra", "sort": "title"}])
def test_list_is_the_same_for_everybody(
    call: Call, make: Make, learner: Person, tutor: Person, query: dict[str, str]
) -> None:
    make()
    make()
    answers = [call("list_courses", query=query, token=token) for token in (None, learner.token, tutor.token, "none")]
    assert len({answer.text for answer in answers}) == 1
    assert [answer.headers for answer in answers] == [answers[0].headers] * 4
    assert len({call("list_facets", token=token).text for token in (None, learner.token)}) == 1


def test_closed_course_leaves_the_list_and_keeps_its_page(call: Call, make: Make, tutor: Person) -> None:
    path = {"courseId": make()["courseId"]}
    assert call("update_course", token=tutor.token, path=path, body={"status": "closed"}).status == 200
    assert call("list_courses", query={}).body["metadata"]["total"] == 0
    assert call("get_course", path=path).body["data"]["course"]["status"] == "closed"
    assert call("update_course", token=tutor.token, path=path, body={"status": "published"}).status == 200
    assert call("list_courses", query={}).body["metadata"]["total"] == 1


def test_title_change_moves_the_course_to_its_new_words(call: Call, make: Make, tutor: Person) -> None:
    path = {"courseId": make(title="Old shared words")["courseId"]}
    assert call("update_course", token=tutor.token, path=path, body={"title": "New shared words"}).status == 200
    assert titles(call("list_courses", query={"q": "old"})) == []
    assert titles(call("list_courses", query={"q": "new"})) == ["New shared words"]
    # The entry under a word that stayed knows the new title's words too.
    assert titles(call("list_courses", query={"q": "shared old"})) == []
    assert titles(call("list_courses", query={"q": "shared new"})) == ["New shared words"]
    assert titles(call("list_courses", query={"tutor": tutor.user_id, "q": "new"})) == ["New shared words"]


def test_title_of_many_words(call: Call, make: Make, tutor: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """More entries than one transaction may write, for which moto takes longer than a function has."""
    monkeypatch.setattr(deadline, "_monotonic", lambda: 0.0)
    words = [chr(ord("a") + number // 10) + str(number % 10) for number in range(40)]
    path = {"courseId": make(title=" ".join(words))["courseId"]}
    for word in (words[0], words[20], words[39]):
        assert call("list_courses", query={"q": word, "level": "beginner"}).body["metadata"]["total"] == 1
    call("update_course", token=tutor.token, path=path, body={"status": "closed"})
    for word in (words[0], words[20], words[39]):
        assert call("list_courses", query={"q": word}).body["metadata"]["total"] == 0


def test_course_page(call: Call, make: Make, tutor: Person) -> None:
    made = make()
    answer = call("get_course", path={"courseId": made["courseId"]})
    assert answer.body["data"]["course"] == made
    assert made["tutor"] == {"userId": tutor.user_id, "name": tutor.user.name}
    assert [module["title"] for module in made["modules"]] == ["Vectors", "Matrices"]
    assert (made["assessments"], made["seatsAvailable"], made["startsAt"]) == ([], 30, None)
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=9, must-revalidate"


@pytest.mark.parametrize("weak", ["{}", "W/{}", '"other", {}', "*"])
def test_course_is_revalidated(call: Call, make: Make, weak: str) -> None:
    path = {"courseId": make()["courseId"]}
    tag = call("get_course", path=path).headers["etag"]
    answer = call("get_course", path=path, headers={"if-none-match": weak.format(tag)})
    assert (answer.status, answer.body) == (304, {})
    assert call("get_course", path=path, headers={"If-None-Match": '"other"'}).status == 200


def test_draft_is_its_authors_alone(
    call: Call, make: Make, people: People, tutor: Person, administrator: Person, learner: Person
) -> None:
    path = {"courseId": make(status="draft")["courseId"]}
    for person in (tutor, administrator):
        answer = call("get_course", path=path, token=person.token)
        assert answer.status == 200
        assert answer.headers["cache-control"] == "private, max-age=0, must-revalidate"
    for token in (None, learner.token, people.add(Role.TUTOR).token):
        answer = call("get_course", path=path, token=token)
        assert (answer.status, answer.code) == (404, "COURSE_NOT_FOUND")
        assert "etag" not in answer.headers
    assert call("list_courses", query={}).body["metadata"]["total"] == 0
    assert call("get_course", path=path, token="nonsense").code == "UNAUTHENTICATED"


def test_unknown_course(call: Call) -> None:
    answer = call("get_course", path={"courseId": "crs_none"})
    assert (answer.status, answer.code) == (404, "COURSE_NOT_FOUND")


def test_entry_that_outlives_its_course_is_not_shown(call: Call, make: Make, aws: DynamoDBClient) -> None:
    """Between the write of a closed course and that of its entries."""
    key = keys.seats(make()["courseId"]).as_item()
    aws.update_item(
        TableName=TABLE,
        Key={name: {"S": value} for name, value in key.items()},
        UpdateExpression="SET #s = :closed",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":closed": {"S": "closed"}},
    )
    assert titles(call("list_courses", query={})) == []
