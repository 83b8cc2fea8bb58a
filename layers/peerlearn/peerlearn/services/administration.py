"""Administration of accounts: roles, suspensions, ended sessions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from peerlearn.domain.audit import AuditAction, AuditEntry, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.errors import Conflict, UserNotFound
from peerlearn.domain.mails import Mail, MailKind, Mailroom
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import AccountState, AuthorityChange, Principal, Role, User
from peerlearn.services.authority import Accounts, changed_elsewhere

_ROLE, _STATE = AuditAction.ROLE_CHANGED, AuditAction.STATUS_CHANGED


class AdministrationService:
    """The writing use cases of the `users` endpoints.

    An `admission` is the administrator's: it is checked in the transaction itself, so that of two who take each other's
    role away only one succeeds. Without one the operator acts, by their AWS permissions.
    """

    def __init__(self, accounts: Accounts, trail: AuditTrail, mailroom: Mailroom, clock: Clock = utc_now) -> None:
        self._accounts = accounts
        self._trail = trail
        self._mailroom = mailroom
        self._clock = clock

    def change(
        self,
        caller: Principal,
        user_id: str,
        *,
        role: Role | None = None,
        state: AccountState | None = None,
        reason: str | None = None,
        admission: Admission | None = None,
    ) -> User:
        """Give somebody another role, suspend them, or let them in again; where anything changes, their sessions end.

        Raises
        ------
        UserNotFound
        Unauthenticated, Forbidden
            The administrator is not one any more.
        Conflict
            Administrators neither give up their own role nor suspend themselves; or no active administrator would be
            left; or the account was changed at the same moment from elsewhere.
        """
        if user_id == caller.user_id and (role not in (None, Role.ADMIN) or state is AccountState.SUSPENDED):
            raise Conflict("Another administrator has to do this for you.")
        user = self._accounts.user(user_id)
        if user is None:
            raise UserNotFound
        entries, mails = self._told(caller, user, role, state, reason)
        if not entries:
            return user
        return self._changed(user, AuthorityChange(role=role, state=state), entries, admission, mails)

    def take_over(self, caller: Principal, user: User, role: Role, password_hash: str) -> User:
        """Give an account a role and another password: anybody may have registered it.

        Raises
        ------
        Conflict
            The account was changed at the same moment from elsewhere.
        """
        entries = [
            self._trail.entry(caller, AuditAction.PASSWORD_CHANGED, user.user_id),
            self._trail.entry(caller, AuditAction.ROLE_CHANGED, user.user_id, before=user.role.value, after=role.value),
        ]
        mails = [
            *self._mailroom.to(user, MailKind.PASSWORD_CHANGED),
            *self._mailroom.to(user, MailKind.ROLE_CHANGED, role=role.value),
        ]
        return self._changed(user, AuthorityChange(role=role, password_hash=password_hash), entries, None, mails)

    def end_sessions(self, caller: Principal, user_id: str, admission: Admission | None = None) -> None:
        """End every session of somebody.

        Raises
        ------
        UserNotFound, Unauthenticated, Forbidden, Conflict
        """
        user = self._accounts.user(user_id)
        if user is None:
            raise UserNotFound
        entry = self._trail.entry(caller, AuditAction.SESSIONS_ENDED, user_id)
        # One's own standing is the item that the change writes: it cannot be asked of the same item once more.
        asked = None if user_id == caller.user_id else admission
        self._changed(user, AuthorityChange(), [entry], asked)

    def _told(
        self, caller: Principal, user: User, role: Role | None, state: AccountState | None, reason: str | None
    ) -> tuple[list[AuditEntry], list[Mail]]:
        """Return what is recorded of a change, and what its account is told; nothing where nothing changes."""
        entries: list[AuditEntry] = []
        mails: list[Mail] = []
        why = {"reason": reason} if reason else {}
        if role is not None and role is not user.role:
            details = {"before": user.role.value, "after": role.value}
            entries.append(self._trail.entry(caller, AuditAction.ROLE_CHANGED, user.user_id, **details, **why))
            mails += self._mailroom.to(user, MailKind.ROLE_CHANGED, role=role.value)
        if state is not None and state is not user.state:
            details = {"before": user.state.value, "after": state.value}
            entries.append(self._trail.entry(caller, AuditAction.STATUS_CHANGED, user.user_id, **details, **why))
            is_out = state is AccountState.SUSPENDED
            mails += self._mailroom.to(user, MailKind.ACCOUNT_SUSPENDED if is_out else MailKind.ACCOUNT_RESTORED)
        return entries, mails

    def _changed(
        self,
        user: User,
        change: AuthorityChange,
        entries: Sequence[AuditEntry],
        admission: Admission | None,
        mails: Sequence[Mail] = (),
    ) -> User:
        changed = self._accounts.change_authority(user, change, entries, self._clock(), str(uuid4()), admission, mails)
        if changed is not None:
            return changed
        present = self._accounts.user(user.user_id)
        wanted = change.of(user)
        # Another administrator's commit of the same role or state is as good.
        is_done = present is not None and (present.role, present.state) == (wanted.role, wanted.state)
        if present is not None and is_done and entries[0].action in (_ROLE, _STATE):
            return present
        raise changed_elsewhere()
