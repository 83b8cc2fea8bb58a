"""The password policy: the three rules, and common passwords under what people add to them."""

from __future__ import annotations

from pathlib import Path

import pytest

import peerlearn.domain
from peerlearn.domain.passwords import password_weaknesses
from peerlearn.domain.problems import Rule

LONGEST = "Aa!" + "x" * 69


def rules_broken_by(password: str) -> list[Rule]:
    return [weakness.rule for weakness in password_weaknesses(password)]


@pytest.mark.parametrize(
    ("password", "weaknesses"),
    [
        ("Abcdefg!", 0),
        (LONGEST, 0),
        (LONGEST + "x", 1),
        ("Aé!" + "é" * 34, 0),
        ("Aé!" + "é" * 35, 1),
        ("Abcdef!", 1),
        ("abcdefg!", 1),
        ("Abcdefgh", 1),
        ("Abcdefg ", 1),
        ("short", 3),
        ("", 3),
        ("Ábcdefg¡", 0),
        ("Abcdefg!\0", 1),
        ("Abcdefg!\t", 1),
        # an upper-case letter of Greek, Cyrillic, Armenian and Deseret; a title-case one
        ("Ωραία-μέρα", 0),
        ("Жизнь-прекрасна", 0),
        ("Բարեւ-ձեզ", 0),
        ("\U00010400bcdefg!", 0),
        ("\u01c5bcdefg!", 0),
        # a Roman numeral and a letter in a circle are none, and scripts without case have none
        ("\u2167bcdefg!", 1),
        ("\u24b6bcdefg!", 1),
        ("परीक्षा-पाठशाला", 1),
        # a currency sign and an emoji are special; a vowel sign, a number and a joiner are not
        ("Abcdefg€", 0),
        ("Abcdefg\U0001f40e", 0),
        ("Abcdefgपरी", 1),
        ("Abcdefg½", 1),
        ("Abcdefg\u200d", 1),
        # judged in the composed spelling: 8 letters typed as 11 characters, 72 bytes typed as 107
        ("E\u0301te\u0301-xy", 1),
        ("E\u0301te\u0301-xyz9", 0),
        ("Ae!" + "e\u0301" * 34 + "x", 0),
        ("Abcdefge\u0301", 1),
    ],
)
def test_rules(password: str, weaknesses: int) -> None:
    assert len(rules_broken_by(password)) == weaknesses, rules_broken_by(password)


def test_weaknesses_name_their_rules_and_bounds() -> None:
    short = [(one.rule, one.limit) for one in password_weaknesses("short")]
    assert short == [(Rule.TOO_SHORT, 8), (Rule.NO_UPPER_CASE, None), (Rule.NO_SPECIAL_CHARACTER, None)]
    assert [(one.rule, one.limit) for one in password_weaknesses(LONGEST + "x")] == [(Rule.TOO_MANY_BYTES, 72)]


@pytest.mark.parametrize(
    "password",
    """
    Password1! PASSWORD!! p@SSword1 P@ssw0rd! Pa$$w0rd2026 !!Password!! 2026Password! P4ssw0rd!23 Pass-word-1!
    Welcome1! Welcome2026! Welcom3! W3lc0me!! W3Lc0m3#1
    Summer2026! $ummer2026! 5ummer-26! Winter-2025 January2026! Friday13!! Monday#01 Spring!2027
    Qwerty123! QwertyUiop1! !QAZ2wsx 1Qaz2wsx! Q1w2e3r4! Asdfghjkl;1 1q2w3e4R!
    Peerlearn1! Peer-Learn-2026 P33rl3arn! PeerLearning#1 Learner2026! Tutor-1234 Student!1
    Dragon99# Iloveyou1! 1Loveyou! Letme1n!! L3tm31n!! Tru$tno1! Michael-1984 Monkey_123 Football.7 Ch@ngeme1
    Admin123! @dmin2026 T3st1ng!! \uff30assword1! A12345678! 123456789A! A!123456 Abc12345!
    """.split(),  # noqa: SIM905 (a table)
)
def test_common_password_with_something_added_is_refused(password: str) -> None:
    assert Rule.COMMON_PASSWORD in rules_broken_by(password)


@pytest.mark.parametrize(
    "password",
    [
        "Correct-Horse-1",
        "correct Horse battery staple!",
        "My password is a Dragon.",
        "Summer rain on 3 Roofs!",
        "Welcome-To-The-Machine",
        "Monkey&Banana&Tree",
        "Peer-Review-Is-Fun-7",
        "Qwerty-is-not-Dvorak",
        "Dragonfly-Over-Water!",
        "Analytical-1843",
        "Difference-1822",
        "Four-Knights-Game",
        "x9$Kq2!mVw7#",
        "7Hn&rT2p@Lz0",
        "Тихий-вечер-дома",
        "Crème brûlée-7",
        "A1b!C2d@E3f#",
        "12345678-Horses-Run-Away",
    ],
)
def test_passphrase_with_a_common_word_in_it_is_accepted(password: str) -> None:
    assert password_weaknesses(password) == []


def test_every_entry_of_the_list_is_refused_with_little_added() -> None:
    lines = Path(peerlearn.domain.__path__[0], "common_passwords.txt").read_text("utf-8").splitlines()
    entries = [line for line in lines if not line.startswith("# ")]
    assert len(entries) == len(set(entries)) >= 3000
    passwords = [f"A{entry}!" if entry.isdecimal() else f"{entry.capitalize()}1!" for entry in entries]
    accepted = [password for password in passwords if Rule.COMMON_PASSWORD not in rules_broken_by(password)]
    assert accepted == []
