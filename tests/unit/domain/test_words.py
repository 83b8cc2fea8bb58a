"""Words: what is found by what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.words import beginnings_of, begins_with, searched_words, wanted_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Piano, and more PIANO!", ("piano", "and", "more")),
        ("C++ & C#, C++20", ("c++", "c#", "20")),
        ("A+ grades, B+C, 1+1=2", ("a+", "grades", "b", "c", "1", "2")),
        ("3D-Druck für Anfänger", ("3d", "druck", "fur", "anfanger")),
        ("STRASSE Straße ẞ", ("strasse", "ss")),
        ("fu\u0308r für", ("fur",)),
        ("ΣΊΣΥΦΟΣ σίσυφος", ("σισυφοσ",)),
        ("हिन्दी सीखें", ("हिन्दी", "सीखें")),
        ("ёлка елка й", ("ёлка", "елка", "й")),
        ("ﬁnance", ("finance",)),
        ("日本語 1", ("日本", "本語", "語", "1")),
        ("Python入門", ("python", "入門", "門")),
        ("か が ｶﾞ", ("か", "が", "ガ")),
        ("ASP.NET e.g. 3.11", ("asp.net", ".net", "net", "e.g", ".g", "g", "3.11", ".11", "11")),
        ("कृ\u200dष्ण so\u00adft", ("कृष्ण", "soft")),
        ("❤\ufe0f ... \u0301 !", ("❤",)),
        ("👩\u200d💻🇫🇷", ("👩", "💻", "🇫", "🇷")),
        ("#python +1", ("python", "1")),
        ("", ()),
    ],
)
def test_words_of_a_text_that_is_searched(text: str, words: tuple[str, ...]) -> None:
    assert searched_words(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("node.js", ("node.js",)),
        ("數學入門", ("數學", "學入", "入門")),
        ("数", ("数",)),
        ("คณิต", ("คณิ", "ณิต")),
        ("c c", ("c",)),
    ],
)
def test_words_of_a_search(text: str, words: tuple[str, ...]) -> None:
    assert wanted_words(text) == words


@given(st.text())
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    words = searched_words(text)
    for wanted in wanted_words(text):
        assert any(begins_with(word, wanted) for word in words)


@given(st.text(), st.text(min_size=1))
def test_beginnings_are_what_words_begin_with(text: str, query: str) -> None:
    words = searched_words(text)
    beginnings = {beginning for word in words for beginning in beginnings_of(word)}
    for wanted in wanted_words(query):
        assert (wanted in beginnings) == any(begins_with(word, wanted) for word in words)


def test_a_letter_with_a_sign_is_another_word() -> None:
    assert list(beginnings_of("c++")) == ["c+", "c++"]
    assert list(beginnings_of("go++")) == ["g", "go", "go+", "go++"]
    assert list(beginnings_of(".net")) == [".n", ".ne", ".net"]
    assert len(list(beginnings_of("x" * 50))) == 50
