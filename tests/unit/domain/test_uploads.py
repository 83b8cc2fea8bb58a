"""Keys of uploads, and what is asked of a file that is handed in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.submission_urls import check_url
from peerlearn.domain.uploads import UploadedObject, check_uploaded, new_upload_key, own_upload_key, upload_prefix

LINK = "https://github.com/ada/endgames"
FOUND = UploadedObject("uploads/usr_1/asm_1/upl_1/a.pdf", 5, "application/pdf", "v1", b"%PDF-1.7")


@given(st.text(min_size=1, max_size=255))
def test_a_key_is_under_its_owners_prefix_whatever_the_file_is_called(name: str) -> None:
    key = new_upload_key("usr_1", "asm_1", name)
    prefix = upload_prefix("usr_1", "asm_1")
    assert key.startswith(prefix)
    random, _, safe = key.removeprefix(prefix).partition("/")
    assert len(random) == len("upl_") + 24
    assert 1 <= len(safe) <= 80
    assert safe.isascii()
    assert not set(safe) & set('/\\ "%?#<>')
    assert not safe.startswith(".")
    # what is handed in afterwards is recognised as this file
    url = check_url(f"https://uploads-here.s3.eu-west-1.amazonaws.com/{key}")
    assert own_upload_key(url, "uploads-here", "usr_1", "asm_1") == key


@pytest.mark.parametrize(
    ("name", "ends_with"),
    [
        ("essay.pdf", "/essay.pdf"),
        ("Über Läufer.pdf", "/Uber-Laufer.pdf"),
        ("日本語.docx", "/file.docx"),
        ("..", "/file"),
        ("-rf", "/rf"),
        ("x" * 200 + ".tar.gz", "x.tar.gz"),
    ],
)
def test_readable_names(name: str, ends_with: str) -> None:
    assert new_upload_key("usr_1", "asm_1", name).endswith(ends_with)


def test_only_ones_own_file_for_that_assessment() -> None:
    key = new_upload_key("usr_1", "asm_1", "a.pdf")
    url = check_url(f"https://uploads-here.s3.amazonaws.com/{key}")
    assert own_upload_key(url, "another-bucket", "usr_1", "asm_1") is None
    assert own_upload_key(check_url(LINK), "uploads-here", "usr_1", "asm_1") is None
    for learner, assessment in (("usr_2", "asm_1"), ("usr_1", "asm_2"), ("usr_1", "asm")):
        with pytest.raises(ValidationFailed):
            own_upload_key(url, "uploads-here", learner, assessment)
    for more in ("?versionId=1", "#top"):
        more_than_a_key = check_url(f"https://uploads-here.s3.amazonaws.com/{key}{more}")
        with pytest.raises(ValidationFailed):
            own_upload_key(more_than_a_key, "uploads-here", "usr_1", "asm_1")


@pytest.mark.parametrize("size", [1, 5, 10])
def test_file_within_its_forms_rules_is_taken(size: int) -> None:
    found = replace(FOUND, size=size)
    assert check_uploaded(found, 10) is found


@pytest.mark.parametrize(
    "found",
    [None, replace(FOUND, size=0), replace(FOUND, size=11), replace(FOUND, content_type="application/x-unknown")],
    ids=["missing", "empty", "too large", "of no known type"],
)
def test_file_outside_its_forms_rules_is_refused(found: UploadedObject | None) -> None:
    with pytest.raises(ValidationFailed):
        check_uploaded(found, 10)


def test_file_that_begins_like_another_type_is_refused() -> None:
    with pytest.raises(ValidationFailed):
        check_uploaded(replace(FOUND, head=b"PK\x03\x04"), 10)
