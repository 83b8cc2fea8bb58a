"""Imports that only annotations need are left out of a build, and no others."""

from __future__ import annotations

import pytest

from scripts.lean_layer import without_typing_imports

HEAD = "from __future__ import annotations\n"
USED = [
    "value = User()",
    "def f(user=User): pass",
    "class Owner(User): pass",
    "@User\ndef f(): pass",
    "def f(): return cast(User, 1)",
    "Alias = list[User]",
    "def f():\n    one: int = User",
    "print([User.name for _ in ()])",
    "match 1:\n    case User(): pass",
]
NAMED = [
    "def f(user: User) -> None: pass",
    "def f() -> list[User]: pass",
    "class Owner:\n    user: User",
    "def f():\n    one: User = 1",
    "async def f(*users: User, **more: User): pass",
    "user: User",
]


@pytest.mark.parametrize("rest", USED)
def test_a_name_that_runs_is_imported(rest: str) -> None:
    source = f"{HEAD}from peerlearn.domain.users import User\n{rest}\n"
    assert without_typing_imports(source) == source


@pytest.mark.parametrize("rest", NAMED)
def test_a_name_that_annotations_alone_use_is_not_imported(rest: str) -> None:
    assert without_typing_imports(f"{HEAD}from peerlearn.domain.users import User\n{rest}\n") == f"{HEAD}{rest}\n"


def test_the_other_names_of_a_statement_stay() -> None:
    rest = "role = Role.ADMIN\nuser: Person\n"
    source = f"{HEAD}from peerlearn.domain.users import (\n    Role,\n    User as Person,\n)\n{rest}"
    kept = f"{HEAD}from peerlearn.domain.users import Role\n{rest}"
    assert without_typing_imports(source) == kept
    assert without_typing_imports(kept) == kept


def test_names_of_other_projects_stay() -> None:
    source = f"{HEAD}from datetime import datetime\ndef f(at: datetime) -> None: pass\n"
    assert without_typing_imports(source) == source
