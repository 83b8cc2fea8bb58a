"""Courses from and to files, and the state of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from peerlearn.bootstrap.courses import authoring_service
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.courses import Course, CoursePage
from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.domain.errors import CourseNotFound
from peerlearn.domain.users import Principal
from peerlearn.persistence import keys
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.table import ConditionFailed, Item, Table
from scripts.cli import course_files
from scripts.cli.check import confirmed
from scripts.cli.course_files import ImportedDraft, Read
from scripts.cli.course_plan import Choices, Planned, Tutors, plan_of
from scripts.cli.decoding import UTF_8
from scripts.cli.progress import progress
from scripts.cli.scanning import scan
from scripts.cli.surroundings import items_around
from scripts.cli.target import Target, on_stack
from scripts.cli.words import counted, say
from scripts.invariants import violations
from scripts.project.problem import Problem

_FILE = click.Path(path_type=Path, dir_okay=False)
_SCAN_RATE = 500.0
_SHOWN_WAITING = 10
_SHOWN_MISTAKES = 20
# Courses that are held at a time, and read at once.
_BATCH = 100
_AT_ONCE = 8


@click.group()
def courses() -> None:
    """Courses from and to files, and the state of one."""


# -- import


@courses.command("import", short_help="Creates the courses of a YAML or CSV file.")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only check the file; nothing is written.")
@click.option("--tutor", metavar="EMAIL|ID", help="Whose the courses are that name no tutor themselves.")
@click.option("--successor", metavar="EMAIL|ID", help="Whose the courses become whose tutor is no tutor here.")
@on_stack
def import_(target: Target, file: Path, tutor: str | None, successor: str | None, *, dry_run: bool) -> int:
    """Creates the courses of a YAML or CSV file that are not there yet.

    The whole file is checked first, with the API's own rules. Mistakes are listed with their lines, and then nothing
    is written at all. A course is known by its `id`, or without one by its tutor, title and start: the same file a
    second time creates nothing, and one that was interrupted goes on where it was. Courses that are there already are
    left as they are, also those of another tutor.

    docs/cli.md describes the file; `courses export` writes one.
    """
    found = course_files.read(file)
    target.use_services()
    if found.encoding != UTF_8:
        say(f"{file} is read as {found.encoding}.")
    plan = plan_of(found, Choices(Tutors(), tutor, successor)) if found.is_whole else []
    known = len(found.entries) - len(plan)
    if found.mistakes:
        _tell(file, found)
        return 1
    handed_on = sum(planned.is_handed_on for planned in plan)
    if handed_on:
        say(f"{counted(handed_on, 'course goes', 'courses go')} to {successor}: their tutors are no tutors here.")
    if dry_run:
        click.echo(f"{counted(len(plan), 'course')} would be created, {counted(known, 'is', 'are')} there already.")
        return 0
    with progress() as bar:
        created = sum(_create(planned) for planned in bar.track(plan, description="Importing"))
    there = counted(known + len(plan) - created, "was", "were")
    click.echo(f"{counted(created, 'course')} created, {there} there already.")
    return 0


def _tell(file: Path, found: Read) -> None:
    """Yield the mistakes, no more of them than fit a screen."""
    mistakes = sorted(found.mistakes, key=lambda mistake: mistake.line)
    for mistake in mistakes[:_SHOWN_MISTAKES]:
        click.echo(f"{file}:{mistake.line}: {mistake.message}")
    if len(mistakes) > _SHOWN_MISTAKES:
        say(f"and {len(mistakes) - _SHOWN_MISTAKES} more{'' if found.is_whole else ' before the file was given up'}")
    say(f"{counted(len(mistakes), 'mistake')}; nothing was written.", fg="red")


def _create(planned: Planned) -> bool:
    author = Principal(planned.tutor.user_id, planned.tutor.role, "operator")
    try:
        authoring_service().create(author, ImportedDraft.of(planned.entry.course, planned.course_id))
    except ConditionFailed:
        # another import of the same file was quicker
        return False
    return True


# -- export


@courses.command(short_help="Writes every course to a YAML or CSV file.")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@on_stack
def export(target: Target, file: Path, *, force: bool) -> None:
    """Writes every course, drafts included, to a YAML or CSV file that `courses import` reads.

    Courses keep their ids: imported into another stack they are called the same, and importing them where they come
    from creates nothing. Tutors are named by address, so the file is for the operator only. Assessments, enrolments
    and points are not in it.
    """
    if file.exists() and not force:
        raise Problem(f"{file} is there already: --force writes over it.")
    client = target.dynamodb()
    repository = CourseRepository(Table(client, target.table_name))
    # By the time they were made, and then by id.
    found: list[tuple[str, str]] = []
    addresses: dict[str, str] = {}
    for item in scan(client, target.table_name, segments=4, rate=_SCAN_RATE):
        if item.get("entity") == Entity.COURSE:
            found.append((item["createdAt"], item["courseId"]))
        elif item.get("entity") == Entity.PROFILE:
            addresses[item["userId"]] = item["email"]
    course_ids = [course_id for _, course_id in sorted(found)]
    with progress() as bar:
        tracked = bar.track(_pages(repository, course_ids), total=len(course_ids), description="Exporting")
        # One that was deleted meanwhile is not in the file.
        pages = (page for page in tracked if page is not None)
        tutors = ((page, page.course.tutor.user_id) for page in pages)
        described = (course_files.described(page, addresses.get(tutor, tutor)) for page, tutor in tutors)
        written = course_files.write(file, described)
    click.echo(f"{counted(written, 'course')} written to {file}.")


def _pages(repository: CourseRepository, course_ids: Sequence[str]) -> Iterator[CoursePage | None]:
    """Courses in that order; no more of them are held than are read at once."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(course_ids), _BATCH):
            yield from pool.map(repository.page, course_ids[start : start + _BATCH])


