"""Which type a file has by its name and by what clients call it."""

from __future__ import annotations

import mimetypes
from collections import Counter

import pytest

from peerlearn.domain.file_table import FILE_TYPES, Kind
from peerlearn.domain.file_types import TypeRefused, stored_type, type_of

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"

TAKEN = [
    # parameters, capitals, blanks
    ("notes.txt", "text/plain;charset=utf-8", "text/plain"),
    ("notes.txt", "text/plain; charset=UTF-8; format=flowed", "text/plain"),
    ("photo.jpg", "Image/JPEG", "image/jpeg"),
    ("ESSAY.PDF", " APPLICATION/PDF ", "application/pdf"),
    # names of operating systems and browsers
    ("main.py", "text/x-python-script", "text/x-python"),
    ("main.py", "text/plain", "text/x-python"),
    ("photo.jpg", "image/jpg", "image/jpeg"),
    ("photo.heic", "image/heif", "image/heic"),
    ("photo.heif", "image/heif", "image/heic"),
    ("work.zip", "application/x-zip-compressed", "application/zip"),
    ("voice.m4a", "audio/x-m4a", "audio/mp4"),
    ("voice.m4a", "audio/mp4", "audio/mp4"),
    ("voice.mp3", "audio/mp3", "audio/mpeg"),
    ("voice.wav", "audio/x-wav", "audio/wav"),
    ("voice.ogg", "video/ogg", "audio/ogg"),
    ("voice.opus", "audio/ogg", "audio/ogg"),
    ("voice.flac", "audio/x-flac", "audio/flac"),
    ("voice.webm", "audio/webm", "video/webm"),
    ("talk.webm", "video/webm", "video/webm"),
    ("data.csv", "application/vnd.ms-excel", "text/csv"),
    ("letter.rtf", "application/msword", "application/rtf"),
    ("app.ts", "video/mp2t", "text/x-typescript"),
    ("app.js", "application/x-javascript", "text/javascript"),
    ("lib.cpp", "text/x-c++src", "text/x-c++"),
    ("lib.c", "text/x-csrc", "text/x-c"),
    ("essay.docx", "application/zip", DOCX),
    ("essay.docx", "application/msword", DOCX),
    ("work.ipynb", "application/json", "application/x-ipynb+json"),
    # names that belong to no type here
    ("essay.docx", "application/wps-office.docx", DOCX),
    ("work.ipynb", "application/vnd.jupyter", "application/x-ipynb+json"),
    ("photo.jpg", "image/x-of-some-phone", "image/jpeg"),
    ("voice.webm", "audio/webm;codecs=opus", "video/webm"),
    # clients that do not know
    ("essay.docx", "application/octet-stream", DOCX),
    ("table.xlsx", "binary/octet-stream", XLSX),
    ("essay.pdf", "", "application/pdf"),
    ("stats.R", "", "text/x-r"),
    ("query.sql", "", "text/x-sql"),
    ("Main.kt", "", "text/x-kotlin"),
    ("Program.cs", "", "text/x-csharp"),
    ("App.swift", "", "text/x-swift"),
    ("index.php", "", "text/x-php"),
    ("app.rb", "", "text/x-ruby"),
    ("run.sh", "application/x-sh", "text/x-shellscript"),
    ("thesis.tex", "application/x-tex", "text/x-tex"),
    ("notes.md", "", "text/markdown"),
    ("backup.7z", "", "application/x-7z-compressed"),
    ("score.musicxml", "", "application/xml"),
    ("Makefile", "", "text/plain"),
    ("README", "application/octet-stream", "text/plain"),
    # unknown or absent extensions: as declared
    ("essay", "application/pdf", "application/pdf"),
    ("essay.2026-05-01", "application/pdf", "application/pdf"),
    ("photo", "image/jpg", "image/jpeg"),
    ("main.elm", "text/x-elm", "text/plain"),
    (".gitignore", "text/plain", "text/plain"),
    # dots that mean nothing
    ("essay.final.docx", "", DOCX),
    ("v1.2.pdf", "application/pdf", "application/pdf"),
    ("a.tar.gz", "application/gzip", "application/gzip"),
    ("a.tar.gz", "application/x-compressed-tar", "application/gzip"),
    ("dump.sql.gz", "application/x-gzip", "application/gzip"),
    ("essay.docx.zip", "application/zip", "application/zip"),
    ("site.html.zip", "application/zip", "application/zip"),
    ("essay.docx.pdf", "application/pdf", "application/pdf"),
    ("IMG_1.heic.jpg", "image/jpeg", "image/jpeg"),
    ("jquery.min.js", "text/javascript", "text/javascript"),
    ("types.d.ts", "", "text/x-typescript"),
    ("Intro.to.Go.pdf", "application/pdf", "application/pdf"),
    ("J.R.pdf", "application/pdf", "application/pdf"),
    ("answer.key.pdf", "application/pdf", "application/pdf"),
    ("www.example.com.pdf", "application/pdf", "application/pdf"),
    ("report.pdf.", "application/pdf", "application/pdf"),
    ("report.\uff50\uff44\uff46", "", "application/pdf"),
    ("作业.pdf", "application/pdf", "application/pdf"),
]

