"""`courses import`, `export` and `show`."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerlearn.bootstrap.catalogue import catalogue_service
from peerlearn.domain.catalogue import Filters
from peerlearn.domain.paging import PageRequest
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.table import Table
from peerlearn.persistence.writes import update
from peerlearn.services.enrollments import EnrollmentService
from scripts.cli import course_files
from scripts.project.paths import ROOT
from tests.functional.cli.conftest import Run
from tests.support.courses import Courses
from tests.support.people import People, Person

SAMPLES = ROOT / "docs" / "samples"


@pytest.fixture
def samples(people: People, tmp_path: Path) -> Path:
    """The documented samples, with a tutor that exists here."""
    tutor = people.add(Role.TUTOR).user.email
    for sample in SAMPLES.iterdir():
        text = sample.read_text(encoding="utf-8")
        assert "tutor@demo.example" in text
        (tmp_path / sample.name).write_text(text.replace("tutor@demo.example", tutor), encoding="utf-8")
    return tmp_path


def items_of(table: Table) -> int:
    return int(table._client.scan(TableName=table._name, Select="COUNT")["Count"])


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_the_documented_sample_imports_once(run: Run, samples: Path, table: Table, tutor: Person, form: str) -> None:
    arguments = ("courses", "import", samples / f"courses.{form}", "--tutor", tutor.user_id)
    before = items_of(table)
    dry = run(*arguments, "--dry-run")
    assert (dry.status, dry.out) == (0, "2 courses would be created, 0 are there already.\n"), dry.err
    assert items_of(table) == before
    assert run(*arguments).out == "2 courses created, 0 were there already.\n"
    listed = catalogue_service().browse(Filters(), PageRequest(1, 10))
    assert [(one.course.title, one.course.tutor.user_id) for one in listed.entries] == [("Knots", tutor.user_id)]
    after = items_of(table)
    other = samples / ("courses.csv" if form == "yaml" else "courses.yaml")
    for file in (arguments[2], other):
        again = run("courses", "import", file, "--tutor", tutor.user_id)
        assert again.out == "0 courses created, 2 were there already.\n"
    assert items_of(table) == after


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_exported_courses_import_as_they_were(run: Run, samples: Path, table: Table, tutor: Person, form: str) -> None:
    run("courses", "import", samples / "courses.yaml", "--tutor", tutor.user_id)
    first, second = samples / f"first.{form}", samples / f"second.{form}"
    assert run("courses", "export", first).out == f"2 courses written to {first}.\n"
    assert run("courses", "import", first).out == "0 courses created, 2 were there already.\n"
    # as in another stack: the same people, and no course yet
    for item in table._client.scan(TableName=table._name)["Items"]:
        if item["PK"]["S"].startswith(("COURSE#", "CATALOGUE#")):
            table._client.delete_item(TableName=table._name, Key={"PK": item["PK"], "SK": item["SK"]})
    assert run("courses", "import", first).out == "2 courses created, 0 were there already.\n"
    run("courses", "export", second)
    assert sorted(course_files.read(first).entries, key=str) != []
    assert {entry.name: entry.course for entry in course_files.read(first).entries} == {
        entry.name: entry.course for entry in course_files.read(second).entries
    }
    refused = run("courses", "export", second)
    assert (refused.status, "--force" in refused.err) == (1, True)


WRONG_YAML = """\
courses:
  - title: ""
    description: x
    subject: Crafts
    level: expert
    kind: session
    capacity: -1
    modules:
      - title: Bowline
        minutes: 0
      - {title: Reef, length: 3}
    colour: red
  - id: a
    tutor: nobody@school.example
    title: Knots
    description: x
    subject: Crafts
    level: beginner
    kind: course
    capacity: 1
    capacity: 2
    modules: []
  - just text
"""
WRONG_CSV = """\
id,title,description,subject,level,kind,capacity,startsAt,modules
a,Knots,"two
lines",Crafts,beginner,course,many,,20 Bowline

