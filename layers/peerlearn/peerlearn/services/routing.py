"""The stream's records on their way to the queues of the work that they call for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from peerlearn.domain.tasks import Assignment, Posting, Work


class Intake(Protocol):
    """See `peerlearn.adapters.queues`."""

    def send_all(self, postings: Sequence[Posting]) -> Mapping[int, Exception]: ...


class Router:
    """Puts what a batch of records calls for on the queues, as few calls as possible, and does none of it.

    Parameters
    ----------
    intakes: mapping
        The queue of each kind of work; asked for only where there is such work.
    """

    def __init__(self, intakes: Mapping[Work, Callable[[], Intake]]) -> None:
        self._intakes = intakes

    def route(self, batch: Mapping[str, Sequence[Assignment]]) -> Mapping[str, BaseException]:
        """Hand over the tasks of all records.

        Parameters
        ----------
        batch: mapping
            The tasks of each record, by a name of the record; in the order in which the changes happened.

        Returns
        -------
        mapping
            Why a record failed, by its name. Some of its tasks may have been taken: every worker bears them twice.
        """
        failures: dict[str, BaseException] = {}
        for work, intake in self._intakes.items():
            wanted = [(name, one.posting) for name, tasks in batch.items() for one in tasks if one.work is work]
            if not wanted:
                continue
            refused = intake().send_all([posting for _, posting in wanted])
            for number, failure in refused.items():
                failures.setdefault(wanted[number][0], failure)
        return failures
