"""One person floods a running stack: how long does a message between two others take until it is pushed?

    make run                                        in one terminal
    .venv/bin/python -m benchmarks.flood            in another (ARGS: --sockets 150 --messages 3000)

Two learners who have written to each other send messages at a steady pace, before the flood and while it lasts. The
flooder takes a ticket for each socket, opens as many as they get, and sends over all of them at once, without a pause.
Prints the seconds from sending to the push, and what became of the flood. `PEERLEARN_API` may name another stack.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.protocol import State

from scripts.project.problem import Problem
from scripts.smoke.visitor import Visitor

STACK = Path(__file__).parents[1] / ".local" / "stack.json"
QUIET_MESSAGES = 25
PAUSE_SECONDS = 1.0
ANSWER_SECONDS = 30.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flood", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sockets", type=int, default=150, help="tickets that the flooder asks for")
    parser.add_argument("--messages", type=int, default=3000, help="messages that the flooder sends")
    options = parser.parse_args()
    url = os.environ.get("PEERLEARN_API") or json.loads(STACK.read_text())["apiUrl"]
    asyncio.run(measure(url, options.sockets, options.messages))


async def measure(url: str, sockets: int, messages: int) -> None:
    """Print the quiet pair's seconds before and during the flood."""
    sender, receiver, flooder = members = [Visitor(url, name) for name in ("Sender", "Receiver", "Flooder")]
    joined = await asyncio.to_thread(_in_one_course, members)
    if not joined:
        raise Problem("The stack has no course with three free seats: start it with its demo data.")
    async with await _socket(sender) as here, await _socket(receiver) as there:
        await _exchange(here, there, receiver, sender)
        before = [await _exchange(here, there, sender, receiver) for _ in range(QUIET_MESSAGES)]
        flood = asyncio.create_task(_flood(flooder, receiver, sockets, messages))
        during: list[float] = []
        while not flood.done():
            during.append(await _exchange(here, there, sender, receiver))
        outcome = await flood
    print(f"quiet: {_words(before)}; under the flood: {_words(during)}")
    print("the flood: " + ", ".join(f"{count} x {what}" for what, count in sorted(outcome.items())))


def _words(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    late = ordered[int(0.95 * (len(ordered) - 1))]
    median = statistics.median(ordered)
    return f"median {median:.3f} s, 95 % within {late:.3f} s, worst {ordered[-1]:.3f} s of {len(ordered)}"


def _in_one_course(members: list[Visitor]) -> bool:
    for member in members:
        member.register()
    courses = members[0].call("GET", "/v1/courses?limit=100")["data"]["courses"]
    for course in courses:
        free = course["seatsAvailable"]
        if course["kind"] == "course" and (free is None or free >= len(members)):
            for member in members:
                member.call("POST", f"/v1/courses/{course['courseId']}/enroll")
            return True
    return False


async def _socket(visitor: Visitor) -> ClientConnection:
    ticket = (await asyncio.to_thread(visitor.call, "POST", "/v1/learner/realtime/ticket"))["data"]
    return await connect(f"{ticket['webSocketUrl']}?ticket={ticket['ticket']}", max_size=None)


async def _exchange(one: ClientConnection, other: ClientConnection, sender: Visitor, receiver: Visitor) -> float:
    """Return the seconds from sending one message to its push; `one` and `other` are the pair's sockets."""
    source, target = (one, other) if sender.name == "Sender" else (other, one)
    text = f"at {time.monotonic()}"
    began = time.perf_counter()
    await source.send(json.dumps({"action": "sendMessage", "receiverId": receiver.user_id, "message": text}))
    async with asyncio.timeout(ANSWER_SECONDS):
        await _heard(target, "message.created", text)
        took = time.perf_counter() - began
        await _heard(source, "message.accepted", text)
    await asyncio.sleep(PAUSE_SECONDS)
    return took


async def _heard(line: ClientConnection, kind: str, text: str) -> None:
    while True:
        heard = json.loads(await line.recv())
        if heard["type"] == "error":
            raise Problem(f"The quiet pair is refused: {heard['message']}")
        if heard["type"] == kind and heard["data"]["message"] == text:
            return


async def _flood(flooder: Visitor, target: Visitor, sockets: int, messages: int) -> Counter[str]:
    outcome: Counter[str] = Counter()
    lines: list[ClientConnection] = []
    for _ in range(sockets):
        answer = await asyncio.to_thread(flooder.ask, "POST", "/v1/learner/realtime/ticket")
        outcome[f"ticket {answer[0]}"] += 1
        if answer[0] != 201:
            continue
        ticket = json.loads(answer[2])["data"]
        try:
            lines.append(await connect(f"{ticket['webSocketUrl']}?ticket={ticket['ticket']}", max_size=None))
        except (OSError, InvalidHandshake):
            outcome["socket refused"] += 1
    open_lines = [line for line in lines if line.state is State.OPEN]
    outcome["socket closed by the cap"] = len(lines) - len(open_lines)
    share = -(-messages // max(1, len(open_lines)))
    counts = await asyncio.gather(*(_shout(line, target, share) for line in open_lines))
    return sum(counts, outcome)


async def _shout(line: ClientConnection, target: Visitor, count: int) -> Counter[str]:
    outcome: Counter[str] = Counter()
    try:
        for number in range(count):
            await line.send(json.dumps({"action": "sendMessage", "receiverId": target.user_id, "message": str(number)}))
            answer: dict[str, Any] = json.loads(await line.recv())
            while "eventId" in answer:  # a push, of which each device of one's own has its copy
                answer = json.loads(await line.recv())
            outcome[answer.get("code") or answer["type"]] += 1
    except ConnectionClosed:
        outcome["socket closed while it sent"] += 1
    return outcome


if __name__ == "__main__":
    main()
