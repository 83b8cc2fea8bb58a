"""Shelves: what stands where, and the way there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peerlearn.domain.catalogue import Filters, Listing, next_step, shelf, shelves_of, terms_mark, terms_of
from peerlearn.domain.courses import SUBJECT_MAX_LENGTH, TITLE_MAX_LENGTH, Course, CourseStatus, Kind, Level, Tutor
from peerlearn.domain.text import compared
from peerlearn.domain.users import FORMER_TUTOR, NAME_MAX_LENGTH

COURSE = Course(
    course_id="crs_1",
    title="Piano, and more piano",
    description="",
    subject="Music",
    level=Level.BEGINNER,
    kind=Kind.COURSE,
    tutor=Tutor("usr_1", "Ada"),
    status=CourseStatus.PUBLISHED,
    starts_at=None,
    ends_at=None,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    version=1,
)
KEY_MAX_BYTES = 2048


def test_shelves_of_a_course() -> None:
    facets = [{}, {"subject": "music"}, {"level": "beginner"}, {"subject": "music", "level": "beginner"}]
    expected = {shelf(**kept) for kept in facets}
    expected |= {shelf(tutor="usr_1", **kept) for kept in facets}
    words = ("piano", "and", "more", "music", "ada")
    expected |= {shelf(word=word[:length]) for word in words for length in range(1, len(word) + 1)}
    assert shelves_of(COURSE) == expected


@pytest.mark.parametrize("query", ["level", "tutor", "subject", "=level=beginner", "usr", "beginner"])
def test_a_facet_is_no_word(query: str) -> None:
    assert not Filters(query=query).find(terms_of(COURSE))


def test_former_tutors_are_not_searched_by_their_name() -> None:
    course = replace(COURSE, tutor=Tutor("usr_1", FORMER_TUTOR))
    assert not Filters(query="former").find(terms_of(course))


@example("a." * (TITLE_MAX_LENGTH // 2), "", "")
@example("".join(f"{chr(97 + n % 26)}{chr(97 + n // 26)}." for n in range(TITLE_MAX_LENGTH // 3)), "", "")
@example("".join(chr(0x4E00 + n) for n in range(TITLE_MAX_LENGTH)), "", "")
@given(st.text(max_size=TITLE_MAX_LENGTH), st.text(max_size=SUBJECT_MAX_LENGTH), st.text(max_size=NAME_MAX_LENGTH))
def test_shelves_of_a_course_are_bounded(title: str, subject: str, name: str) -> None:
    course = replace(COURSE, title=title, subject=subject, tutor=Tutor("usr_1", name))
    # With a character end at most three beginnings: that of its word, and two of its part of the word behind a dot.
    decomposed = sum(len(compared(text)) for text in (title, subject, name))
    assert len(shelves_of(course)) <= 8 + 3 * decomposed


@pytest.mark.parametrize("status", [CourseStatus.DRAFT, CourseStatus.CLOSED])
def test_only_published_courses_stand_anywhere(status: CourseStatus) -> None:
    assert shelves_of(replace(COURSE, status=status)) == frozenset()


def test_subjects_compare_without_case() -> None:
    assert shelf(subject="MUSIC ") == shelf(subject="music")
    assert shelf(subject="Straße") == shelf(subject="STRASSE")


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_value_passes_for_another_facet(subject: str, word: str) -> None:
    assert shelf(subject=f"x&word={word}") != shelf(subject="x", word=word)
    assert shelf(subject=subject, word=word).count("&") == 1


@given(st.text(min_size=1, max_size=400), st.text(min_size=1, max_size=400))
def test_names_fit_into_a_key(subject: str, word: str) -> None:
    name = shelf(subject=subject, level="intermediate", tutor="u" * 64, word=word)
    assert len(f"CATALOGUE#{name}".encode()) <= KEY_MAX_BYTES


def test_long_values_stay_distinct() -> None:
    assert shelf(word="ж" * 120) != shelf(word="ж" * 119)


def test_a_search_without_words_matches_nothing_and_a_blank_one_everything() -> None:
    assert Filters(query="???").matches_nothing
    assert not Filters(query="  ").matches_nothing
    assert not Filters(query=None).matches_nothing
    assert not Filters(query="a ???").matches_nothing


courses = st.builds(
    lambda title, subject, level, status: replace(COURSE, title=title, subject=subject, level=level, status=status),
    st.text(alphabet="ab 1", min_size=1, max_size=40),
    st.sampled_from(["Music", "Games"]),
    st.sampled_from(list(Level)),
    st.sampled_from(list(CourseStatus)),
)


@given(st.lists(courses, min_size=1, max_size=5), st.integers(2, 99))
def test_steps_lead_to_where_the_course_belongs(versions: list[Course], room: int) -> None:
    listing = Listing()
    for course in versions:
        steps = 0
        while step := next_step(course, listing, room):
            assert 2 * len(step.added) + 2 * len(step.removed) + len(step.rewritten) <= room
            marks = {name: mark for name, mark in listing.marks.items() if name not in step.removed}
            assert not set(step.added) & set(listing.marks)
            assert set(step.removed) | set(step.rewritten) <= set(listing.marks)
            marks |= dict.fromkeys((*step.added, *step.rewritten), terms_mark(course))
            listing = Listing(listing.version + 1, 1, marks)
            steps += 1
            assert steps < 500
        assert listing.marks == dict.fromkeys(shelves_of(course), terms_mark(course))
