"""The directory on DynamoDB Local: everybody who fits once and in order, over eight partitions of two indexes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from peerlearn.domain.directory import DirectoryFilters, directory_text
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import AccountState, Principal, Role, User
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.directory import DirectoryRepository
from peerlearn.persistence.items.accounts import profile_item
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.standing import StandingRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import TRANSACTION_MAX, delete, put
from tests.fakes.keys import FakeKeyRing
from tests.support.accounts import Accounts, AnyPassword

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
FIRST = ["Łódź", "Lodewijk", "\u0130stanbul", "Istvan", "Müller", "MULLER", "Йосип", "Σίσυφος", "हिन्दी", "日本語"]
LAST = ["Ångström", "Angela", "", "Lee", "le", "Çelik"]
ROLES = [Role.LEARNER, Role.LEARNER, Role.LEARNER, Role.TUTOR, Role.ADMIN]
STATES = [AccountState.ACTIVE] * 6 + [AccountState.SUSPENDED]


@pytest.fixture
def directory(table: Table) -> DirectoryRepository:
    return DirectoryRepository(table)


def person(number: int, name: str, email: str | None = None) -> User:
    return User(
        user_id=f"usr_{number:024x}",
        name=name,
        email=email or f"{LAST[number % 5]}{number}@people.example",
        role=ROLES[number % 5],
        interests=(),
        learning_goals=(),
        created_at=NOW,
        state=STATES[number % 7],
    )


def store(table: Table, people: Iterable[User]) -> None:
    seen_at = int(NOW.timestamp())
    writes = [
        put(item)
        for one in people
        for item in (profile_item(one), standing_item(Standing(one.user_id, one.role, one.state, seen_at=seen_at)))
    ]
    for start in range(0, len(writes), TRANSACTION_MAX):
        table.transact(writes[start : start + TRANSACTION_MAX], str(uuid4()))


def crowd(count: int = 300) -> list[User]:
    people = [person(number, f"{FIRST[number % 10]} {LAST[number // 10 % 6]}".strip()) for number in range(count)]
    random.Random(3).shuffle(people)  # noqa: S311 (a test's choice)
    return people


def expected(people: Iterable[User], filters: DirectoryFilters) -> list[str]:
    """By name, then by address those whose name does not match."""

    def order(text_of: Callable[[User], str], some: Iterable[User]) -> list[str]:
        return [one.user_id for one in sorted(some, key=lambda one: (directory_text(text_of(one)), one.user_id))]

    fitting = [one for one in people if filters.fit(one)]
    named = [one for one in fitting if directory_text(one.name).startswith(filters.beginning)]
    addressed = [one for one in fitting if one not in named and directory_text(one.email).startswith(filters.beginning)]
    return order(lambda one: one.name, named) + order(lambda one: one.email, addressed)


def walked(
    directory: DirectoryRepository,
    filters: DirectoryFilters,
    limit: int,
    between: Callable[[PageResult[Any]], None] = lambda _: None,
) -> list[str]:
    ids: list[str] = []
    after: Mapping[str, Any] | None = None
    while True:
        page = directory.page(filters, PageRequest(1, limit, after))
        assert len(page.entries) <= limit
        ids += [entry.user.user_id for entry in page.entries]
        after = page.next
        if after is None:
            return ids
        between(page)


@pytest.mark.parametrize(
    "filters",
    [
        DirectoryFilters(),
        DirectoryFilters("l"),
        DirectoryFilters("LÓDZ"),
        DirectoryFilters("i\u0307stanbul"),
        DirectoryFilters("mÜller l"),
        DirectoryFilters("ange"),
        DirectoryFilters("йо"),
        DirectoryFilters("हिन्दी"),
        DirectoryFilters("nobody at all"),
        DirectoryFilters(role=Role.TUTOR),
        DirectoryFilters(state=AccountState.SUSPENDED),
        DirectoryFilters("l", Role.LEARNER, AccountState.SUSPENDED),
    ],
    ids=str,
)
def test_everybody_who_fits_is_listed_once_in_order_and_counted(
    table: Table, directory: DirectoryRepository, filters: DirectoryFilters
) -> None:
    people = crowd(120)
    store(table, people)
    theirs = expected(people, filters)
    for limit in (13, 100):
        assert walked(directory, filters, limit) == theirs
        assert directory.page(filters, PageRequest(1, limit)).total == len(theirs)
    assert len(theirs) > 0 or filters.query == "nobody at all"


def test_three_hundred_people_stand_in_eight_partitions_and_pages_follow_each_other(
    table: Table, directory: DirectoryRepository
) -> None:
    people = crowd()
    store(table, people)
    places = [profile_item(one) for one in people]
    for index in ("GSI1PK", "GSI2PK"):
        shares = [
            sum(place[index].endswith(f"#{shard}") for place in places) for shard in range(index_keys.DIRECTORY_SHARDS)
        ]
        assert sum(shares) == len(people)
        assert min(shares) > 15
    order = expected(people, DirectoryFilters())
    for number in (1, 2, 12, 13, 14):
        page = directory.page(DirectoryFilters(), PageRequest(number, 25))
        assert [entry.user.user_id for entry in page.entries] == order[(number - 1) * 25 : number * 25]
        assert page.total == len(people)
        assert (page.next is None) == (number >= 12)


def test_few_of_many_are_found_behind_pages_of_others(table: Table, directory: DirectoryRepository) -> None:
    people = [replace(one, role=Role.LEARNER) for one in crowd(80)]
    people += [replace(person(900 + number, "Zoe"), role=Role.ADMIN) for number in range(3)]
    store(table, people)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peerlearn.persistence.directory._FILTERED_STEP", 2)
        found = walked(directory, DirectoryFilters(role=Role.ADMIN), 1)
    assert found == expected(people, DirectoryFilters(role=Role.ADMIN))


@pytest.mark.parametrize("query", [None, "l"])
def test_entry_that_stays_is_seen_once_while_others_come_and_go(
    table: Table, directory: DirectoryRepository, query: str | None
) -> None:
    staying = crowd(60)
    going = [replace(one, user_id=one.user_id.replace("usr_0", "usr_f")) for one in crowd(60)]
    store(table, staying + going)
    chance = random.Random(11)  # noqa: S311 (a test's choice)
    number = 5000

    def stir(_: PageResult[Any]) -> None:
        nonlocal number
        for one in chance.sample(going, min(len(going), 5)):
            table.write(delete(keys.profile(one.user_id)))
            going.remove(one)
        coming = [person(number + more, chance.choice(FIRST)) for more in range(5)]
        number += 5
        store(table, coming)

    found = walked(directory, DirectoryFilters(query), 6, stir)
    assert len(found) == len(set(found))
    ids = {one.user_id for one in staying}
    assert [one for one in found if one in ids] == expected(staying, DirectoryFilters(query))


def test_last_one_shown_may_go_before_the_next_page(table: Table, directory: DirectoryRepository) -> None:
    people = crowd(40)
    store(table, people)
    order = expected(people, DirectoryFilters())
    first = directory.page(DirectoryFilters(), PageRequest(1, 10))
    table.write(delete(keys.profile(order[9])))
    second = directory.page(DirectoryFilters(), PageRequest(1, 10, first.next))
    assert [entry.user.user_id for entry in second.entries] == order[10:20]


def test_name_and_address_of_one_person_match_and_they_come_once(table: Table, directory: DirectoryRepository) -> None:
    both, name, address = (
        person(1, "Ada", "ada@x.example"),
        person(2, "Ada B", "b@x.example"),
        person(3, "C", "ada.c@x"),
    )
    store(table, [address, both, name])
    page = directory.page(DirectoryFilters("ada"), PageRequest())
    assert [entry.user.user_id for entry in page.entries] == [both.user_id, name.user_id, address.user_id]
    assert page.total == 3


def test_signs_of_keys_in_a_name_reach_nobody_else(table: Table, directory: DirectoryRepository) -> None:
    people = [person(1, "Ann"), person(2, "Ann #usr_1"), person(3, "Ann Lee"), person(4, "\U0010ffff"), person(5, "!")]
    store(table, people)
    assert walked(directory, DirectoryFilters(), 2) == expected(people, DirectoryFilters())
    assert walked(directory, DirectoryFilters("ann #usr_0000"), 2) == []


def test_list_shows_what_stands_now_where_the_index_lags(table: Table, directory: DirectoryRepository) -> None:
    """An item whose index keys are those of before stands for an index that is late."""
    ada = replace(person(1, "Ada"), role=Role.TUTOR)
    gone = person(2, "Adam")
    store(table, [ada, gone])
    late = {"GSI1PK": profile_item(gone)["GSI1PK"], "GSI1SK": profile_item(gone)["GSI1SK"], "role": "tutor"}
    # Adam's profile has gone; what is left of him stands in the index alone.
    table.write(delete(keys.profile(gone.user_id)))
    table.write(put({"PK": "LATE", "SK": "LATE", **late}))
    page = directory.page(DirectoryFilters("ada", Role.TUTOR), PageRequest())
    assert [entry.user for entry in page.entries] == [ada]
    table.write(put({**profile_item(ada), "role": "learner", "GSI1SK": "nowhere #x", "GSI2SK": "nowhere #x"}))
    table.write(
        put(
            {"PK": "LATER", "SK": "LATER", "role": "tutor"}
            | {name: value for name, value in profile_item(ada).items() if name.startswith("GSI1")}
        )
    )
    assert directory.page(DirectoryFilters("ada", Role.TUTOR), PageRequest()).entries == []
    shown = directory.page(DirectoryFilters("ada"), PageRequest()).entries
    assert [(entry.user.role, entry.seen_at) for entry in shown] == [(Role.LEARNER, NOW)]


def test_registration_renaming_and_erasure_keep_the_directory(table: Table, directory: DirectoryRepository) -> None:
    accounts = Accounts(table, FakeKeyRing(), AnyPassword())
    user = accounts.register("Zoë", "ada@people.example", "Correct-Horse-7").user
    other = accounts.register("Otto", "otto@people.example", "Correct-Horse-7").user

    def found(query: str) -> list[str]:
        return [entry.user.name for entry in directory.page(DirectoryFilters(query), PageRequest()).entries]

    assert (found("zoe"), found("ADA@")) == (["Zoë"], ["Zoë"])
    user = accounts.repository.change_profile(user, "1", interests=["chess"])
    assert found("zoe") == ["Zoë"]
    user = accounts.repository.change_profile(user, "2", name="Łucja")
    assert (found("zoe"), found("lucja"), found("ada")) == ([], ["Łucja"], ["Łucja"])
    stored = accounts.repository.user(user.user_id)
    assert stored is not None
    assert (stored.name, stored.interests) == ("Łucja", ("chess",))
    # the address finds the account that signs in: its copy stands in no list
    assert "GSI1PK" not in (table.get(keys.credential(user.email)) or {})
    standing = StandingRepository(table).standing(user.user_id)
    assert standing is not None
    (session_id,) = standing.sessions
    accounts.erasure.erase(Principal(user.user_id, user.role, session_id), "Correct-Horse-7")
    assert (found("lucja"), found("ada"), found("otto")) == ([], [], [other.name])
