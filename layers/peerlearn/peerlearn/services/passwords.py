"""Changing one's password."""

from __future__ import annotations

from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.mails import MailKind, Mailroom
from peerlearn.domain.users import AuthorityChange, Principal
from peerlearn.services.authority import Accounts, change_own
from peerlearn.services.proofs import PasswordProof, Passwords, prove_own, require_strong


class PasswordService:
    """Changes passwords."""

    def __init__(
        self,
        accounts: Accounts,
        proof: PasswordProof,
        passwords: Passwords,
        trail: AuditTrail,
        mailroom: Mailroom,
        clock: Clock = utc_now,
    ) -> None:
        self._accounts = accounts
        self._proof = proof
        self._passwords = passwords
        self._trail = trail
        self._mailroom = mailroom
        self._clock = clock

    def change(self, caller: Principal, current_password: str, new_password: str) -> None:
        """Give the caller a new password; every other session of theirs ends.

        Raises
        ------
        InvalidCredentials
            The current password is wrong.
        TooManyRequests
            Too many wrong passwords, here and at sign-in together.
        ValidationFailed
            The new one breaks a rule.
        Conflict
            The account was changed at the same moment from elsewhere.
        Unauthenticated
            The session ended meanwhile, or the account was erased.
        """
        require_strong(new_password, "newPassword")
        credential = prove_own(self._accounts, self._proof, caller, current_password)
        change = AuthorityChange(password_hash=self._passwords.hash(new_password), kept_session=caller.session_id)
        entry = self._trail.entry(caller, AuditAction.PASSWORD_CHANGED, caller.user_id)
        told = self._mailroom.to(credential.user, MailKind.PASSWORD_CHANGED)
        change_own(self._accounts, credential.user, change, [entry], self._clock(), told)
