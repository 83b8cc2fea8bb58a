"""Requests with an idempotency key: claims of those that are being carried out, and the answers of earlier ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.idempotency import Claim, Kept
from peerlearn.persistence import system_keys
from peerlearn.persistence.items.idempotency import kept_item, kept_of
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, delete, put

# nothing, or an item past its time  --claim-->  claimed
_IS_FREE = "attribute_not_exists(PK) OR #expires <= :now"
# a claim whose holder has ended     --take over-->  claimed by another, with the same seed
# a claim of one's own               --keep, lapse, release-->  answered, free to be taken over, or nothing
_IS_CLAIM = "#claim = :claim AND attribute_not_exists(#answer)"
_NAMES = {"#claim": "claimId", "#answer": "answer"}


class IdempotencyRepository:
    """Stores one item for each key; of several requests that claim a key at once, one succeeds."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, place: str, wanted: Kept, now: datetime) -> Kept:
        """Claim a key; return the claim that is stored then: `wanted`, or that of another request, answered or not.

        Raises
        ------
        TemporarilyUnavailable
        """
        writing = put(
            kept_item(place, wanted),
            condition=_IS_FREE,
            names={"#expires": "expiresAt"},
            values={":now": to_rfc3339(now)},
        )
        return self._stood(wanted, writing)

    def take_over(self, place: str, lapsed: Kept, claim: Claim) -> Kept:
        """Take over the claim of a request that has ended; return the claim that is stored then.

        That is the own one, unless a third request was faster.
        """
        wanted = replace(lapsed, claim=replace(claim, seed=lapsed.claim.seed))
        writing = put(
            kept_item(place, wanted), condition=_IS_CLAIM, names=_NAMES, values={":claim": lapsed.claim.claim_id}
        )
        return self._stood(wanted, writing)

    def keep(self, place: str, claimed: Kept, answer: bytes) -> None:
        """Store the answer of a claim, unless it is another's by now."""
        writing = put(
            kept_item(place, replace(claimed, answer=answer)),
            condition=_IS_CLAIM,
            names=_NAMES,
            values={":claim": claimed.claim.claim_id},
        )
        with suppress(ConditionFailed):
            self._table.write(writing)

    def lapse(self, place: str, claimed: Kept, now: datetime) -> None:
        """Let the next request take a claim over at once, unless somebody has done so by now."""
        writing = put(
            kept_item(place, replace(claimed, claim=replace(claimed.claim, until=now))),
            condition=_IS_CLAIM,
            names=_NAMES,
            values={":claim": claimed.claim.claim_id},
        )
        with suppress(ConditionFailed):
            self._table.write(writing)

    def release(self, place: str, claimed: Kept) -> None:
        """Give a claim up, unless it is another's by now."""
        writing = delete(
            system_keys.kept_answer(place), condition=_IS_CLAIM, names=_NAMES, values={":claim": claimed.claim.claim_id}
        )
        with suppress(ConditionFailed):
            self._table.write(writing)

    def _stood(self, wanted: Kept, writing: Write) -> Kept:
        try:
            self._table.write(writing)
        except ConditionFailed as failure:
            found = failure.found[0]
            # Released a moment ago: the next request finds it free.
            return kept_of(found) if found is not None else replace(wanted, claim=Claim("", "", wanted.claim.until))
        return wanted
