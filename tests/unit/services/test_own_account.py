"""An account that its owner erased between two of their requests is told so, whatever they ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from peerlearn.domain.errors import Unauthenticated
from peerlearn.domain.users import Principal, Role, User
from peerlearn.services.proofs import prove_own
from peerlearn.services.sign_in_sessions import SignInSessionService

ADA = Principal("usr_1", Role.LEARNER, "sid_1")


class NobodyThere:
    """Accounts without this one; anything else that is asked of it is a mistake."""

    def user(self, user_id: str) -> User | None:
        return None


ASKS: list[Callable[[Any], object]] = [
    lambda nobody: prove_own(nobody, cast("Any", None), ADA, "Analytical-1843"),
    lambda nobody: SignInSessionService(cast("Any", None), nobody, cast("Any", None)).end_others(ADA),
]


@pytest.mark.parametrize("ask", ASKS, ids=["password", "end other sessions"])
def test_erased_account_is_told_so(ask: Callable[[Any], object]) -> None:
    with pytest.raises(Unauthenticated):
        ask(NobodyThere())
