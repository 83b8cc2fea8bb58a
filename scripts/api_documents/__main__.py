"""Writes both documents.

python -m scripts.api_documents            write docs/openapi.json and docs/asyncapi.json
python -m scripts.api_documents --check    write nothing: say which are not what the code says
python -m scripts.api_documents --lint     hold them against the public rules as well (needs npm)
"""

from __future__ import annotations

import argparse
import sys

# the layer, which a function finds on its path
sys.path[:0] = ["layers/peerlearn"]

from scripts.api_documents.documents import DOCUMENTS, written  # noqa: E402 (after the path)
from scripts.api_documents.lint import lint  # noqa: E402
from scripts.project.paths import shown  # noqa: E402
from scripts.project.problem import Problem  # noqa: E402


def main() -> int:
    """Exit code 1 where a document is stale or a rule is broken."""
    parser = argparse.ArgumentParser(prog="python -m scripts.api_documents", description="Writes the API documents.")
    parser.add_argument("--check", action="store_true", help="write nothing: say which are not what the code says")
    parser.add_argument("--lint", action="store_true", help="hold them against the rules of spectral.yaml as well")
    arguments = parser.parse_args()
    findings: list[str] = []
    for path, make in DOCUMENTS.items():
        text = written(make())
        if not arguments.check:
            path.write_text(text, encoding="utf-8")
            print(f"{shown(path)} written")
        elif path.read_text(encoding="utf-8") != text:
            findings.append(f"{shown(path)} is stale: `make docs` writes it anew.")
    if arguments.lint:
        try:
            findings += lint(DOCUMENTS)
        except Problem as problem:
            findings.append(str(problem))
    print("".join(f"{finding}\n" for finding in findings), end="", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
