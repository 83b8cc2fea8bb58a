"""All of one's data: as the answer where it is small, as a file behind a link where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.exports import (
    CHARACTERS_MAX,
    CONVERSATIONS_MAX,
    ENTRIES_MAX,
    KEPT,
    LINK_LIFETIME,
    PREPARING_MAX,
    Correspondence,
    ExportRecord,
    KeptFile,
    OwnItems,
    PersonalData,
    TooLarge,
)
from peerlearn.domain.ids import new_id
from peerlearn.domain.limits import EXPORTS
from peerlearn.domain.messages import Conversation, Message, Pair
from peerlearn.domain.standing import Admission
from peerlearn.domain.users import FORMER_LEARNER, Principal


class Store(Protocol):
    """See `peerlearn.persistence.personal_data`."""

    def record(self, user_id: str) -> ExportRecord | None: ...
    def begin(self, record: ExportRecord, token: str) -> ExportRecord: ...
    def finish(self, record: ExportRecord) -> bool: ...
    def own_items(self, user_id: str, most: int | None = None) -> OwnItems | None: ...
    def conversations(self, user_id: str, most: int | None = None) -> list[Conversation]: ...
    def messages(self, pair: Pair) -> Iterator[Message]: ...
    def audit(self, user_id: str, most: int | None = None) -> list[AuditEntry]: ...
    def names(self, user_ids: Sequence[str]) -> Mapping[str, str]: ...
    def titles(self, course_ids: Sequence[str]) -> Mapping[str, str]: ...


class Files(Protocol):
    """See `peerlearn.adapters.personal_files`."""

    def uploads(self, user_id: str, most: int | None = None) -> list[KeptFile]: ...
    def write(self, key: str, chunks: Iterable[bytes]) -> int: ...
    def delete(self, key: str) -> None: ...
    def link(self, key: str, expires_in: int) -> str: ...


class Gate(Protocol):
    """See `peerlearn.services.standing`."""

    def admission(self, caller: Principal, *limits: str) -> Admission: ...
    def admit(self, caller: Principal, *limits: str) -> Admission: ...


@dataclass(frozen=True, slots=True)
class ExportDownload:
    """The address of an export's file, and its end; a new one can be had as long as the record is kept."""

    record: ExportRecord
    url: str
    expires_at: datetime


class ExportService:
    """The use case of the endpoint, and what is left to do behind it."""

    def __init__(self, store: Store, files: Files, gate: Gate, clock: Clock = utc_now) -> None:
        self._store = store
        self._files = files
        self._gate = gate
        self._clock = clock

    def export(self, caller: Principal) -> PersonalData | ExportRecord | ExportDownload:
        """Everything about the caller: itself, or the record of a file that is being written, or a link to the file.

        Asked again while a file is being written, no second one is begun, and nothing counts against the limit.

        Raises
        ------
        Unauthenticated
            The session has ended, or the account was erased.
        TooManyRequests
        """
        now = self._clock()
        # Every answer tells how much of the limit is left.
        self._gate.admission(caller, EXPORTS)
        record = self._store.record(caller.user_id)
        if record is None or record.expires_at <= now:
            self._gate.admit(caller, EXPORTS)
            try:
                return self._small(caller.user_id)
            except TooLarge:
                wanted = ExportRecord(caller.user_id, new_id("exp"), now, now + PREPARING_MAX)
                record = self._store.begin(wanted, str(uuid4()))
        if record.ready_at is None:
            return record
        expires_at = min(now + LINK_LIFETIME, record.expires_at)
        return ExportDownload(record, self._files.link(record.key, int((expires_at - now).total_seconds())), expires_at)

    def write(self, user_id: str, export_id: str, render: Callable[[PersonalData], Iterable[bytes]]) -> bool:
        """Write the file of an export that was asked for; return whether there was anything to write.

        Parameters
        ----------
        render
            The data as text, in pieces: the whole is more than memory may hold.
        """
        record = self._store.record(user_id)
        wanted = ExportRecord(user_id, export_id, self._clock(), self._clock())
        if record is None or record.export_id != export_id:
            # Erased meanwhile, or asked for anew: a file that an earlier try has left is nobody's.
            self._files.delete(wanted.key)
            return False
        if record.ready_at is not None:
            return False
        data = self._everything(user_id)
        size = self._files.write(record.key, render(data)) if data is not None else 0
        now = self._clock()
        done = replace(record, ready_at=now, expires_at=now + KEPT, size=size)
        if data is None or not self._store.finish(done):
            self._files.delete(record.key)
            return False
        return True

    def _small(self, user_id: str) -> PersonalData:
        now = self._clock()
        own = self._store.own_items(user_id, ENTRIES_MAX)
        if own is None:
            raise account_erased()
        heads = self._store.conversations(user_id, CONVERSATIONS_MAX)
        audit = self._store.audit(user_id, ENTRIES_MAX)
        entries = own.entries_count + len(audit) + sum(head.last_seq for head in heads)
        if entries > ENTRIES_MAX:
            raise TooLarge
        files = self._files.uploads(user_id, ENTRIES_MAX)
        messages = {head.pair: list(self._store.messages(head.pair)) for head in heads}
        characters = own.characters + sum(len(one.text) for each in messages.values() for one in each)
        if characters > CHARACTERS_MAX:
            raise TooLarge
        return self._data(own, now, heads, files, audit, lambda pair: messages[pair])

    def _everything(self, user_id: str) -> PersonalData | None:
        now = self._clock()
        own = self._store.own_items(user_id)
        if own is None:
            return None
        heads = self._store.conversations(user_id)
        files, audit = self._files.uploads(user_id), self._store.audit(user_id)
        return self._data(own, now, heads, files, audit, self._store.messages)

    def _data(
        self,
        own: OwnItems,
        now: datetime,
        heads: Sequence[Conversation],
        files: Sequence[KeptFile],
        audit: Sequence[AuditEntry],
        messages: Callable[[Pair], Iterable[Message]],
    ) -> PersonalData:
        user_id = own.profile.user.user_id
        peers = {head.pair: head.pair.other(user_id) for head in heads}
        names = self._store.names(list(peers.values()))
        titles = self._store.titles([one.course_id for one in own.profile.enrollments] + list(own.taught_courses))
        conversations = (
            Correspondence(head, peers[head.pair], names.get(peers[head.pair], FORMER_LEARNER), messages(head.pair))
            for head in heads
        )
        return PersonalData(own, now, titles, files, audit, conversations)
