"""Costs of an endpoint on AWS, from its counted calls and units; writes the tables of `docs/costs.md`.

python -m benchmarks.costs
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from benchmarks.roundtrips import tour
from scripts.project.paths import ROOT
from tests.support.costs import Cost

PAGE = ROOT / "docs" / "costs.md"
_BEGIN, _END = "<!-- {}: made by python -m benchmarks.costs -->", "<!-- end of {} -->"


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars, by the list of us-east-1, without any free tier: an input, to be looked up before it is relied on."""

    read_unit: float = 0.125e-6
    write_unit: float = 0.625e-6
    api_request: float = 3.50e-6
    invocation: float = 0.20e-6
    gigabyte_second: float = 0.0000133334


@dataclass(frozen=True, slots=True)
class Machine:
    """How long a request is taken to run in Lambda; `share` of a processor comes with 512 MB."""

    gigabytes: float = 0.5
    share: float = 512 / 1769
    own_cpu: float = 0.0006
    cpu_per_call: float = 0.0008
    read_reply: float = 0.004
    write_reply: float = 0.009
    # sign-in hashes on a whole processor
    hashing: float = 0.23
    hashing_gigabytes: float = 1769 / 1024


HASHING = frozenset({"login", "register", "erase_account"})
HASHING_TWICE = frozenset({"change_password"})
# A hundred requests are made of these.
MIX = {
    "list_courses": 45,
    "get_course": 25,
    "list_progress": 8,
    "complete_module": 7,
    "enroll": 5,
    "send": 6,
    "list_messages": 4,
}
# From signing in to the booked seat.
JOB = {"login": 1, "list_courses": 3, "get_course": 2, "enroll": 1}


def gigabyte_seconds(label: str, cost: Cost, machine: Machine) -> float:
    replies = sum(machine.write_reply if _writes(call) else machine.read_reply for call in cost.calls)
    if label in HASHING | HASHING_TWICE:
        hashes = 2 if label in HASHING_TWICE else 1
        return (hashes * machine.hashing + replies) * machine.hashing_gigabytes
    return ((machine.own_cpu + len(cost.calls) * machine.cpu_per_call) / machine.share + replies) * machine.gigabytes


def dollars(label: str, cost: Cost, prices: Prices, machine: Machine) -> float:
    """Of one request: table, API, function."""
    table = cost.read_units * prices.read_unit + cost.write_units * prices.write_unit
    function = prices.invocation + gigabyte_seconds(label, cost, machine) * prices.gigabyte_second
    return table + prices.api_request + function


def main() -> None:
    # Functions log and count each request on standard output: of no interest here.
    with contextlib.redirect_stdout(io.StringIO()):
        costs = tour(3)
    prices, machine = Prices(), Machine()
    each = {label: dollars(label, cost, prices, machine) for label, cost in costs.items()}
    rows = [
        "| endpoint | calls | one after the other | read units | write units | ÷ least | GB-s | $ per million |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for label, cost in costs.items():
        rows.append(
            f"| `{label}` | {len(cost.calls)} | {cost.depth} | {cost.read_units:g} | {cost.write_units:g} "
            f"| {cost.units / cost.least:.2f} | {gigabyte_seconds(label, cost, machine):.4f} "
            f"| {each[label] * 1e6:.2f} |"
        )
    job = sum(each[label] * times for label, times in JOB.items())
    request = sum(each[label] * times for label, times in MIX.items()) / sum(MIX.values())
    sums = [
        "| sum | requests | $ |",
        "|---|---|---|",
        f"| a million bookings, each from signing in to the seat | {sum(JOB.values())} M | {job * 1e6:,.0f} |",
        f"| the bookings alone | 1 M | {each['enroll'] * 1e6:,.2f} |",
        f"| a school of 300 learners, a month | 0.3 M | {request * 300 * 1000:,.2f} |",
        f"| a network of 3 million learners, a month | 3,000 M | {request * 3e6 * 1000:,.0f} |",
    ]
    text = PAGE.read_text(encoding="utf-8")
    text = _replaced(text, "endpoints", rows)
    text = _replaced(text, "sums", sums)
    changed = text != PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(costs)} endpoints counted, {'written anew' if changed else 'as it was'}.")


def _replaced(text: str, name: str, lines: list[str]) -> str:
    begin, end = _BEGIN.format(name), _END.format(name)
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n\n" + "\n".join(lines) + f"\n\n{end}{tail}"


def _writes(operation: str) -> bool:
    return operation in ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem")


if __name__ == "__main__":
    main()
