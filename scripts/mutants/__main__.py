"""The command line; see the package."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.dynamodb_local import DynamoDBLocal
from scripts.mutants.equivalents import EQUIVALENTS
from scripts.mutants.report import RESULTS, write_results
from scripts.mutants.runner import LEVELS, Bench, Progress, Verdict, guessed
from scripts.mutants.schemata import copy_tree, write_switches
from scripts.mutants.sites import Site, find_sites
from scripts.project.paths import ROOT

_CACHE = ROOT / ".cache" / "mutants"
_KILLERS = _CACHE / "killers.jsonl"
# For more of them a look at all tests is cheaper than guesses.
_FEW = 10


def main() -> int:
    arguments = _arguments()
    sites = find_sites(ROOT)
    chosen = [site for site in sites if _is_wanted(site, arguments) and site.name not in EQUIVALENTS]
    if arguments.left:
        known = _known_killers()
        chosen = [site for site in chosen if site.name not in known]
    if arguments.list:
        for site in chosen:
            print(f"{site.path}:{site.line} {site.where}: {site.kind}: {site.removed}")
        print(f"{len(chosen)} mutants, {_by_kind(chosen)}")
        return 0
    os.nice(5)
    # the end of this program ends its engine as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, DynamoDBLocal() as engine:
        tree = Path(folder) / "tree"
        tree.mkdir()
        copy_tree(ROOT, tree)
        write_switches(tree, sites)
        bench = Bench(tree, engine.endpoint, arguments.jobs)
        if arguments.tests:
            verdicts = _tried_with(bench, chosen, arguments.tests)
        else:
            verdicts = _tried(bench, sites, chosen, look=arguments.look, fresh=arguments.anew)
    if len(chosen) + len(EQUIVALENTS) == len(sites) and not arguments.tests:
        write_results(verdicts)
    return _reported(verdicts, sites, sorted(bench.unsound))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutants", description="Removes conditions and checks.")
    parser.add_argument("--only", default="", help="only where this is part of the path, the function or the removal")
    parser.add_argument("--changed", nargs="?", const="HEAD", help="only files that differ from a commit")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument(
        "--look", nargs="+", default=LEVELS, help="the tests to run to see which ones come by what is left"
    )
    parser.add_argument("--list", action="store_true", help="say what would be tried")
    parser.add_argument("--tests", nargs="+", help="the tests or files of tests to try, and no others")
    parser.add_argument("--left", action="store_true", help="only those that no test is known to find")
    parser.add_argument("--anew", action="store_true", help="forget which tests were of use the last time")
    arguments = parser.parse_args()
    if arguments.changed:
        command = ["git", "diff", "--name-only", arguments.changed]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        arguments.changed = set(listed.stdout.split())
    return arguments


def _is_wanted(site: Site, arguments: argparse.Namespace) -> bool:
    if arguments.changed is not None and site.path not in arguments.changed:
        return False
    return arguments.only in f"{site.path} {site.name}"


def _tried_with(bench: Bench, chosen: Sequence[Site], tests: Sequence[str]) -> list[Verdict]:
    progress = Progress(len(chosen))

    def tell(verdict: Verdict) -> None:
        progress.tell(verdict)
        _remember(verdict)

    return bench.tried([(site, tests) for site in chosen], tell)


def _tried(
    bench: Bench, sites: Sequence[Site], chosen: Sequence[Site], *, look: Sequence[str], fresh: bool
) -> list[Verdict]:
    """First the test that found it the last time, then the files that name it, then whichever come by."""
    progress = Progress(len(chosen))
    killers = {} if fresh else _known_killers()
    verdicts: dict[int, Verdict] = {}

    def attempt(tasks: Iterable[tuple[Site, Sequence[str]]], *, last: bool) -> None:
        def tell(verdict: Verdict) -> None:
            if verdict.test or verdict.is_mismade or last:
                verdicts[verdict.site.number] = verdict
                progress.tell(verdict)
                _remember(verdict)

        bench.tried(tasks, tell)

    def left() -> list[Site]:
        return [site for site in chosen if site.number not in verdicts]

    attempt([(site, [killers[site.name]]) for site in left() if site.name in killers], last=False)
    if len(left()) <= _FEW:
        attempt([(site, tests) for site in left() if (tests := guessed(site))], last=False)
    if left():
        progress.say(f"looking which tests come by the {len(left())} that are left")
        passage = bench.passage(sites, look)
        if passage.failing:
            progress.say(f"{len(passage.failing)} tests fail anyway and do not count: {', '.join(passage.failing[:5])}")
        attempt([(site, passage.of(site)) for site in left()], last=True)
    return [verdicts[site.number] for site in chosen]


def _known_killers() -> dict[str, str]:
    """Which test found which removal, in the last whole run and in those since then, cut off or not."""
    known: dict[str, str] = json.loads(RESULTS.read_text(encoding="utf-8"))["killed"] if RESULTS.exists() else {}
    if _KILLERS.exists():
        for line in _KILLERS.read_text(encoding="utf-8").splitlines():
            known |= json.loads(line)
    return known


def _remember(verdict: Verdict) -> None:
    _CACHE.mkdir(parents=True, exist_ok=True)
    with _KILLERS.open("a", encoding="utf-8") as killers:
        if verdict.test and not verdict.is_mismade:
            killers.write(json.dumps({verdict.site.name: verdict.test}) + "\n")


def _by_kind(sites: Iterable[Site]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in Counter(site.kind for site in sites).most_common())


def _reported(verdicts: Sequence[Verdict], sites: Sequence[Site], unsound: Sequence[str]) -> int:
    survivors = [verdict for verdict in verdicts if not verdict.test]
    mismade = [verdict for verdict in verdicts if verdict.is_mismade]
    print(f"\n{_by_kind(verdict.site for verdict in verdicts)}")
    for title, found in (("survived", survivors), ("not a mutant", mismade)):
        for verdict in found:
            print(f"{title}: {verdict.site.path}:{verdict.site.line} {verdict.site.name}\n    {verdict.why[-500:]}")
    unknown = set(EQUIVALENTS) - {site.name for site in sites}
    for name in sorted(unknown):
        print(f"called equivalent, and not there any more: {name}")
    for test in unsound:
        print(f"fails with nothing removed: {test}")
    killed = len(verdicts) - len(survivors)
    print(f"{killed} of {len(verdicts)} mutants killed; {len(EQUIVALENTS)} equivalent ones left out")
    return 1 if survivors or mismade or unknown or unsound else 0


if __name__ == "__main__":
    sys.exit(main())
