"""`courses import` and `export` where tutors have left, where they are cut off, and where much is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from peerlearn.domain.courses import CoursePage
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.table import Table
from peerlearn.persistence.teaching import TeachingRepository
from peerlearn.persistence.writes import delete
from scripts.cli import course_plan, courses
from scripts.cli.words import counted
from tests.functional.cli.conftest import Run
from tests.functional.cli.test_courses import items_of
from tests.support.people import People, Person

COLUMNS = "id,title,description,subject,level,kind,capacity,status\n"


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Ten courses in CSV."""
    file = tmp_path / "many.csv"
    rows = (f"knots-{number},Knots {number},=six,Crafts,beginner,course,12,draft\n" for number in range(10))
    file.write_text(COLUMNS + "".join(rows), encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (courses, course_plan):
        monkeypatch.setattr(module, "_BATCH", 3)


def leave(table: Table, person: Person, course_ids: Iterable[str]) -> None:
    """Their account is gone, and their courses are nobody's."""
    for course_id in course_ids:
        TeachingRepository(table).disown(person.user_id, course_id)
    for key in (keys.profile(person.user_id), keys.credential(person.user.email)):
        table.write(delete(key))


def remove_courses(table: Table) -> None:
    """As on another stack: the same people, and no course yet."""
    for item in table._client.scan(TableName=table._name)["Items"]:
        if item["PK"]["S"].startswith(("COURSE#", "CATALOGUE#")):
            table._client.delete_item(TableName=table._name, Key={"PK": item["PK"], "SK": item["SK"]})


def pages_of(table: Table) -> list[CoursePage]:
    items = table._client.scan(TableName=table._name)["Items"]
    ids = sorted(item["courseId"]["S"] for item in items if item.get("entity") == {"S": Entity.COURSE.value})
    return [page for course_id in ids if (page := CourseRepository(table).page(course_id))]


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_export_goes_back_where_it_came_from_after_tutor_has_left(
    run: Run, table: Table, tutor: Person, many: Path, form: str
) -> None:
    run("courses", "import", many, "--tutor", tutor.user_id)
    leave(table, tutor, [page.course.course_id for page in pages_of(table)])
    file = many.with_name(f"exported.{form}")
    assert run("courses", "export", file).out == f"10 courses written to {file}.\n"
    before = items_of(table)
    again = run("courses", "import", file)
    assert (again.status, again.out) == (0, "0 courses created, 10 were there already.\n")
    assert items_of(table) == before


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_courses_of_tutors_who_have_left_become_the_successors(
    run: Run, table: Table, people: People, tutor: Person, many: Path, form: str
) -> None:
    run("courses", "import", many, "--tutor", tutor.user_id)
    leave(table, tutor, [])
    file = many.with_name(f"exported.{form}")
    run("courses", "export", file)
    wanted = {(page.course.course_id, page.course.title, page.course.description) for page in pages_of(table)}
    remove_courses(table)
    refused = run("courses", "import", file)
    assert refused.status == 1
    assert f"nobody has the address or id {tutor.user_id}; --successor names whose the course becomes" in refused.out
    assert pages_of(table) == []
    heir = people.add(Role.ADMIN)
    done = run("courses", "import", file, "--successor", heir.user.email)
    assert done.out == "10 courses created, 0 were there already.\n"
    assert f"10 courses go to {heir.user.email}" in done.err
    pages = pages_of(table)
    assert {page.course.tutor.user_id for page in pages} == {heir.user_id}
    assert {(page.course.course_id, page.course.title, page.course.description) for page in pages} == wanted
    again = run("courses", "import", file)
    assert again.out == "0 courses created, 10 were there already.\n"


def test_successor_takes_no_course_whose_tutor_is_there(
    run: Run, table: Table, people: People, tutor: Person, many: Path
) -> None:
    heir = people.add(Role.TUTOR)
    done = run("courses", "import", many, "--tutor", tutor.user_id, "--successor", heir.user_id)
    assert (done.status, "go to" in done.err) == (0, False)
    assert {page.course.tutor.user_id for page in pages_of(table)} == {tutor.user_id}


def test_successor_who_is_no_tutor_is_told(run: Run, table: Table, learner: Person, many: Path) -> None:
    done = run("courses", "import", many, "--tutor", "usr_gone", "--successor", learner.user_id)
    assert done.status == 1
    assert f"and as for --successor, {learner.user_id} is no tutor" in done.out
    assert pages_of(table) == []


@pytest.mark.parametrize("created", [0, 1, 4, 9])
def test_import_that_was_cut_off_goes_on_where_it_was(
    run: Run, table: Table, tutor: Person, many: Path, monkeypatch: pytest.MonkeyPatch, created: int
) -> None:
    create = courses._create
    left = iter(range(created))

    def cut_off(planned: Any) -> bool:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return create(planned)

    arguments = ("courses", "import", many, "--tutor", tutor.user_id)
    with monkeypatch.context() as patch:
        patch.setattr(courses, "_create", cut_off)
        assert run(*arguments).status == 130
    before = {page.course.course_id: page for page in pages_of(table)}
    assert len(before) == created
    assert (
        run(*arguments).out
        == f"{counted(10 - created, 'course')} created, {counted(created, 'was', 'were')} there already.\n"
    )
    after = {page.course.course_id: page for page in pages_of(table)}
    assert len(after) == 10
    assert before.items() <= after.items()


def test_imports_of_one_file_at_once_create_each_course_once(
    run: Run, table: Table, tutor: Person, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan_while_another_creates(*arguments: Any) -> list[course_plan.Planned]:
        plan = course_plan.plan_of(*arguments)
        assert all(courses._create(planned) for planned in plan[::3])
        before.extend(pages_of(table))
        return plan

    before: list[CoursePage] = []

    monkeypatch.setattr(courses, "plan_of", plan_while_another_creates)
    done = run("courses", "import", many, "--tutor", tutor.user_id)
    assert done.status == 0, done.err
    pages = pages_of(table)
    assert (len(before), len(pages)) == (4, 10)
    assert all(page in pages for page in before)


def test_export_that_is_cut_off_leaves_the_file_as_it_was(
    run: Run, tutor: Person, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("courses", "import", many, "--tutor", tutor.user_id)
    file = many.with_name("exported.csv")
    run("courses", "export", file)
    before = file.read_bytes()
    page, left = CourseRepository.page, iter(range(7))

    def cut_off(repository: CourseRepository, course_id: str) -> CoursePage | None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return page(repository, course_id)

    with monkeypatch.context() as patch:
        patch.setattr(CourseRepository, "page", cut_off)
        assert run("courses", "export", file, "--force").status == 130
    assert file.read_bytes() == before
    assert sorted(one.name for one in many.parent.iterdir()) == ["exported.csv", "many.csv"]


def test_export_is_in_order_and_the_same_each_time(run: Run, tutor: Person, many: Path) -> None:
    run("courses", "import", many, "--tutor", tutor.user_id)
    first, second = many.with_name("first.csv"), many.with_name("second.csv")
    run("courses", "export", first)
    run("courses", "export", second)
    assert first.read_bytes() == second.read_bytes()
    titles = [line.split(",")[2] for line in first.read_text(encoding="utf-8").splitlines()[1:]]
    assert titles == [f"Knots {number}" for number in range(10)]


def test_mistakes_fit_on_screen(run: Run, table: Table, tutor: Person, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(COLUMNS + "a,Knots,,Crafts,expert,course,012,draft\n" * 500, encoding="utf-8")
    done = run("courses", "import", file, "--tutor", tutor.user_id)
    assert done.status == 1
    assert len(done.out.splitlines()) == 20
    assert all(line.startswith(f"{file}:") for line in done.out.splitlines())
    assert "more before the file was given up" in done.err
    assert "nothing was written" in done.err
    assert pages_of(table) == []


def test_one_mistake_at_the_end_keeps_everything_out(run: Run, table: Table, tutor: Person, many: Path) -> None:
    with many.open("a", encoding="utf-8") as file:
        file.write("z,Knots,,Crafts,beginner,course,0x10,draft\n")
    done = run("courses", "import", many, "--tutor", tutor.user_id)
    assert done.out == f"{many}:12: capacity: must be a whole number in plain digits, such as 12 (it is 0x10)\n"
    assert (done.status, pages_of(table)) == (1, [])


def test_encoding_that_was_taken_is_said(run: Run, table: Table, tutor: Person, many: Path) -> None:
    many.write_bytes(many.read_text(encoding="utf-8").replace("=six", "sechs Knöpfe").encode("cp1252"))
    done = run("courses", "import", many, "--tutor", tutor.user_id)
    assert f"{many} is read as Windows-1252." in done.err
    assert {page.course.description for page in pages_of(table)} == {"sechs Knöpfe"}
