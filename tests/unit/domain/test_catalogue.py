"""Shelves: what stands where, and the way there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peerlearn.domain.catalogue import (
    Filters,
    PlaceKind,
    card_mark,
    groups_of,
    kind_and_name,
    place,
    places_of,
    shelf,
    title_key,
    word_group,
    words_of,
)
from peerlearn.domain.courses import SUBJECT_MAX_LENGTH, TITLE_MAX_LENGTH, Course, CourseStatus, Kind, Level, Tutor
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.listings import Listing, next_step
from peerlearn.domain.text import compared
from peerlearn.domain.users import FORMER_TUTOR, NAME_MAX_LENGTH
from peerlearn.persistence.listings import key_of_place

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


def names(kind: PlaceKind, course: Course = COURSE) -> set[str]:
    return {name for found, name in map(kind_and_name, places_of(course)) if found is kind}


def test_course_has_an_entry_for_each_combination_of_its_facets() -> None:
    facets = [{}, {"subject": "music"}, {"level": "beginner"}, {"subject": "music", "level": "beginner"}]
    expected = {shelf(**kept) for kept in facets} | {shelf(tutor="usr_1", **kept) for kept in facets}
    assert names(PlaceKind.ENTRY) == expected


def test_course_is_in_the_group_of_each_beginning_and_each_facet() -> None:
    words = ("piano", "and", "more", "music", "ada")
    expected = {word_group(word[:length]) for word in words for length in range(1, len(word) + 1)}
    assert groups_of(COURSE) == expected | {"all", "subject=music", "level=beginner", "tutor=usr_1"}
    assert names(PlaceKind.MEMBER) == groups_of(COURSE)


def test_course_with_a_time_stands_at_it() -> None:
    begins = datetime(2026, 3, 14, 15, 9, 26, 535000, tzinfo=UTC)
    session = replace(COURSE, starts_at=begins)
    assert names(PlaceKind.START, session) == {"2026-03-14T15:09:26.535Z"}
    assert groups_of(session) - groups_of(COURSE) == {"scheduled"}
    assert names(PlaceKind.START) == set()


@pytest.mark.parametrize("query", ["level", "tutor", "subject", "=level=beginner", "usr", "beginner"])
def test_a_facet_is_no_word(query: str) -> None:
    assert not set(Filters(query=query).groups) <= groups_of(COURSE)


def test_former_tutors_are_not_searched_by_their_name() -> None:
    course = replace(COURSE, tutor=Tutor("usr_1", FORMER_TUTOR))
    assert "former" not in words_of(course)
    assert word_group("former") not in groups_of(course)


@example("a." * (TITLE_MAX_LENGTH // 2), "", "")
@example("".join(f"{chr(97 + n % 26)}{chr(97 + n // 26)}." for n in range(TITLE_MAX_LENGTH // 3)), "", "")
@example("".join(chr(0x4E00 + n) for n in range(TITLE_MAX_LENGTH)), "", "")
@given(st.text(max_size=TITLE_MAX_LENGTH), st.text(max_size=SUBJECT_MAX_LENGTH), st.text(max_size=NAME_MAX_LENGTH))
def test_places_of_a_course_are_bounded(title: str, subject: str, name: str) -> None:
    course = replace(COURSE, title=title, subject=subject, tutor=Tutor("usr_1", name))
    # With a character end at most three beginnings: that of its word, and two of its part of the word behind a dot.
    decomposed = sum(len(compared(text)) for text in (title, subject, name))
    assert len(places_of(course)) <= 8 + 1 + 1 + 4 + 3 + 3 * decomposed


@pytest.mark.parametrize("status", [CourseStatus.DRAFT, CourseStatus.CLOSED])
def test_only_published_courses_stand_anywhere(status: CourseStatus) -> None:
    assert places_of(replace(COURSE, status=status)) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"description": "Another"},
        {"subject": "Another"},
        {"level": Level.ADVANCED},
        {"kind": Kind.SESSION},
        {"tutor": Tutor("usr_2", "Ada")},
        {"tutor": Tutor("usr_1", "Another")},
        {"starts_at": datetime(2026, 1, 2, tzinfo=UTC)},
        {"ends_at": datetime(2026, 1, 2, tzinfo=UTC)},
    ],
    ids=str,
)
def test_change_of_anything_a_list_shows_makes_another_mark(change: dict[str, Any]) -> None:
    assert card_mark(replace(COURSE, **change)) != card_mark(COURSE)


def test_places_have_their_kind_and_name() -> None:
    assert kind_and_name(place(PlaceKind.TITLE, "a/b")) == (PlaceKind.TITLE, "a/b")


def test_titles_are_ordered_without_case_and_accents() -> None:
    titles = ["Über uns", "chess endings", "Chess", "Zebra", "ärger", "C# 12"]
    ordered = sorted(titles, key=lambda title: f"{title_key(title)} #")
    assert ordered == ["ärger", "C# 12", "Chess", "chess endings", "Über uns", "Zebra"]


def test_subjects_compare_without_case() -> None:
    assert shelf(subject="MUSIC ") == shelf(subject="music")
    assert shelf(subject="Straße") == shelf(subject="STRASSE")


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_value_passes_for_another_facet(subject: str, tutor: str) -> None:
    assert shelf(subject=f"x&tutor={tutor}") != shelf(subject="x", tutor=tutor)
    assert shelf(subject=subject, tutor=tutor).count("&") == 1


@given(st.text(min_size=1, max_size=400), st.text(min_size=1, max_size=400))
def test_names_fit_into_a_key(subject: str, word: str) -> None:
    for name in (shelf(subject=subject, level="intermediate", tutor="u" * 64), word_group(word)):
        assert len(f"CATALOGUE#{name}".encode()) <= KEY_MAX_BYTES


def test_long_values_stay_distinct() -> None:
    assert word_group("ж" * 120) != word_group("ж" * 119)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rook ro r", {"rook"}),
        ("c c++ c#", {"c", "c++", "c#"}),
        ("c calculus", {"calculus"}),
        ("net .net", {"net", ".net"}),
        ("the rook", {"the", "rook"}),
    ],
)
def test_words_that_another_one_includes_are_not_looked_up(query: str, words: set[str]) -> None:
    assert set(Filters(query=query).words) == words


def test_longest_words_are_looked_up_first() -> None:
    filters = Filters(query="to introduction", subject="Music", level="beginner")
    assert filters.groups == ("word=introduction", "word=to", "subject=music", "level=beginner")
    assert Filters().groups == ("all",)


def test_times_in_the_wrong_order_are_refused() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert Filters(starts_from=early, starts_to=early).require_order().has_range
    with pytest.raises(ValidationFailed):
        Filters(starts_from=late, starts_to=early).require_order()


def test_a_search_without_words_matches_nothing_and_a_blank_one_everything() -> None:
    assert Filters(query="???").matches_nothing
    assert not Filters(query="  ").matches_nothing
    assert not Filters(query=None).matches_nothing
    assert not Filters(query="a ???").matches_nothing


MORNING = datetime(2026, 1, 1, 9, tzinfo=UTC)
courses = st.builds(
    lambda title, subject, level, status, starts_at: replace(
        COURSE, title=title, subject=subject, level=level, status=status, starts_at=starts_at
    ),
    st.text(alphabet="ab 1", min_size=1, max_size=40),
    st.sampled_from(["Music", "Games"]),
    st.sampled_from(list(Level)),
    st.sampled_from(list(CourseStatus)),
    st.sampled_from([None, MORNING, MORNING + timedelta(hours=3), MORNING + timedelta(days=1)]),
)


@given(st.lists(courses, min_size=1, max_size=5), st.integers(2, 99))
def test_steps_lead_to_where_the_course_belongs(versions: list[Course], room: int) -> None:
    listing = Listing()
    for course in versions:
        steps = 0
        while step := next_step(course, listing, room):
            entries = [one for one in (*step.added, *step.removed) if kind_and_name(one)[0] is PlaceKind.ENTRY]
            assert len(step.added) + len(step.removed) + len(step.rewritten) + len(entries) <= room
            assert not set(step.added) & set(listing.marks)
            assert set(step.removed) | set(step.rewritten) <= set(listing.marks)
            # a transaction writes an item once
            written = [key_of_place(one, 1) for one in (*step.added, *step.removed, *step.rewritten)]
            assert len(written) == len(set(written))
            listing = step.taken_from(listing, course)
            steps += 1
            assert steps < 500
        assert listing.marks == places_of(course)