REFUSED = [
    # a program, whatever it says it is
    ("invoice.pdf.exe", "application/pdf", "fileName"),
    ("invoice.pdf.exe.", "application/pdf", "fileName"),
    ("invoice.pdf.exe ", "application/pdf", "fileName"),
    ("invoice.pdf.ex\u200be", "application/pdf", "fileName"),
    ("photo.jpg.SCR", "image/jpeg", "fileName"),
    ("game.jar", "application/java-archive", "fileName"),
    ("run.bat", "text/plain", "fileName"),
    ("macro.vbs", "text/plain", "fileName"),
    ("setup.msi", "", "fileName"),
    (".exe", "application/pdf", "fileName"),
    # what a browser or Office runs
    ("page.html", "text/html", "fileName"),
    ("page.html", "text/plain", "fileName"),
    ("page.htm", "", "fileName"),
    ("page.xhtml", "application/xhtml+xml", "fileName"),
    ("logo.svg", "image/svg+xml", "fileName"),
    ("logo.svg", "text/xml", "fileName"),
    ("app.hta", "", "fileName"),
    ("essay.docm", DOCX, "fileName"),
    ("table.xlsm", "", "fileName"),
    ("slides.pptm", "", "fileName"),
    ("notes.txt", "text/html", "contentType"),
    ("essay", "text/html", "contentType"),
    ("essay", "image/svg+xml", "contentType"),
    # one name, two kinds
    ("photo.jpg.pdf", "application/pdf", "fileName"),
    ("essay.pdf.txt", "text/plain", "fileName"),
    ("essay.pdf.js", "text/javascript", "fileName"),
    ("invoice.exe.pdf", "application/pdf", "fileName"),
    ("page.html.txt", "text/plain", "fileName"),
    ("work.zip.pdf", "application/pdf", "fileName"),
    ("song.mp3.mp4", "video/mp4", "fileName"),
    # name and type
    ("report.pdf", "image/png", "contentType"),
    ("photo.jpg", "image/png", "contentType"),
    ("main.py", "application/pdf", "contentType"),
    ("essay.pdf", "text/plain", "contentType"),
    ("essay.pdf", "application/x-msdownload", "contentType"),
    ("essay.pdf", "application/xhtml+xml", "contentType"),
    ("essay.pdf", "image/x-of-some-phone", "contentType"),
    ("essay.docx", "application/vnd.ms-word.document.macroEnabled.12", "contentType"),
    ("work.zip", "application/pdf", "contentType"),
    ("essay.docx", XLSX, "contentType"),
    ("voice.mp3", "video/mp4", "contentType"),
    # nothing to go by
    ("data.xyz", "application/octet-stream", "fileName"),
    ("data.xyz", "", "fileName"),
    ("data", "application/x-nobody-knows", "contentType"),
    ("essay.pdf", "pdf", "contentType"),
    ("essay.pdf", "application/pdf, text/html", "contentType"),
    ("essay.pdf", "application/\u0440df", "contentType"),
    ("essay.pdf", "application/pdf\r\nX: 1", "contentType"),
]


@pytest.mark.parametrize(("name", "declared", "content_type"), TAKEN)
def test_name_and_declared_type_tell_the_type(name: str, declared: str, content_type: str) -> None:
    assert type_of(name, declared).content_type == content_type


@pytest.mark.parametrize(("name", "declared", "field"), REFUSED)
def test_contradicting_or_executable_file_is_refused(name: str, declared: str, field: str) -> None:
    with pytest.raises(TypeRefused) as refusal:
        type_of(name, declared)
    assert refusal.value.field == field


@pytest.mark.parametrize("one", FILE_TYPES, ids=lambda one: one.content_type)
def test_each_type_is_found_by_its_extensions_and_by_its_name(one: object) -> None:
    assert one in FILE_TYPES
    (found,) = (each for each in FILE_TYPES if each is one)
    assert stored_type(found.content_type) is found
    for extension in found.extensions:
        for declared in ("", found.content_type, *found.aliases):
            assert type_of(f"work.{extension}", declared) is found
    assert bool(found.begins) is (found.kind is not Kind.TEXT)


def test_no_extension_stands_for_two_types() -> None:
    counts = Counter(extension for one in FILE_TYPES for extension in one.extensions)
    assert [extension for extension, count in counts.items() if count > 1] == []


def test_types_that_python_knows_are_taken() -> None:
    """Its table is what a client in Python declares."""
    table = mimetypes.MimeTypes((), strict=False)
    known = {**table.types_map[0], **table.types_map[1]}
    others = {
        extension: known[f".{extension}"]
        for one in FILE_TYPES
        for extension in one.extensions
        if f".{extension}" in known and not one.accepts(known[f".{extension}"])
    }
    assert others == {}


@pytest.mark.parametrize(
    ("stored", "content_type"),
    [
        ("text/x-csrc", "text/x-c"),
        ("application/x-zip-compressed", "application/zip"),
        ("image/heic", "image/heic"),
        ("text/html", None),
        ("image/svg+xml", None),
        ("application/octet-stream", None),
    ],
)
def test_a_stored_type_is_one_that_is_taken(stored: str, content_type: str | None) -> None:
    found = stored_type(stored)
    assert (found.content_type if found else None) == content_type
