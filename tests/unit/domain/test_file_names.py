"""Names that a file may have, on download too."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.file_names import attachment_of, normalized_name, plain_name, problem_of_name
from peerlearn.domain.problems import Rule

KEPT = [
    "essay.pdf",
    "作业.pdf",
    "łódź.pdf",
    "Über Läufer.pdf",
    "実験レポート.docx",
    "숙제 3.hwp.pdf",
    "домашняя работа.txt",
    "תרגיל \u200f1.pdf",
    "واجب\u200cها.pdf",  # noqa: RUF001 (Persian)
    "गृहकार्य\u200d.pdf",
    "การบ้าน.pdf",
    "👩\u200d🔬 results.csv",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.png",
    "🇵🇱 flag.png",
    "résumé.pdf",
    "a.tar.gz",
    'O\'Brien & co; 50% "final".pdf',
    "what? <really> | * : yes.txt",
    ".gitignore",
    "-rf",
    "README",
    " leading and trailing .txt ",
    "\U0001fae8 newer than this Python.txt",
    "\uf8ff.txt",
    "𝓂𝒶𝓉𝒽.pdf",
]


REFUSED = [
    ("a\u0000.pdf", Rule.CONTROL_CHARACTERS),
    ("a\r\nX-Header: 1.pdf", Rule.LINE_BREAKS),
    ("a\t.pdf", Rule.LINE_BREAKS),
    ("a\u007f.pdf", Rule.CONTROL_CHARACTERS),
    ("a\u0085.pdf", Rule.CONTROL_CHARACTERS),
    ("a\u2028b.pdf", Rule.LINE_BREAKS),
    ("a\u2029b.pdf", Rule.LINE_BREAKS),
    ("../../etc/passwd", Rule.SLASHES),
    ("a/b.pdf", Rule.SLASHES),
    ("a\\b.pdf", Rule.SLASHES),
    ("C:\\work.pdf", Rule.SLASHES),
    ("\u202egpj.exe", Rule.DIRECTION_CHARACTERS),
    ("cod\u202efdp.exe", Rule.DIRECTION_CHARACTERS),
    ("a\u202ab\u202c.pdf", Rule.DIRECTION_CHARACTERS),
    ("a\u2066b\u2069.pdf", Rule.DIRECTION_CHARACTERS),
    (".", Rule.NOTHING_VISIBLE),
    ("..", Rule.NOTHING_VISIBLE),
    ("....", Rule.NOTHING_VISIBLE),
    (" ", Rule.NOTHING_VISIBLE),
    ("\u200b", Rule.NOTHING_VISIBLE),
    ("\u200d", Rule.NOTHING_VISIBLE),
    ("\u3164", Rule.NOTHING_VISIBLE),
    ("\u2800", Rule.NOTHING_VISIBLE),
    ("\u0301", Rule.NOTHING_VISIBLE),
    ("\u00a0.\u00a0", Rule.NOTHING_VISIBLE),
    ("", Rule.NOTHING_VISIBLE),
]


@pytest.mark.parametrize("name", KEPT)
def test_a_name_in_any_script_is_kept(name: str) -> None:
    assert problem_of_name(name) is None
    assert name_in(attachment_of(name)) == name


@pytest.mark.parametrize(("name", "rule"), REFUSED)
def test_malformed_name_is_refused(name: str, rule: Rule) -> None:
    problem = problem_of_name(name)
    assert problem is not None
    assert problem.rule is rule


@pytest.mark.parametrize("name", ["résumé.pdf", "숙제.pdf", "が.txt", "Łódź.pdf"])
def test_names_from_macs_are_composed(name: str) -> None:
    assert normalized_name(unicodedata.normalize("NFD", name)) == name


DISPOSITION = re.compile(r"""attachment; filename="([A-Za-z0-9._-]+)"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)""")


def name_in(disposition: str) -> str:
    """Return what a browser reads of a `Content-Disposition`."""
    match = DISPOSITION.fullmatch(disposition)
    assert match is not None
    return unquote(match[2], errors="strict")


@given(st.text(min_size=1, max_size=255).filter(lambda name: problem_of_name(name) is None))
def test_any_name_makes_one_plain_header(name: str) -> None:
    disposition = attachment_of(name)
    assert DISPOSITION.fullmatch(disposition)
    units = len(name.encode("utf-16-le")) // 2
    assert name_in(disposition) == name or units > 255


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("essay.pdf", "essay.pdf"),
        ("作业.pdf", "file.pdf"),
        ("作业", "file"),
        ("łódź.pdf", "odz.pdf"),
        ("Über Läufer.pdf", "Uber-Laufer.pdf"),
        ('a"b.pdf', "a-b.pdf"),
        (".gitignore", "file.gitignore"),
    ],
)
def test_clients_that_know_no_other_letters_get_a_plain_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain
    assert f'filename="{plain}"' in attachment_of(name)


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("作" * 251 + ".pdf", "作" * 251 + ".pdf"),
        ("🧑" * 251 + ".pdf", "🧑" * 125 + ".pdf"),
        ("🧑" * 255, "🧑" * 127),
        ("a." + "🧑" * 253, "a." + "🧑" * 126),
    ],
)
def test_a_name_that_no_file_system_takes_is_cut_and_keeps_its_extension(name: str, saved_as: str) -> None:
    assert name_in(attachment_of(name)) == saved_as
