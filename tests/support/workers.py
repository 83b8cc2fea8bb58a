"""The queues of work in memory, and their workers: tasks are handed over as Lambda does, by the template's settings.

A task comes again until its worker has done it, or its queue's tries are over and it is a dead letter. A FIFO queue
leaves out what it was sent before, and shows a group's next task once the one before is gone.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.streams import follow_up, notify
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.tasks import Posting, Task, Work
from peerlearn.services.routing import Router
from scripts.project.template import load_template
from tests.support.api import Context

_RESOURCES: dict[str, dict[str, Any]] = load_template()["Resources"]
# The function of each queue, and the name that its module has the queue's provider by.
WORKERS = {
    Work.PROMOTION: ("PromoteFunction", "promotion_queue"),
    Work.CATALOGUE: ("IndexCatalogueFunction", "catalogue_queue"),
    Work.JOB: ("CarryOnFunction", "job_queue"),
    Work.ERASURE: ("FinishErasureFunction", "erasure_queue"),
    Work.EXPORT: ("WriteExportFunction", "export_queue"),
    Work.ANNOUNCEMENT: ("AnnounceFunction", "announcement_queue"),
    Work.MAIL: ("SendMailFunction", "mail_queue"),
}


@dataclass
class Waiting:
    """One task in a queue."""

    receipt: str
    body: str
    group: str
    received: int = 0
    postponed: list[int] = field(default_factory=list)

    @property
    def task(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


class WorkQueue:
    """One queue in memory.

    Attributes
    ----------
    waiting: list of Waiting
        What is in it, in order.
    dead: list of dict
        Tasks whose tries are over.
    sent: int
        How many tasks it took.
    refuses: callable
        Tells which tasks it does not take now.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        function, provider = WORKERS[work]
        properties = _RESOURCES[function]["Properties"]
        source = properties["Events"]["Queue"]["Properties"]
        queue = _RESOURCES[source["Queue"]["Fn::GetAtt"][0]]["Properties"]
        self.provider = provider
        self.handler: str = properties["Handler"]
        self._batch_size: int = source["BatchSize"]
        self._receives_max: int = queue["RedrivePolicy"]["maxReceiveCount"]
        self._is_fifo: bool = queue.get("FifoQueue", False)
        self._known: set[tuple[str, str]] = set()
        self.waiting: list[Waiting] = []
        self.dead: list[dict[str, Any]] = []
        self.sent = 0
        self.refuses: Callable[[dict[str, Any]], bool] = lambda _: False

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(self.handler.rpartition(".")[0])

    @property
    def tasks(self) -> list[dict[str, Any]]:
        return [one.task for one in self.waiting]

    def send(self, task: Task, delay_seconds: int = 0) -> None:
        for failure in self.send_all([Posting(task, delay_seconds)]).values():
            raise failure

    def send_all(self, postings: Sequence[Posting]) -> Mapping[int, Exception]:
        failures: dict[int, Exception] = {}
        for number, posting in enumerate(postings):
            assert bool(posting.group) is bool(posting.once) is self._is_fifo
            assert not (self._is_fifo and posting.delay_seconds)
            if self.refuses(dict(posting.task)):
                failures[number] = TemporarilyUnavailable()
            elif (posting.group, posting.once) not in self._known or not self._is_fifo:
                self._known.add((posting.group, posting.once))
                self.sent += 1
                self.waiting.append(Waiting(f"task-{self.sent}", json.dumps(posting.task), posting.group))
        return failures

    def forget(self) -> None:
        """Five minutes have passed: what it was sent before is taken again."""
        self._known.clear()

    def postpone(self, receipt: str, seconds: int) -> None:
        assert 0 < seconds <= 43_200
        (one,) = (one for one in self.waiting if one.receipt == receipt)
        one.postponed.append(seconds)

    def hand_over(self) -> bool:
        """One batch for the worker; returns whether there was one."""
        batch = self._next_batch()
        if not batch:
            return False
        for one in batch:
            one.received += 1
        function = self.module.lambda_handler
        event = {"Records": [_as_record(one) for one in batch]}
        # as it crosses to Lambda and back
        answer = function(json.loads(json.dumps(event)), cast("LambdaContext", Context(self.handler)))
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for one in batch:
            if one.receipt not in failed:
                self.waiting.remove(one)
            elif one.received == self._receives_max:
                self.waiting.remove(one)
                self.dead.append(one.task)
        return True

    def _next_batch(self) -> list[Waiting]:
        return self.waiting[: self._batch_size]


class Workers:
    """All queues; what the stream's consumer routes goes to them while this stands."""

    def __init__(self, patch: pytest.MonkeyPatch, *works: Work) -> None:
        self.queues = {work: WorkQueue(work) for work in works or Work}
        router = Router({work: partial(self.queues.__getitem__, work) for work in self.queues})
        for consumer in (follow_up, notify):
            patch.setattr(consumer, "router", lambda: router)
        for queue in self.queues.values():
            patch.setattr(queue.module, queue.provider, partial(self.queues.__getitem__, queue.work))

    def __getitem__(self, work: Work) -> WorkQueue:
        return self.queues[work]

    def drain(self, *works: Work) -> None:
        """Has the work done, one batch of each queue in turn, until nothing waits."""
        while sum(self.queues[work].hand_over() for work in works or self.queues):
            pass

    @property
    def dead(self) -> list[dict[str, Any]]:
        return list(self._dead())

    def _dead(self) -> Iterator[dict[str, Any]]:
        for queue in self.queues.values():
            yield from queue.dead


def _as_record(one: Waiting) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(one.received)}
    if one.group:
        attributes["MessageGroupId"] = one.group
    return {
        "messageId": one.receipt,
        "receiptHandle": one.receipt,
        "body": one.body,
        "attributes": attributes,
        "eventSource": "aws:sqs",
    }
