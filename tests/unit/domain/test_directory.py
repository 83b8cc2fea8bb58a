"""Texts that the directory compares, and the ranges that it asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.directory import TEXT_MAX_LENGTH, DirectoryFilters, directory_text
from peerlearn.persistence import index_keys

KEY_MAX_BYTES = 1024


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("  Ann   Lee ", "ann lee"),
        ("Łódź", "lodz"),
        ("\u0130stanbul", "istanbul"),
        ("I\u015f\u0131k", "isik"),
        ("Mu\u0308ller M\u00fcller", "muller muller"),
        ("Nguyễn Thị", "nguyen thi"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ægir Þór", "aegir thor"),
        ("ﬁ", "fi"),
        # in other scripts a mark makes another letter
        ("Йосип", "йосип"),
        ("Σίσυφος", "σισυφοσ"),
        ("हिन्दी", "हिन्दी"),
        ("日本語", "日本語"),
        ("Ada.Love+1@People.example", "ada.love+1@people.example"),
        ('Ann!# "Lee', "ann lee"),
        ("\ud800Ann\U0010ffff", "ann"),
        ("###", ""),
        ("x" * 300, "x" * TEXT_MAX_LENGTH),
    ],
)
def test_text_is_compared_without_case_accents_and_signs_of_keys(text: str, compared: str) -> None:
    assert directory_text(text) == compared


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_makes_a_key_that_tells_its_parts_apart(text: str) -> None:
    compared = directory_text(text)
    key = index_keys.directory_sort(compared, "u" * 64)
    assert key.split("#") == [f"{compared} ", "u" * 64]
    assert len(key.encode()) <= KEY_MAX_BYTES


@given(st.lists(st.text(max_size=8), min_size=2, max_size=2))
def test_order_of_keys_is_that_of_texts(texts: list[str]) -> None:
    one, other = map(directory_text, texts)
    if one != other:
        assert (one < other) == (index_keys.directory_sort(one, "usr_2") < index_keys.directory_sort(other, "usr_1"))


def test_search_for_signs_alone_matches_nobody_and_an_empty_one_searches_nothing() -> None:
    assert DirectoryFilters("###").matches_nobody
    assert not DirectoryFilters("#a").matches_nobody
    for blank in (None, "", "  "):
        assert not DirectoryFilters(blank).is_search
        assert not DirectoryFilters(blank).matches_nobody
