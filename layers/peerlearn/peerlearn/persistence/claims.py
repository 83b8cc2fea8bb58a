"""Claims: each lets one notice leave, once, and only while its reader may have it and wants it.

    nothing      --claim-->  claimed, and the mail is in the outbox
                 account active, its address proven, the kind of mail not turned off, and what the caller adds

One transaction asks for all of it, so whatever was acknowledged before (a seat given up, a kind of mail turned off) has
no claim behind it, and of all who try the same one a single one gets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from uuid import uuid4

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.mails import NOTICES, Mail
from peerlearn.domain.notices import Channel, Wish
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.own_records import OwnKind, own_record_item
from peerlearn.persistence.mails import posting
from peerlearn.persistence.notices import wanting
from peerlearn.persistence.standing import StandingWrite
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import TRANSACTION_MAX, Write, put

# Longer than anything comes again that a claim follows from: records of the stream, dead letters, ticks made up for.
_KEPT = timedelta(days=30)
_CLAIM = 0


def claim(table: Table, user_id: str, mail: Mail, key: str, *conditions: Write) -> bool:
    """Have a notice leave, once for its key; return whether this call did that.

    Parameters
    ----------
    mail: Mail
        A notice, made for this call alone: by its id the call knows its own write, whose reply may be lost.
    key: str
        Tells what is told from all else that the person is ever told: the kind, what it is about, and a moment or a
        number. It may hold no free text.
    conditions
        Further writes of the transaction, as a rule checks, such as that a seat is held.

    Returns
    -------
    bool
        False where it was claimed before, or a condition does not hold: nothing is written then.

    Raises
    ------
    TemporarilyUnavailable
    """
    try:
        table.transact(_writes(Wanted(user_id, mail, key, conditions)), mail.mail_id)
    except ConditionFailed as failure:
        found = failure.found[_CLAIM]
        return found is not None and found["mailId"] == mail.mail_id
    return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claim to be made: as the arguments of `claim`."""

    user_id: str
    mail: Mail
    key: str
    conditions: Sequence[Write] = ()


def claim_together(table: Table, wanted: Sequence[Wanted], shared: Sequence[Write]) -> int:
    """Have notices leave of which the same must be true; return how many did by this call.

    As many as a transaction has room for are claimed by one: claims of their own would meet each other at the items
    of the shared conditions. Somebody whose own conditions do not hold is left out, and the others are tried again.

    Parameters
    ----------
    wanted: sequence of Wanted
        Of different people, each with as many conditions.
    shared
        Conditions on items that are nobody's own, such as that a session starts at a time.

    Raises
    ------
    TemporarilyUnavailable
    """
    if not wanted:
        return 0
    step = (TRANSACTION_MAX - len(shared)) // len(_writes(wanted[0]))
    return sum(_claimed(table, wanted[start : start + step], shared) for start in range(0, len(wanted), step))


def _claimed(table: Table, wanted: Sequence[Wanted], shared: Sequence[Write]) -> int:
    left = list(wanted)
    while left:
        parts = [_writes(one) for one in left]
        try:
            table.transact([*shared, *chain.from_iterable(parts)], str(uuid4()))
        except ConditionFailed as failure:
            if any(failure.failed[: len(shared)]):
                return 0
            failed = iter(failure.failed[len(shared) :])
            left = [one for one, part in zip(left, parts, strict=True) if not any(tuple(islice(failed, len(part))))]
        else:
            return len(left)
    return 0


def _writes(wanted: Wanted) -> list[Write]:
    user_id, mail = wanted.user_id, wanted.mail
    return [
        put(_claim_item(user_id, mail, wanted.key), condition="attribute_not_exists(PK)"),
        posting(mail),
        StandingWrite(user_id, mail.created_at).require_active().require_proven().write(),
        wanting(user_id, Wish(NOTICES[mail.kind], Channel.EMAIL)),
        *wanted.conditions,
    ]


def _claim_item(user_id: str, mail: Mail, key: str) -> Item:
    expires_at = mail.created_at + _KEPT
    fields = {
        "key": key,
        "mailId": mail.mail_id,
        "claimedAt": to_rfc3339(mail.created_at),
        "expiresAt": to_rfc3339(expires_at),
        "ttl": int(expires_at.timestamp()),
    }
    return own_record_item(user_id, OwnKind.CLAIM, key, fields)
