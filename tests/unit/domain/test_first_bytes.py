"""How files begin: what agrees with their type, and what is something else."""

from __future__ import annotations

import gzip
import io
import tarfile
import wave
import zipfile

import pytest

from peerlearn.domain.file_table import FILE_TYPES, FileType, Kind
from peerlearn.domain.file_types import HEAD_BYTES, type_of


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


def empty_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w"):
        pass
    return buffer.getvalue()


def tarred(mode: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=mode) as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return buffer.getvalue()


def sound() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(100))
    return buffer.getvalue()


def box(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
HTML = b"<!DOCTYPE html><html><body>hi</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MATROSKA = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"

AGREE = [
    ("a.pdf", b"%PDF-1.7\n"),
    ("a.pdf", b"\xef\xbb\xbf\n junk of a printer %PDF-1.4"),
    ("a.pdf", b"x" * 1019 + b"%PDF-"),
    ("a.docx", zipped()),
    ("locked.docx", OLE),
    ("a.odt", zipped()),
    ("a.doc", OLE),
    ("a.doc", b"{\\rtf1\\ansi"),
    ("a.xls", OLE),
    ("a.rtf", b"{\\rtf1"),
    ("a.pages", zipped()),
    ("a.png", PNG),
    ("a.jpg", JPEG),
    ("a.gif", b"GIF89a\x01\x00"),
    ("a.webp", b"RIFF\x24\x00\x00\x00WEBPVP8 "),
    ("a.heic", box(b"heic")),
    ("a.heic", box(b"mif1")),
    ("a.avif", box(b"avif")),
    ("a.tiff", b"II*\x00\x08\x00"),
    ("a.tif", b"MM\x00*\x00\x08"),
    ("a.bmp", b"BM\x36\x00"),
    ("a.mp3", b"ID3\x04\x00"),
    ("a.mp3", b"\xff\xfb\x90\x44"),
    ("a.m4a", box(b"M4A ")),
    ("a.wav", sound()),
    ("a.ogg", b"OggS\x00\x02"),
    ("a.flac", b"fLaC\x00\x00"),
    ("a.webm", MATROSKA),
    ("a.mid", b"MThd\x00\x00"),
    ("a.mp4", box(b"isom")),
    ("a.mov", box(b"qt  ")),
    ("a.mov", b"\x00\x00\x00\x08wide\x00\x00"),
    ("a.zip", zipped()),
    ("a.zip", empty_zip()),
    ("a.tar.gz", gzip.compress(b"anything", mtime=0)),
    ("a.tar", tarred(tarfile.USTAR_FORMAT)),
    ("a.tar", tarred(tarfile.GNU_FORMAT)),
    ("a.tar", tarred(tarfile.PAX_FORMAT)),
    ("a.7z", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("a.rar", b"Rar!\x1a\x07\x01\x00"),
    ("a.txt", b"x"),
    ("a.txt", "Zażółć gęślą jaźń".encode()),
    ("a.txt", "Zażółć".encode("cp1250")),
    ("a.txt", "宿題".encode("shift_jis")),
    ("a.txt", "宿題".encode("iso2022_jp")),
    ("a.csv", "a;b\r\n1;2".encode("utf-16")),
    ("a.csv", b"\xff\xfea\x00;\x00b"),
    ("a.md", b'<h1 align="center">Title</h1>\n<p>text</p>'),
    ("a.md", b"<!-- made by hand -->\n# Title"),
    ("a.py", b"#!/usr/bin/env python3\nprint('<html>')"),
    ("a.js", b"// <script>\nconst x = 1;"),
    ("a.json", b'{"html": "<html>"}'),
    ("a.ipynb", b'{"cells": []}'),
    ("a.xml", b'<?xml version="1.0"?>\n<!DOCTYPE score-partwise PUBLIC "-//x">\n<score-partwise/>'),
    ("a.php", HTML),
    ("a.vue", b"<script setup>\n</script>"),
    ("a.tex", b"\\documentclass{article}"),
    ("a.sh", b"#!/bin/sh\n"),
]

DISAGREE = [
    ("a.pdf", b"essay"),
    ("a.pdf", HTML),
    ("a.pdf", b"MZ\x90\x00\x03"),
    ("a.pdf", PNG),
    ("a.pdf", b"x" * 1020 + b"%PDF-"),
    ("a.docx", b"%PDF-1.7"),
    ("a.docx", HTML),
    ("a.xls", b"a;b\n1;2"),
    ("a.png", JPEG),
    ("a.jpg", PNG),
    ("a.jpg", SVG),
    ("a.gif", b"GIF88a"),
    ("a.webp", b"RIFF\x24\x00\x00\x00WAVEfmt "),
    ("a.heic", JPEG),
    ("a.heic", box(b"isom")),
    ("a.mp3", b"OggS"),
    ("a.wav", b"RIFF\x24\x00\x00\x00AVI LIST"),
    ("a.mp4", MATROSKA),
    ("a.webm", box(b"isom")),
    ("a.zip", b"\x1f\x8b\x08"),
    ("a.zip", b"MZ\x90\x00"),
    ("a.gz", b"PK\x03\x04"),
    ("a.tar", bytes(512)),
    ("a.txt", HTML),
    ("a.txt", b"\xef\xbb\xbf  \r\n<HTML>"),
    ("a.txt", b"<!-- x --><script>alert(1)</script>"),
    ("a.txt", "<!doctype HTML>".encode("utf-16")),
    ("a.txt", b"<body onload=alert(1)>"),
    ("a.txt", SVG),
    ("a.md", HTML),
    ("a.csv", b"<html><table>"),
    ("a.js", HTML),
    ("a.css", SVG),
    ("a.xml", SVG),
    ("a.xml", b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"><svg/>'),
    ("a.xml", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'),
    ("a.txt", b"MZ\x90\x00\x03\x00\x00"),
    ("a.sh", b"\x7fELF\x02\x01\x01\x00"),
    ("a.py", b"%PDF-1.7"),
    ("a.py", zipped()),
    ("a.csv", OLE),
    ("a.json", PNG),
    ("a.txt", gzip.compress(b"text", mtime=0)),
    ("a.txt", b"\xca\xfe\xba\xbe\x00\x00\x00\x34"),
]


@pytest.mark.parametrize(("name", "head"), AGREE)
def test_a_file_begins_as_its_type_does(name: str, head: bytes) -> None:
    assert type_of(name, "").problem_of(head[:HEAD_BYTES]) is None


@pytest.mark.parametrize(("name", "head"), DISAGREE)
def test_another_kind_of_file_is_seen_by_its_beginning(name: str, head: bytes) -> None:
    assert type_of(name, "").problem_of(head[:HEAD_BYTES])


@pytest.mark.parametrize("one", FILE_TYPES, ids=lambda one: one.content_type)
def test_no_type_takes_a_page_or_a_program(one: FileType) -> None:
    assert one.problem_of(b"MZ\x90\x00\x03\x00\x00\x00\x04")
    assert one.problem_of(b"\x7fELF\x02\x01\x01\x00")
    assert one.may_be_page or one.problem_of(HTML)
    assert one.kind is Kind.TEXT or one.problem_of(b"just text, nothing else, for as long as it takes to be sure")
