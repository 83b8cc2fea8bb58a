"""Administrators look for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.domain.clock import from_rfc3339, to_rfc3339, utc_now
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.writes import put, update
from tests.support.api import Answer
from tests.support.learning import enrollment_as_stored
from tests.support.people import PASSWORD, People, Person

Call = Callable[..., Answer]
Listed = Callable[..., Answer]


@pytest.fixture
def listed(call: Call, administrator: Person) -> Listed:
    def listed_(**query: str) -> Answer:
        return call("list_users", token=administrator.token, query=query)

    return listed_


@pytest.fixture
def shown(call: Call, administrator: Person) -> Callable[[str], Answer]:
    def shown_(user_id: str) -> Answer:
        return call("get_user", token=administrator.token, path={"userId": user_id})

    return shown_


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [user["name"] for user in answer.body["data"]["users"]]


def test_list_tells_who_somebody_is_with_their_address(listed: Listed, people: People) -> None:
    ada = people.add(Role.TUTOR, "Ada")
    answer = listed(q="ada")
    (found,) = answer.body["data"]["users"]
    seen_at = from_rfc3339(found.pop("lastSeenAt"))
    assert abs(utc_now() - seen_at) < timedelta(minutes=1)
    assert found == {
        "userId": ada.user_id,
        "name": "Ada",
        "email": ada.user.email,
        "role": "tutor",
        "status": "active",
        "emailVerified": False,
        "createdAt": to_rfc3339(ada.user.created_at),
    }
    assert answer.body["metadata"] == {"page": 1, "limit": 10, "total": 1}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ada", "Adam Łódź", "Administrator", "Çelik Ada", "\u0130pek"]),
        ("ad", ["Ada", "Adam Łódź", "Administrator"]),
        ("ADAM LOD", ["Adam Łódź"]),
        ("cel", ["Çelik Ada"]),
        ("ipek", ["\u0130pek"]),
        # the beginning of a name, not of any of its words
        ("lodz", []),
        ("###", []),
    ],
)
def test_search_is_for_the_beginning_of_a_name(call: Call, people: People, query: str, found: list[str]) -> None:
    admin = people.add(Role.ADMIN, "Administrator")
    for name in ("\u0130pek", "Çelik Ada", "Adam Łódź", "Ada"):
        people.add(name=name)
    answer = call("list_users", token=admin.token, query={"q": query})
    assert names(answer) == found
    assert answer.body["metadata"]["total"] == len(found)


def test_names_come_before_addresses_and_nobody_comes_twice(listed: Listed, people: People, call: Call) -> None:
    new = {"password": PASSWORD}
    for name, email in (("Zoe", "ada.z@x.example"), ("Ada B", "b@x.example"), ("Ada", "ADA@x.example")):
        assert call("register", body=new | {"name": name, "email": email}).status == 201
    people.add(name="Bob")
    assert names(listed(q="Ada")) == ["Ada", "Ada B", "Zoe"]
    assert names(listed(q="ada@")) == ["Ada"]
    first = listed(q="ada", limit="2")
    assert (names(first), first.body["metadata"]["total"]) == (["Ada", "Ada B"], 3)
    second = listed(q="ada", limit="2", cursor=first.body["metadata"]["next"])
    assert names(second) == ["Zoe"]
    assert second.body["metadata"] == {"page": 2, "limit": 2, "total": 3}


def test_role_and_status_narrow_the_list(listed: Listed, people: People, call: Call, administrator: Person) -> None:
    people.add(Role.TUTOR, "Tom")
    people.add(Role.LEARNER, "Lea")
    lou = people.add(Role.LEARNER, "Lou")
    path = {"userId": lou.user_id}
    assert call("update_user", token=administrator.token, path=path, body={"status": "suspended"}).status == 200
    assert names(listed(role="tutor")) == ["Tom"]
    assert names(listed(role="learner", status="")) == ["Lea", "Lou"]
    assert names(listed(role="learner", status="suspended")) == ["Lou"]
    answer = listed(status="active", role="learner")
    assert (names(answer), answer.body["metadata"]["total"]) == (["Lea"], 1)
    # the role of now, as the transaction wrote it
    assert call("update_user", token=administrator.token, path=path, body={"role": "tutor"}).status == 200
    assert names(listed(role="tutor")) == ["Lou", "Tom"]


def test_renamed_person_is_found_by_the_new_name(listed: Listed, people: People, call: Call) -> None:
    ada = people.add(name="Ada")
    assert call("update_profile", token=ada.token, body={"name": "Bea"}).status == 200
    assert (names(listed(q="ada")), names(listed(q="bea"))) == ([], ["Bea"])


def test_erased_person_is_gone(listed: Listed, shown: Callable[[str], Answer], people: People, call: Call) -> None:
    ada = people.add(name="Ada")
    assert call("erase_account", token=ada.token, body={"password": PASSWORD}).status == 204
    assert names(listed(q="ada")) == []
    assert shown(ada.user_id).code == "USER_NOT_FOUND"


def test_pages_by_number_and_by_cursor_are_the_same(listed: Listed, people: People) -> None:
    for number in range(7):
        people.add(name=f"Quinn {number}")
    by_number = [names(listed(q="quinn", page=str(page), limit="3")) for page in (1, 2, 3, 4)]
    assert by_number[3] == []
    by_cursor, query = [], {"q": "quinn", "limit": "3"}
    while True:
        answer = listed(**query)
        by_cursor.append(names(answer))
        if "next" not in answer.body["metadata"]:
            break
        query["cursor"] = answer.body["metadata"]["next"]
    assert by_cursor == by_number[:3]
    assert [name for page in by_cursor for name in page] == [f"Quinn {number}" for number in range(7)]


@pytest.mark.parametrize(("page", "limit", "status"), [(10, 100, 200), (11, 100, 422), (1000, 1, 200), (72, 14, 422)])
def test_page_past_the_thousandth_entry_is_refused(listed: Listed, page: int, limit: int, status: int) -> None:
    answer = listed(page=str(page), limit=str(limit))
    assert answer.status == status
    if status == 422:
        (problem,) = answer.body["details"]["fields"]
        assert problem["field"] == "page"
        assert "`cursor`" in problem["message"]


def test_cursor_reaches_past_the_thousandth_entry(
    listed: Listed, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peerlearn.domain.paging.PAGES_REACH", 2)
    for number in range(4):
        people.add(name=f"Quinn {number}")
    first = listed(q="quinn", limit="2")
    assert listed(q="quinn", limit="2", page="2").status == 422
    assert names(listed(q="quinn", limit="2", cursor=first.body["metadata"]["next"])) == ["Quinn 2", "Quinn 3"]


def test_cursor_of_another_query_or_administrator_is_refused(listed: Listed, people: People, call: Call) -> None:
    for number in range(3):
        people.add(name=f"Quinn {number}")
    cursor = listed(limit="1").body["metadata"]["next"]
    for query in ({"q": "q"}, {"role": "learner"}, {"status": "active"}):
        assert listed(cursor=cursor, **query).code == "VALIDATION_FAILED"
    other = people.add(Role.ADMIN)
    assert call("list_users", token=other.token, query={"cursor": cursor}).code == "VALIDATION_FAILED"


def test_longest_name_has_a_cursor_that_is_taken(listed: Listed, people: People) -> None:
    longest = [people.add(name=letter * 100).user.name for letter in ("\U00010438", "\U00010439")]
    first = listed(q="\U00010438", role="learner", limit="1")
    assert (names(first), first.body["metadata"]["total"]) == (longest[:1], 1)
    first = listed(role="learner", limit="1")
    second = listed(role="learner", limit="1", cursor=first.body["metadata"]["next"])
    assert names(first) + names(second) == longest


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("role", {"role": "root"}),
        ("status", {"status": "erased"}),
        ("q", {"q": "x" * 255}),
        ("page", {"page": "0"}),
        ("limit", {"limit": "101"}),
        ("cursor", {"cursor": "nonsense"}),
    ],
)
def test_wrong_query_is_named(listed: Listed, field: str, query: dict[str, str]) -> None:
    answer = listed(**query)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert [problem["field"] for problem in answer.body["details"]["fields"]] == [field]


def test_account_is_shown_with_its_sessions_and_enrolments(
    shown: Callable[[str], Answer], listed: Listed, people: People, call: Call
) -> None:
    ada = people.add(name="Ada")
    for status in EnrollmentStatus:
        table().write(put(enrollment_as_stored(ada.user_id, f"crs_{status.value}", status)))
    sign_in = {"email": ada.user.email, "password": PASSWORD}
    assert call("login", body=sign_in).status == 201
    user = shown(ada.user_id).body["data"]["user"]
    # seats that are held, a completed course's too, and a place in a line; not what was dropped
    assert (user.pop("sessions"), user.pop("enrollments")) == (2, 3)
    assert user.pop("mailSuppressed") is None
    assert user == listed(q="ada").body["data"]["users"][0]


def test_session_that_ended_or_expired_is_not_counted(
    shown: Callable[[str], Answer], people: People, call: Call, administrator: Person
) -> None:
    ada = people.add()
    sign_in = {"email": ada.user.email, "password": PASSWORD}
    assert call("login", body=sign_in).status == 201
    expired = update(
        keys.session(ada.user_id, ada.session.session_id),
        "SET expiresAt = :past",
        values={":past": to_rfc3339(utc_now() - timedelta(seconds=1))},
    )
    table().write(expired)
    assert shown(ada.user_id).body["data"]["user"]["sessions"] == 1
    assert call("end_user_sessions", token=administrator.token, path={"userId": ada.user_id}).status == 204
    assert shown(ada.user_id).body["data"]["user"]["sessions"] == 0


def test_suspended_account_is_shown_as_such(
    shown: Callable[[str], Answer], people: People, call: Call, administrator: Person
) -> None:
    ada = people.add()
    body = {"status": "suspended"}
    assert call("update_user", token=administrator.token, path={"userId": ada.user_id}, body=body).status == 200
    user = shown(ada.user_id).body["data"]["user"]
    assert (user["status"], user["sessions"], user["enrollments"]) == ("suspended", 0, 0)


def test_unknown_account_is_not_found(shown: Callable[[str], Answer]) -> None:
    answer = shown("usr_nobody")
    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")


def test_profile_alone_is_written_anew_with_a_name(people: People, call: Call) -> None:
    """The credential is found by address and stands in no list."""
    ada = people.add(name="Ada")
    assert call("update_profile", token=ada.token, body={"name": "Bea", "interests": ["go"]}).status == 200
    credential = account_repository().credential(ada.user.email)
    assert credential is not None
    assert (credential.user.name, credential.user.interests) == ("Bea", ("go",))
    stored = table().get(keys.credential(ada.user.email))
    assert stored is not None
    assert not any(name.startswith("GSI") for name in stored)
