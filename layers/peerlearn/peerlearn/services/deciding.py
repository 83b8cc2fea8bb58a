"""The shape of every change: load its situation, decide, apply; and again on the situation that was found instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import uuid4

from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.retrying import Collision
from peerlearn.domain.standing import Admission

S = TypeVar("S")
R = TypeVar("R")


def until_applied(
    load: Callable[[Admission | None], tuple[S, Admission | None]],
    carry_out: Callable[[S, Admission | None, str], R],
    *,
    admission: Admission | None = None,
    found: S | None = None,
    tries: Iterable[object],
) -> R:
    """Return the result of the first try that did not collide with somebody else's change.

    Parameters
    ----------
    load
        Reads the situation, and makes the admission from the standing that was read with it, where there is one.
    carry_out
        Decides on a situation and lets the store apply the change, under a token of this try alone, so that the store
        knows its own write again. The store raises Collision where something stood otherwise.
    admission: Admission, optional
        Of the caller; None where the product itself acts, or its operator.
    found: optional
        The situation where it is known or presumed already: the first try then reads nothing.
    tries: iterable
        Yields once for each try, and may wait in between, as `Backoff.waits` does.

    Raises
    ------
    TemporarilyUnavailable
        Others were always faster.
    """
    change_id = uuid4().hex
    situation = found
    for number, _ in enumerate(tries):
        if situation is None:
            situation, admission = load(admission)
        try:
            return carry_out(situation, admission, f"{change_id}-{number}")
        except Collision as collision:
            situation, admission = collision.situation, collision.admission
    raise TemporarilyUnavailable


def from_presumption(presumed: S, carry_out: Callable[[S, str], R], *, tries: int) -> R:
    """Return the same where nothing is read first: each collision tells the state that was found instead.

    Parameters
    ----------
    presumed
        The situation that the first try is decided on.
    carry_out
        Decides on a situation and lets the store apply the change, under a token of this try alone.
    tries: int
        How many at most, without a pause in between.

    Raises
    ------
    TemporarilyUnavailable
        Others were always faster.
    """
    return until_applied(
        lambda admission: (presumed, admission),
        lambda situation, _, token: carry_out(situation, token),
        tries=range(tries),
    )