# -- show


@courses.command(short_help="Says how a course stands.")
@click.argument("course_id")
@on_stack
def show(target: Target, course_id: str) -> int:
    """Says how a course stands: its seats, who is in it and who waits, and whether anything is wrong with that.

    Exit code 1 when something is.
    """
    own = Table(target.dynamodb(), target.table_name)
    page = CourseRepository(own).page(course_id)
    if page is None:
        raise CourseNotFound(f"There is no course {course_id}.")
    course, seats = page.course, page.seats
    items = items_around(own, keys.course_partition(course_id)) or []
    roster = [item for item in items if item.get("entity") == Entity.ENROLLMENT]
    statuses = Counter(EnrollmentStatus(item["status"]) for item in roster)
    click.echo(f"{course.title}  ({course.kind.value}, {course.level.value}, {course.status.value})")
    for name, value in (
        ("tutor", f"{course.tutor.name}  {course.tutor.user_id}"),
        ("times", _times(course)),
        ("seats", f"{seats.taken} taken of {'any number' if seats.capacity is None else seats.capacity}"),
        ("enrolments", ", ".join(f"{statuses[status]} {status.value}" for status in EnrollmentStatus)),
        ("modules", f"{len(page.modules)}, {sum(module.minutes for module in page.modules)} minutes"),
        ("assessments", str(len(page.assessments))),
        ("version", f"{course.version}, made {to_rfc3339(course.created_at)}"),
    ):
        if value is not None:
            click.echo(f"  {name:<12} {value}")
    for line in _waiting(items):
        click.echo(line)
    key = keys.course_partition(course_id)
    suspicious = [violation for violation in violations(items, settled=True) if violation.key == key]
    wrong = list(confirmed(own, suspicious))
    for violation in wrong:
        click.echo(click.style(f"  {'wrong':<12} {violation.kind}: {violation.message}", fg="red"))
    return 1 if wrong else 0


def _times(course: Course) -> str | None:
    if course.starts_at is None and course.ends_at is None:
        return None
    begin, end = (to_rfc3339(moment) if moment else "open" for moment in (course.starts_at, course.ends_at))
    return f"{begin} to {end}"


def _waiting(items: Sequence[Item]) -> Iterator[str]:
    """The head of the line, in its order."""
    line = sorted((item["waitingSince"], item["learnerId"]) for item in items if item.get("entity") == Entity.WAIT)
    for since, learner_id in line[:_SHOWN_WAITING]:
        yield f"  {'waiting':<12} {learner_id}  since {since}"
    if len(line) > _SHOWN_WAITING:
        yield f"  {'':<12} and {len(line) - _SHOWN_WAITING} more"
