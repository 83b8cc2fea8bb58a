"""Whether what must always hold does hold, in a whole table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.enrollments import promotion_service
from peerlearn.bootstrap.jobs import rescheduling_service
from peerlearn.persistence import keys
from peerlearn.persistence.items.enrollments import schedule_of
from peerlearn.persistence.table import Item, Table
from scripts.cli.progress import progress
from scripts.cli.scanning import scan
from scripts.cli.surroundings import items_around
from scripts.cli.target import Target, on_stack
from scripts.cli.words import counted, say
from scripts.invariants import Violation, violations

# Before each further look at what seems wrong: time for a write under way, an index and the stream.
_PAUSES = (0.5, 2.0, 5.0)
_COURSE = keys.course_partition("")
_USER = keys.user_partition("")


@click.command(short_help="Looks for what must never be in the table.")
@click.option("--rate", default=500.0, show_default=True, type=click.FloatRange(0), help="Read units a second; 0: any.")
@click.option("--segments", default=4, show_default=True, type=click.IntRange(1, 32), help="Parts read at once.")
@click.option("--repair", is_flag=True, help="Make good what the stream should have brought about.")
@on_stack
def check(target: Target, rate: float, segments: int, *, repair: bool) -> int:
    """Looks for anything in the table that must never be: a line for each, and exit code 1.

    Seats are the enrolments, points are the ledger, messages and attempts are numbered without a gap, the catalogue
    stands as its courses say, nothing is left of an account an hour after its erasure. A read unit is 8 KB read this
    way: at the default rate a gigabyte takes four minutes.

    The table may be in use. A suspected problem is read again, consistently, several times over some seconds:
    only one that persists is reported.

    With --repair free seats are given to who waits for them, courses are put where they belong in the catalogue and
    moved sessions are moved in schedules. Nothing else is ever changed by this.
    """
    client = target.dynamodb()
    table = Table(client, target.table_name)
    with progress() as bar:
        about = client.describe_table(TableName=target.table_name)["Table"].get("ItemCount", 0)
        task = bar.add_task("Reading", total=about or None)
        items = scan(client, target.table_name, segments=segments, rate=rate)
        read = Counting(items, lambda number: bar.update(task, completed=number, total=max(about, number)))
        suspicious = list(violations(read, settled=True))
    lasting = list(confirmed(table, suspicious))
    if repair and lasting:
        target.use_services()
        for done in repaired(table, lasting):
            say(done)
        lasting = list(confirmed(table, lasting))
    for violation in lasting:
        click.echo(str(violation))
    say(f"{counted(read.number, 'item')}, {counted(len(lasting), 'violation')}.", fg="red" if lasting else "green")
    return 1 if lasting else 0


class Counting:
    """The same items, with a word now and then on how many there were."""

    _STEP = 500

    def __init__(self, items: Iterable[Item], tell: Callable[[int], object]) -> None:
        self.number = 0
        self._items = items
        self._tell = tell

    def __iter__(self) -> Iterator[Item]:
        for item in self._items:
            self.number += 1
            if self.number % self._STEP == 0:
                self._tell(self.number)
            yield item
        self._tell(self.number)


def confirmed(
    table: Table, suspicious: Sequence[Violation], sleep: Callable[[float], None] = time.sleep
) -> Iterator[Violation]:
    """Those that are still there at every further look, as they were at the last one."""
    pending = list(dict.fromkeys((violation.kind, violation.key) for violation in suspicious))
    last: dict[tuple[str, str], list[Violation]] = {one: [] for one in pending}
    for violation in suspicious:
        last[violation.kind, violation.key].append(violation)
    for pause in _PAUSES:
        if not pending:
            return
        sleep(pause)
        looked: dict[str, list[Violation]] = {}
        for kind, key in list(pending):
            if key not in looked:
                items = items_around(table, key)
                looked[key] = list(violations(items, settled=True)) if items is not None else last[kind, key]
            found = [violation for violation in looked[key] if (violation.kind, violation.key) == (kind, key)]
            if found:
                last[kind, key] = found
            else:
                pending.remove((kind, key))
    for one in pending:
        yield from last[one]


def repaired(table: Table, lasting: Iterable[Violation]) -> Iterator[str]:
    """Does what the stream's consumers do, for every course and schedule that they have left behind."""
    promoted, listed, moved = set(), set(), set()
    for violation in lasting:
        subject = violation.key.split("/", 1)[0]
        if violation.kind == "promotion":
            promoted.add(subject.removeprefix(_COURSE))
        elif violation.kind == "catalogue" and subject.startswith(_COURSE):
            listed.add(subject.removeprefix(_COURSE))
        elif violation.kind == "schedule":
            slots = schedule_of(table.get(keys.schedule(subject.removeprefix(_USER)))).slots
            moved |= set(slots)
    for course_id in sorted(promoted):
        yield f"{course_id}: promoted {len(promotion_service().promote(course_id))} from the waitlist"
    for course_id in sorted(listed):
        catalogue_indexer().sync(course_id)
        yield f"{course_id}: put where it belongs in the catalogue"
    for course_id in sorted(moved):
        yield f"{course_id}: moved in {rescheduling_service().reschedule(course_id)} schedules"
