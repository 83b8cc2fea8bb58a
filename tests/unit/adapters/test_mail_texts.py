"""Templates of mails: every language has every one of them, with the same strings in it."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime

import pytest

from peerlearn.adapters.mail_texts import COMMON, FOLDER, MailTexts, common_texts, template
from peerlearn.domain.mails import MailKind
from peerlearn.domain.users import Language, Role

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
VALUES: dict[str, object] = {
    "name": "Ada",
    "at": AT,
    "until": AT,
    "app": "https://learn.example/",
    "link": "https://learn.example/#/verify?token=a.b&c",
    "wanted": "c•••@learn.example",
    "role": "tutor",
    "title": "Knots",
    "assessment": "A photograph",
    "startsAt": AT,
    "endsAt": AT,
    "dueAt": AT,
    "grade": "8.5",
    "maxGrade": "10",
    "messages": "3",
    "people": "2",
}
_LINK = re.compile(r"\[[^\]]+\]\((\w+)\)")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_a_folder_and_every_folder_a_language() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {one.value for one in Language}


@pytest.mark.parametrize("language", Language)
def test_no_template_is_missing_or_left_over(language: Language) -> None:
    files = {path.stem for path in (FOLDER / language.value).iterdir()}
    assert files == {COMMON, *(kind.value for kind in MailKind)}


@pytest.mark.parametrize("language", Language)
def test_no_common_string_is_missing(language: Language) -> None:
    texts, english = common_texts(language), common_texts(Language.ENGLISH)
    assert texts.keys() == english.keys()
    assert {f"role.{role.value}" for role in Role} <= texts.keys()
    assert all(texts.values())
    assert len(texts["months"].split()) == 12
    for name, text in texts.items():
        assert placeholders(text) == placeholders(english[name]), name


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", MailKind)
def test_translation_says_as_much_as_the_english_text(kind: MailKind, language: Language) -> None:
    subject, paragraphs = template(kind.value, language)
    english_subject, english = template(kind.value, Language.ENGLISH)
    assert subject
    assert placeholders(subject) == placeholders(english_subject)
    assert len(paragraphs) == len(english)
    for one, other in zip(paragraphs, english, strict=True):
        assert placeholders(one) == placeholders(other)
        assert _LINK.findall(one) == _LINK.findall(other)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", MailKind)
def test_letter_is_whole_and_accessible(kind: MailKind, language: Language) -> None:
    letter = MailTexts().letter(kind, language, "Europe/Berlin", VALUES)
    for text in (letter.subject, letter.text, letter.html):
        assert "{" not in text.partition("<style")[0]
        assert "](" not in text
    assert f'<html lang="{language.value}">' in letter.html
    assert f"<title>{letter.subject}</title>" in letter.html
    assert "<main" in letter.html
    assert ("token=a.b&c" in letter.text) is ("token=a.b&amp;c" in letter.html)


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        (Language.ENGLISH, "UTC", "29 March 2026, 00:30 (UTC)"),
        # an hour before the clocks are put forward there
        (Language.GERMAN, "Europe/Berlin", "29. März 2026, 01:30 Uhr (Europe/Berlin)"),
        (Language.ENGLISH, "America/Los_Angeles", "28 March 2026, 17:30 (America/Los_Angeles)"),
        (Language.ENGLISH, "Mars/Olympus", "29 March 2026, 00:30 (UTC)"),
    ],
)
def test_moments_are_those_of_the_readers_clock(language: Language, zone: str, expected: str) -> None:
    assert expected in MailTexts().letter(MailKind.PASSWORD_CHANGED, language, zone, VALUES).text


def test_name_of_ten_thousand_characters_and_lines_stays_in_its_place() -> None:
    name = "A\r\nBcc: eve@b.example\r\n" + "x" * 10_000
    letter = MailTexts().letter(MailKind.PASSWORD_CHANGED, Language.ENGLISH, "UTC", VALUES | {"name": name})
    assert "\r" not in letter.text
    assert "\n" not in letter.subject
    assert len(letter.subject) <= 150
