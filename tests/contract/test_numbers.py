"""Numbers in the documents are those of the code and of the template."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from scripts.project.paths import ROOT
from tests.support.stated_numbers import WORKERS, at_once, of, stated

STATED = list(stated())
_NUMBER = "(?:[0-9][0-9,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty)"
_UNIT = (
    "ms|s|seconds?|minutes?|hours?|days?|months?|bytes?|KB|MB|GB|MiB|characters|tries|times|mistakes|levels|values|entries"
    "|conversations|connections|courses|modules|assessments|seats|shards|filters|units|rounds|parts|positions"
)
# A number that may go out of date: with a unit, and no part of a list that a command prints.
COUNTED = re.compile(rf"(?<![\w.#…-]){_NUMBER}[ ](?:{_UNIT})\b", re.IGNORECASE)
# Numbers with a unit that no code of this project decides: by page, the words, and whose they are.
OTHERS: dict[str, dict[str, str]] = {
    "learning.md": {},
    "privacy.md": {
        "one page (1 MB) and three parts in memory": "DynamoDB's, and how S3 is written to",
        "62 MB, take a second": "measured",
        "no two courses share": "no number",
    },
    "realtime.md": {
        "frames of up to 32 KB": "API Gateway's",
        "larger than 32 KB (code 1009), after two hours, and after ten minutes of silence": "API Gateway's",
    },
    "operations.md": {
        "a line of 400 bytes": "about as long as one is",
        "allows 120 messages in 60 seconds": "the example's",
        "keeps them for 24 hours": "DynamoDB's",
        "the stream's 24 hours": "DynamoDB's",
        "the last 35 days": "DynamoDB's",
    },
    "deploying.md": {
        "A first deployment takes two rounds": "the order of `scripts/deploy.py`, seen by end_to_end/test_pages.py",
        "within three days": "SNS's",
    },
    "mail.md": {},
    "cli.md": {
        "for 24 hours": "DynamoDB's",
        "a gigabyte takes four minutes": "follows from the rate",
    },
    "troubleshooting.md": {"Pushes stop after two hours": "API Gateway's"},
    "table.md": {
        "the seat lock, under 1 KB": "what a write unit takes",
        "as dear at 60 as at 100,000 courses": "measured",
        "a page of ten for 6 units: 5 for": "measured",
        "a set of eight bytes each": "how `domain/numbers.py` packs a time",
        "eight bytes a course": "the same",
        "10,000 courses that have a word are 14 KB, 2 units": "an example's",
        "in 10,000 courses costs 4 units": "an example's",
        "half a unit for 500 courses": "an example's",
        "in several of 100 where there are more: 8 entries": "DynamoDB's, and the combinations of three facets",
        "some 70 places, which is 140 units": "an example's",
        "in scripts without spaces each two characters": "the rule of `domain/words.py`, for pairs",
    },
    "architecture.md": {"ten minutes": "for whoever follows the guide"},
    "aws.md": {},
}


def page_of(name: str) -> str:
    """Return the page's sentences and tables, without its blocks, on one line."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return " ".join(re.sub(r"^```\w+\n.*?^```$|^ {4}.*?$", "", text, flags=re.DOTALL | re.MULTILINE).split())


def whole_page_of(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(("page", "sentence", "numbers"), STATED, ids=[f"{one[0]}: {one[1]}"[:80] for one in STATED])
def test_sentence_has_the_numbers_of_the_code(page: str, sentence: str, numbers: tuple[object, ...]) -> None:
    expected = sentence.format(*numbers)
    text = whole_page_of(page)
    if expected not in text:
        found = re.search(re.sub(r"\\{[^}]*\\}", ".{1,20}?", re.escape(sentence)), text)
        pytest.fail(
            f"docs/{page} says {found[0]!r}" if found else f"docs/{page} has no such sentence: {sentence}",
            pytrace=False,
        )


def uncovered(page: str) -> Iterator[str]:
    """Yield each number with a unit that stands in no sentence that is held against the code, and is nobody else's."""
    text = page_of(page)
    known = [sentence.format(*numbers) for name, sentence, numbers in STATED if name == page]
    spans = [
        (found.start(), found.end())
        for words in (*known, *OTHERS[page])
        for found in re.finditer(re.escape(words), text)
    ]
    for found in COUNTED.finditer(text):
        if not any(start <= found.start() and found.end() <= end for start, end in spans):
            yield text[max(0, found.start() - 50) : found.end() + 20]


@pytest.mark.parametrize("page", OTHERS)
def test_number_with_a_unit_is_held_against_the_code_or_is_no_number_of_ours(page: str) -> None:
    assert list(uncovered(page)) == []


@pytest.mark.parametrize("page", OTHERS)
def test_numbers_of_others_stand_in_the_page(page: str) -> None:
    assert [words for words in OTHERS[page] if words not in page_of(page)] == []
    assert all(len(reason) > 2 for reason in OTHERS[page].values())


@pytest.mark.parametrize("function", WORKERS)
def test_table_of_queues_says_how_many_tasks_run_at_once(function: str) -> None:
    (source,) = (one["Properties"] for one in of(function)["Events"].values() if one["Type"] == "SQS")
    queue, worker = source["Queue"]["Fn::GetAtt"][0], of(function)["Handler"].split(".")[-2]
    row = rf"\| `{queue}`[^|]*\| `{worker}` \|[^|]*\| {at_once(function)} \|"
    assert re.search(row, whole_page_of("architecture.md"))
