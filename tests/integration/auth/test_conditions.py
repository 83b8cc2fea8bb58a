"""Writes about accounts that come too late: each leaves what was changed meanwhile as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.calendars import CalendarLink
from peerlearn.domain.errors import Conflict, Unauthenticated
from peerlearn.domain.limits import Limit
from peerlearn.domain.throttling import Allowance
from peerlearn.domain.users import AuthorityChange, Principal, Role, User
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.audit import AuditRepository
from peerlearn.persistence.calendars import CalendarRepository
from peerlearn.persistence.items.privacy import calendar_item
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.persistence.writes import put
from tests.fakes.keys import fake_tokens
from tests.support.courses import Courses
from tests.support.people import People, Person

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def accounts(table: Table) -> AccountRepository:
    return AccountRepository(table)


@pytest.fixture
def people(accounts: AccountRepository) -> People:
    return People(accounts, fake_tokens())


@pytest.fixture
def ada(people: People) -> Person:
    return people.add()


def hash_of(accounts: AccountRepository, user: User) -> str:
    credential = accounts.credential(user.email)
    assert credential is not None
    return credential.password_hash


def changed(accounts: AccountRepository, user: User, **change: object) -> User | None:
    return accounts.change_authority(user, AuthorityChange(**change), (), NOW, str(uuid4()))  # type: ignore[arg-type]


def test_hash_of_a_password_that_was_changed_meanwhile_is_not_renewed(accounts: AccountRepository, ada: Person) -> None:
    read = accounts.credential(ada.user.email)
    assert read is not None
    assert changed(accounts, ada.user, password_hash="of the new password") is not None
    accounts.renew_hash(read, "of the old password, dearer")
    assert hash_of(accounts, ada.user) == "of the new password"


def test_hash_is_renewed(accounts: AccountRepository, ada: Person) -> None:
    read = accounts.credential(ada.user.email)
    assert read is not None
    accounts.renew_hash(read, "dearer")
    assert hash_of(accounts, ada.user) == "dearer"


def test_account_changed_meanwhile_is_looked_at_again(accounts: AccountRepository, ada: Person) -> None:
    """Its session still stands: that is not why the write was refused."""
    stale = replace(ada.user, session_epoch=ada.user.session_epoch - 1)
    assert changed(accounts, stale, password_hash="x", kept_session=ada.session.session_id) is None


def test_session_that_is_to_be_kept_and_has_ended_is_told(accounts: AccountRepository, ada: Person) -> None:
    with pytest.raises(Unauthenticated):
        changed(accounts, ada.user, password_hash="x", kept_session="sid_ended")


def test_administrator_changed_meanwhile_is_looked_at_again(accounts: AccountRepository, people: People) -> None:
    """Another one stays: that is not why the write was refused."""
    administrator, _ = people.add(Role.ADMIN), people.add(Role.ADMIN)
    stale = replace(administrator.user, session_epoch=administrator.user.session_epoch - 1)
    assert changed(accounts, stale, role=Role.LEARNER) is None


def test_last_administrator_stays_one(accounts: AccountRepository, people: People) -> None:
    administrator = people.add(Role.ADMIN)
    with pytest.raises(Conflict):
        changed(accounts, administrator.user, role=Role.LEARNER)


@pytest.mark.parametrize(("ended", "stays"), [("sid_maker", False), ("sid_other", True)])
def test_calendar_link_ends_with_the_session_that_made_it_alone(table: Table, ended: str, *, stays: bool) -> None:
    table.write(put(calendar_item(CalendarLink("usr_1", "hash", NOW, "sid_maker", 0))))
    CalendarRepository(table).remove_link_of("usr_1", ended)
    assert (table.get(keys.calendar("usr_1")) is not None) == stays


def test_course_that_shows_the_name_already_gets_no_new_version(table: Table) -> None:
    course_id = Courses(table).add(tutor_id="usr_1")
    teaching = TeachingRepository(table)
    for name, version in (("Grace", 2), ("Grace", 2), ("Ada", 3)):
        teaching.name_tutor("usr_1", [course_id], name)
        item = table.get(keys.course(course_id)) or {}
        assert (item["tutorName"], item["version"]) == (name, version)


def test_window_that_closed_meanwhile_is_not_reported(table: Table) -> None:
    allowance = Allowance.of(Limit("registrations", 1, 60), "192.0.2.1")
    entry = AuditTrail().entry(Principal("usr_1", Role.LEARNER, "sid_1"), AuditAction.ACCOUNT_ERASED, "usr_1")
    ThrottleRepository(table).report(allowance, entry, str(uuid4()))
    assert AuditRepository(table).by("usr_1", 10) == []
