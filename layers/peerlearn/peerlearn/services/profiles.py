"""Reading and changing one's own profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.erasure import account_erased
from peerlearn.domain.profiles import Profile
from peerlearn.domain.standing import require_standing
from peerlearn.domain.users import Language, Principal, User


class Profiles(Protocol):
    """See `peerlearn.persistence.profiles`."""

    def profile(self, user_id: str) -> Profile | None: ...


class Accounts(Protocol):
    """See `peerlearn.persistence.accounts`."""

    def change_profile(
        self,
        user: User,
        token: str,
        *,
        name: str | None = None,
        interests: Sequence[str] | None = None,
        learning_goals: Sequence[str] | None = None,
        language: Language | None = None,
        time_zone: str | None = None,
    ) -> User: ...


class ProfileService:
    """The use cases of the `profile` endpoints."""

    def __init__(self, profiles: Profiles, accounts: Accounts) -> None:
        self._profiles = profiles
        self._accounts = accounts

    def profile(self, caller: Principal) -> Profile:
        """Return the caller's own page.

        Raises
        ------
        Unauthenticated
            The session has ended, or the account was erased.
        """
        profile = self._profiles.profile(caller.user_id)
        if profile is None:
            raise account_erased()
        require_standing(profile.standing, caller)
        return profile

    def update(
        self,
        caller: Principal,
        *,
        name: str | None = None,
        interests: Sequence[str] | None = None,
        learning_goals: Sequence[str] | None = None,
        language: Language | None = None,
        time_zone: str | None = None,
    ) -> Profile:
        """The caller's own page with the given fields replaced; None leaves one as it is.

        Raises
        ------
        Unauthenticated
            The account was erased.
        """
        profile = self.profile(caller)
        user = self._accounts.change_profile(
            profile.user,
            str(uuid4()),
            name=name,
            interests=interests,
            learning_goals=learning_goals,
            language=language,
            time_zone=time_zone,
        )
        return replace(profile, user=user)
