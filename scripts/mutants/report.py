"""Results of a whole run: `docs/mutants.json`, which the next one begins with, and `docs/mutants.md` for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from scripts.mutants.equivalents import EQUIVALENTS
from scripts.mutants.runner import Verdict
from scripts.project.paths import ROOT

RESULTS = ROOT / "docs" / "mutants.json"
_SUMMARY = ROOT / "docs" / "mutants.md"

_KINDS = {
    "condition": "a term of a condition expression, made always true",
    "filter": "a term of a filter that decides who is shown",
    "own write": "the comparison of the item in the way with one's own write: never the same, always the same",
    "guard": "an `if` that ends in a refusal, and each term of its test",
    "predicate": "the answer of a function that such a test calls, and each term of it",
    "grant": "an exception that lets somebody in where everybody else is refused",
    "call": "a call that does nothing but refuse",
    "role": "the role that an endpoint demands: an administrator, an author, a caller becomes the next weaker one",
    "token": "a demand on a token or a signature",
    "upload": "a condition of an upload form",
}


def write_results(verdicts: Sequence[Verdict]) -> None:
    """Both documents."""
    result = {
        "survived": [each.site.name for each in verdicts if not each.test],
        "killed": {each.site.name: each.test for each in verdicts if each.test},
    }
    RESULTS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _SUMMARY.write_text(_summary(verdicts), encoding="utf-8")


def _summary(verdicts: Sequence[Verdict]) -> str:
    made = Counter(each.site.kind for each in verdicts)
    killed = Counter(each.site.kind for each in verdicts if each.test)
    rows = [f"| {kind} | {what} | {made[kind]} | {killed[kind]} |" for kind, what in _KINDS.items() if made[kind]]
    reasons = [f"- `{_place(name)}`: {reason}" for name, reason in EQUIVALENTS.items()]
    return "\n".join(
        [
            "# Conditions and checks, taken out one at a time",
            "",
            "`make mutants` finds every condition expression and every check in the sources' syntax trees, takes each",
            "out alone, and runs the tests that come by there until one fails. Where none does, it fails itself.",
            "",
            f"The last whole run: **{killed.total()} of {made.total()} killed**. Which test killed which is in",
            "[mutants.json](mutants.json), where the next run begins.",
            "",
            "| kind | taken out | mutants | killed |",
            "|---|---|---|---|",
            *rows,
            "",
            "Left out, since nobody could see a difference:",
            "",
            *reasons,
            "",
        ]
    )


def _place(name: str) -> str:
    return name.removeprefix("layers/peerlearn/peerlearn/")