a,Knots,,Crafts,expert,course,1,yesterday,"20 Bowline
Reef"
b,Knots,,Crafts,beginner,course,1,,20 Bowline
b,Knots,,Crafts,beginner,course,1,,20 Bowline,more,and more
"""


def test_everything_that_is_wrong_is_listed_with_its_line(
    run: Run, table: Table, tutor: Person, tmp_path: Path
) -> None:
    before = items_of(table)
    expected = {
        "courses.yaml": {2, 5, 7, 10, 11, 12, 13, 21, 23},
        "courses.csv": {2, 5, 8},
    }
    for (name, lines), text in zip(expected.items(), (WRONG_YAML, WRONG_CSV), strict=True):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        done = run("courses", "import", file, "--tutor", tutor.user_id)
        assert done.status == 1
        found = [line.removeprefix(f"{file}:").split(":", 1) for line in done.out.splitlines()]
        numbers = [int(number) for number, _ in found]
        assert numbers == sorted(numbers)
        assert set(numbers) == lines, done.out
        assert "nothing was written" in done.err
    assert items_of(table) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("courses: [", "1: is not YAML"),
        ("- a", "1: the file must be a mapping with a list named `courses`"),
        ("courses: 3", "1: the file must be a mapping with a list named `courses`"),
        ("courses:\n  - !!python/object:os.system {}", "2: is not YAML"),
        ("courses:\n  - &a {x: *a}", "2: "),
        ("\x00", "1: is not YAML"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_malformed_file_of_courses_is_refused(run: Run, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "courses.yaml"
    file.write_text(text, encoding="utf-8")
    done = run("courses", "import", file)
    assert done.status == 1
    assert f"{file}:{message}" in done.out


@pytest.mark.parametrize("name", ["courses.txt", "missing.yaml"])
def test_a_file_that_cannot_be_read(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "courses.txt").write_text("x", encoding="utf-8")
    done = run("courses", "import", tmp_path / name)
    assert (done.status, done.out) == (1, "")
    assert name in done.err


def test_two_courses_that_cannot_be_told_apart(run: Run, tutor: Person, tmp_path: Path) -> None:
    one = "id,title,description,subject,level,kind,capacity\n" + 2 * ",Knots,,Crafts,beginner,course,1\n"
    (tmp_path / "courses.csv").write_text(one, encoding="utf-8")
    done = run("courses", "import", tmp_path / "courses.csv", "--tutor", tutor.user_id)
    assert (done.status, "is the same course as in line 2" in done.out) == (1, True)


def test_learner_gets_no_imported_course(run: Run, samples: Path, learner: Person) -> None:
    done = run("courses", "import", samples / "courses.yaml", "--tutor", learner.user.email)
    assert (done.status, "is no tutor" in done.out) == (1, True)
    without = run("courses", "import", samples / "courses.yaml")
    assert (without.status, "--tutor is not given" in without.out) == (1, True)


def test_a_course_shows_how_it_stands_and_what_is_wrong(run: Run, table: Table) -> None:
    courses = Courses(table)
    course_id = courses.add(1)
    enrollments = EnrollmentService(EnrollmentRepository(table))
    enrollments.enroll("usr_0", course_id)
    enrollments.join_waitlist("usr_1", course_id)
    shown = run("courses", "show", course_id)
    assert "1 taken of 1" in shown.out
    assert "1 active, 0 completed, 0 dropped, 1 waitlisted" in shown.out
    assert "usr_1  since" in shown.out
    # it was written as items, so that only the catalogue misses it
    assert [line.split()[1] for line in shown.out.splitlines() if "wrong" in line] == ["catalogue:"]
    table.write(update(keys.seats(course_id), "SET seatsTaken = :two", values={":two": 2}))
    wrong = run("courses", "show", course_id)
    assert wrong.status == 1
    assert "seatsTaken is 2, and 1 enrolments are so" in wrong.out
    missing = run("courses", "show", "crs_none")
    assert (missing.status, "There is no course crs_none." in missing.err) == (1, True)
