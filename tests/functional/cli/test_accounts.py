"""`create-admin`."""

from __future__ import annotations

import io

import pytest

from peerlearn.bootstrap.accounts import account_repository, account_service
from peerlearn.bootstrap.audit import audit_service
from peerlearn.domain.audit import AuditFilters
from peerlearn.domain.errors import InvalidCredentials, Unauthenticated
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.users import OPERATOR_ID, Role
from tests.functional.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("aws")

EMAIL = "ada@school.example"
PASSWORD = "Correct-Horse-1"
OTHER_PASSWORD = "Battery-Staple-2"
SOURCE = "192.0.2.1"


class Terminal(io.StringIO):
    """Standard input with somebody before it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Type this where a password is asked for."""
    passwords: list[str] = []
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: passwords.pop(0))
    return passwords


def test_a_new_account_is_an_administrator_and_can_sign_in(run: Run, typed: list[str]) -> None:
    typed += [PASSWORD, PASSWORD]
    done = run("create-admin", EMAIL, "--name", "Ada")
    assert done.status == 0, done.err
    user = account_service().login(EMAIL, PASSWORD, SOURCE).user
    assert (user.role, user.name) == (Role.ADMIN, "Ada")
    assert PASSWORD not in done.out + done.err


def test_where_nobody_can_type_a_password_nothing_is_asked(
    run: Run, typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed += [PASSWORD, PASSWORD]
    monkeypatch.setattr("sys.stdin", io.StringIO())
    done = run("create-admin", EMAIL)
    assert done.status == 2
    assert "write it to standard input, with --password-stdin" in " ".join(done.err.split())
    assert account_repository().credential(EMAIL) is None


def test_a_second_time_changes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert run("create-admin", EMAIL, "--password-stdin").status == 0
    before = account_repository().credential(EMAIL)
    done = run("create-admin", EMAIL.upper())
    assert done.status == 0
    assert "already" in done.out
    assert account_repository().credential(EMAIL) == before


def test_existing_account_is_refused_without_its_id(run: Run) -> None:
    signed_in = account_service().register("Ada", EMAIL, PASSWORD)
    done = run("create-admin", EMAIL)
    assert done.status == 2
    assert f"--existing {signed_in.user.user_id}" in " ".join(done.err.split())
    assert account_service().refresh(signed_in.refresh_token).user.role is Role.LEARNER


def test_existing_account_gets_the_role_and_a_new_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = account_service().register("Ada", EMAIL, PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{OTHER_PASSWORD}\n"))
    assert run("create-admin", EMAIL, "--existing", signed_in.user.user_id, "--password-stdin").status == 0
    with pytest.raises(InvalidCredentials):
        account_service().login(EMAIL, PASSWORD, SOURCE)
    assert account_service().login(EMAIL, OTHER_PASSWORD, SOURCE).user.role is Role.ADMIN
    with pytest.raises(Unauthenticated):
        account_service().refresh(signed_in.refresh_token)


def test_the_audit_trail_names_the_operator(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = account_service().register("Ada", EMAIL, PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{OTHER_PASSWORD}\n"))
    assert run("create-admin", EMAIL, "--existing", signed_in.user.user_id, "--password-stdin").status == 0
    filters = AuditFilters(actor_id=OPERATOR_ID, target=signed_in.user.user_id)
    entries = audit_service().entries(filters, PageRequest(limit=10)).entries
    assert [one.actor_name for one in entries] == ["Operator", "Operator"]


@pytest.mark.parametrize("address", [EMAIL, "nobody@school.example"])
def test_id_of_another_account_is_refused(run: Run, address: str) -> None:
    signed_in = account_service().register("Ada", EMAIL, PASSWORD)
    done = run("create-admin", address, "--existing", "usr_another")
    assert done.status == 2
    assert "is not the address of usr_another" in " ".join(done.err.split())
    assert account_service().refresh(signed_in.refresh_token).user.role is Role.LEARNER


@pytest.mark.parametrize("password", ["", "short", "no-upper-case-1", "Nothing2special"])
def test_the_rules_for_passwords_hold(run: Run, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    done = run("create-admin", EMAIL, "--password-stdin")
    assert done.status == 2
    assert "The password:" in done.err
    assert account_repository().credential(EMAIL) is None


def test_a_weak_password_that_is_typed_is_asked_for_again(run: Run, typed: list[str]) -> None:
    typed += ["short", PASSWORD, PASSWORD]
    assert run("create-admin", EMAIL).status == 0
    assert typed == []


@pytest.mark.parametrize("email", ["ada", "ada@", "@school.example", "ada@school"])
def test_an_address_that_is_none_is_refused(run: Run, email: str) -> None:
    done = run("create-admin", email)
    assert done.status == 2
    assert "is not a valid email address" in done.err or "at least 3" in done.err
