"""The counts of an export, so that it fits into an answer or becomes a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from peerlearn.domain.exports import OwnItems
from peerlearn.domain.submissions import StoredFile, Submission
from peerlearn.persistence.items.assessments import submission_item, submission_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORK = Submission("asm_1", "crs_1", "usr_1", 1, "https://s3/x", NOW, late=False)
FILE = StoredFile("uploads/usr_1/asm_1/upl_1/file.pdf", "v1", "作业.pdf")


def test_names_of_files_count_as_what_was_written() -> None:
    profile: Any = None
    lone, named = (OwnItems(profile, submissions=[one]) for one in (WORK, replace(WORK, file=FILE)))
    assert named.characters - lone.characters == len("作业.pdf")


def test_a_submission_comes_back_as_it_was_stored() -> None:
    graded = replace(WORK, file=FILE, grade=Decimal("9.5"), graded_at=NOW, graded_by="usr_t", revision=1)
    assert submission_of(submission_item(graded)) == graded
    assert submission_of(submission_item(WORK)) == WORK


def test_an_item_without_a_name_has_that_of_its_key() -> None:
    item = submission_item(replace(WORK, file=FILE))
    del item["fileName"]
    assert submission_of(item).file == replace(FILE, name="file.pdf")
