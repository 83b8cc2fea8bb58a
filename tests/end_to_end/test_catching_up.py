"""A client that was away, and many that are cut off again and again: nothing is missed, nothing comes twice."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.chat import ChatClient, Message
from tests.support.classroom import Classroom, ask, eventually, opened, run


def test_a_client_that_was_away_has_everything_when_it_is_back(classroom: Classroom) -> None:
    async def test() -> None:
        ada, bob = classroom.join(), classroom.join()
        received: list[Message] = []
        client = ChatClient(bob, received.append)
        running = asyncio.create_task(client.run())
        async with opened(ada) as socket:
            sent = {"action": "sendMessage", "receiverId": bob.user["userId"]}
            await ask(socket, sent | {"message": "0"})
            await eventually(lambda: len(received) == 1)
            running.cancel()
            for number in range(1, 11):
                answer = await ask(socket, sent | {"message": str(number)})
                assert answer["type"] == "message.accepted"
            running = asyncio.create_task(client.run())
            await eventually(lambda: len(received) == 11)
        running.cancel()
        assert [message["message"] for message in received] == [str(number) for number in range(11)]

    run(test)


PEOPLE = 20


@pytest.mark.slow
def test_messages_among_20_people_who_are_cut_off_again_and_again(classroom: Classroom, long: bool) -> None:  # noqa: FBT001 (a fixture)
    total = 2000 if long else 400
    apis = [classroom.join() for _ in range(PEOPLE)]
    ids = [api.user["userId"] for api in apis]
    received: list[list[Message]] = [[] for _ in apis]
    accepted: list[Message] = []
    chance = random.Random(2026)  # noqa: S311 (no secret)

    async def write(number: int, client: ChatClient) -> None:
        for count in range(total // PEOPLE):
            # to neighbours in the circle, so that conversations get long and both sides write
            receiver = (number + chance.choice((-1, 1, 2))) % PEOPLE
            accepted.append(await client.send(ids[receiver], f"{number}/{count}"))

    async def cut_off(clients: list[ChatClient]) -> None:
        while True:
            await asyncio.sleep(chance.uniform(0, 2))
            chance.choice(clients).cut_off()

    async def test() -> None:
        # the local stack starts a process for every call in flight: more would only wait for each other
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
        clients = [ChatClient(api, heard_.append) for api, heard_ in zip(apis, received, strict=True)]
        running = []
        for client in clients:
            running.append(asyncio.create_task(client.run()))
            await client.connected()
        cutting = asyncio.create_task(cut_off(clients))
        await asyncio.gather(*(write(number, client) for number, client in enumerate(clients)))
        cutting.cancel()
        await eventually(lambda: sum(map(len, received)) >= 2 * total)
        for task in running:
            task.cancel()

    run(test)
    assert len({(one["conversationId"], one["seq"]) for one in accepted}) == len(accepted) == total
    for user_id, messages in zip(ids, received, strict=True):
        # what was accepted from them or for them, once each, in order and without a gap within each conversation
        own = [one for one in accepted if user_id in (one["senderId"], one["receiverId"])]
        assert by_conversation(messages) == {
            conversation: sorted(seqs) for conversation, seqs in by_conversation(own).items()
        }


def by_conversation(messages: list[Message]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for message in messages:
        found.setdefault(message["conversationId"], []).append((message["seq"], message["messageId"]))
    return found
