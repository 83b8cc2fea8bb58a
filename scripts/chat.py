"""A reference client of the WebSocket: two terminals, two people.

    .venv/bin/python -m scripts.chat --as learner --to tutor

`--as` is an account of `.local/stack.json` or an email address (with `--password`); `--to` is another account of that
file, a user id, or a part of the name of somebody one shares a course or a conversation with.

A client misses nothing, and shows nothing twice, by these rules:

1. Remember the last `seq` of each conversation. After connecting, ask for everything behind it.
2. A pushed message with the next `seq` is shown. One with a lower `seq` is a repetition. One with a higher `seq` means
   that others were missed: ask for everything behind the last one, as after connecting.
3. Give each message an id of one's own and send it again after a reconnect until it was accepted: the same id stores
   it once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from scripts.chat_api import PAGE, Api, ApiError, find_peer

STACK = Path(__file__).resolve().parents[1] / ".local" / "stack.json"
_ANSWER_SECONDS = 20.0
_LONGEST_PAUSE = 10.0

Message = dict[str, Any]


class ChatClient:
    """One device of one person: connects, catches up, sends, and connects again for as long as it runs.

    Parameters
    ----------
    api: Api
    on_message: callable
        Is given every message of every conversation once, in the order of its `seq`.
    on_event: callable
        Is given everything else that is pushed.
    """

    def __init__(
        self,
        api: Api,
        on_message: Callable[[Message], None],
        on_event: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> None:
        self._api = api
        self._on_message = on_message
        self._on_event = on_event
        self._socket: ClientConnection | None = None
        self._connected = asyncio.Event()
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._sending = asyncio.Lock()
        self._catching_up: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.last_seq: dict[str, int] = defaultdict(int)

    @property
    def user_id(self) -> str:
        return str(self._api.user["userId"])

    async def run(self) -> None:
        """Until cancelled."""
        pause = 0.0
        while True:
            try:
                ticket = (await asyncio.to_thread(self._api.call, "POST", "/v1/learner/realtime/ticket"))["data"]
                address = f"{ticket['webSocketUrl']}?ticket={urllib.parse.quote(ticket['ticket'])}"
                async with connect(address, max_size=None) as socket:
                    pause = 0.0
                    await self._converse(socket)
            except (OSError, TimeoutError, ApiError, ConnectionClosed, InvalidHandshake):
                pause = min(_LONGEST_PAUSE, 2 * pause + 0.2)
            finally:
                self._disconnected()
            # not everybody at once, should it have been the server that went away
            await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 (no secret)

    async def connected(self) -> None:
        """Waits until there is a connection."""
        await self._connected.wait()

    async def send(self, peer_id: str, text: str) -> Message:
        """Stores a message, whatever happens to the connection meanwhile.

        Raises
        ------
        ApiError
            It was refused.
        """
        client_message_id = str(uuid.uuid4())
        message = {
            "action": "sendMessage",
            "receiverId": peer_id,
            "message": text,
            "clientMessageId": client_message_id,
        }
        async with self._sending:
            while True:
                answer = await self._ask(client_message_id, message)
                if answer is None or answer.get("code") == "TEMPORARILY_UNAVAILABLE":
                    continue
                if answer["type"] == "error":
                    raise ApiError(0, answer)
                accepted: Message = answer["data"]
                await self._arrived(accepted)
                return accepted

    async def act(self, **message: object) -> None:
        """Sends something whose answer does not matter, if there is a connection."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(message))

    async def catch_up(self, peer_id: str) -> None:
        """Reads what one has not seen of a conversation."""
        async with self._catching_up[peer_id]:
            while True:
                answer = await asyncio.to_thread(
                    self._api.call,
                    "GET",
                    "/v1/learner/messages",
                    **{"with": peer_id, "after": self.last_seq[peer_id], "limit": PAGE},
                )
                for message in answer["data"]["messages"]:
                    self._show(peer_id, message)
                if "next" not in answer["metadata"]:
                    return

    def cut_off(self) -> None:
        """Loses the connection, as a device in a tunnel does."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _converse(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._connected.set()
        receiving = asyncio.create_task(self._receive(socket))
        # Messages missed until this moment are asked for; from now on they are pushed.
        catching_up = asyncio.create_task(self._catch_up_with_everybody())
        try:
            await asyncio.wait({receiving, catching_up}, return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                await catching_up
            await receiving
        finally:
            receiving.cancel()
            catching_up.cancel()

    async def _catch_up_with_everybody(self) -> None:
        page = await asyncio.to_thread(self._api.call, "GET", "/v1/learner/conversations", limit=PAGE)
        while True:
            for conversation in page["data"]["conversations"]:
                peer_id = conversation["peer"]["userId"]
                if conversation["lastMessage"]["seq"] > self.last_seq[peer_id]:
                    await self.catch_up(peer_id)
            if "next" not in page["metadata"]:
                return
            page = await asyncio.to_thread(
                self._api.call, "GET", "/v1/learner/conversations", limit=PAGE, cursor=page["metadata"]["next"]
            )

    async def _receive(self, socket: ClientConnection) -> None:
        async for text in socket:
            event = json.loads(text)
            waiting = self._answers.pop(event.get("clientMessageId", ""), None)
            if waiting is not None:
                waiting.set_result(event)
            elif event["type"] == "message.created":
                await self._arrived(event["data"])
            else:
                self._on_event(event)

    async def _arrived(self, message: Message) -> None:
        ends = (message["senderId"], message["receiverId"])
        peer_id = ends[0] if ends[1] == self.user_id else ends[1]
        if message["seq"] > self.last_seq[peer_id] + 1:
            with contextlib.suppress(OSError, ApiError):  # the next message, or the next connection, brings it
                await self.catch_up(peer_id)
        else:
            self._show(peer_id, message)

    def _show(self, peer_id: str, message: Message) -> None:
        if message["seq"] == self.last_seq[peer_id] + 1:
            self.last_seq[peer_id] = message["seq"]
            self._on_message(message)

    async def _ask(self, client_message_id: str, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, or None where the connection was lost before it came."""
        await self._connected.wait()
        socket = self._socket
        if socket is None:
            return None
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[client_message_id] = answer
        try:
            await socket.send(json.dumps(message))
            return await asyncio.wait_for(answer, _ANSWER_SECONDS)
        except ConnectionClosed:
            # the next one is waited for, not this one again
            if self._socket is socket:
                self._connected.clear()
            return None
        except (TimeoutError, asyncio.CancelledError):
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return None
        finally:
            self._answers.pop(client_message_id, None)

    def _disconnected(self) -> None:
        self._socket = None
        self._connected.clear()
        for answer in self._answers.values():
            answer.cancel()
        self._answers.clear()


async def _chat(client: ChatClient, peer_id: str) -> None:
    running = asyncio.create_task(client.run())
    try:
        while True:
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                return
            if text := line.strip():
                try:
                    await client.send(peer_id, text)
                except ApiError as error:
                    print(f"-- not sent: {error}", flush=True)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Chats with somebody on the running stack. Ctrl-D or Ctrl-C ends it.")
    parser.add_argument("--as", dest="account", required=True, help="learner, tutor, admin, or an email address")
    parser.add_argument("--to", required=True, help="the same, a user id, or a part of a peer's name")
    parser.add_argument("--password", help="for an email address")
    parser.add_argument("--stack", type=Path, default=STACK, help="the stack's description")
    arguments = parser.parse_args()
    if not arguments.stack.exists():
        raise SystemExit("The local stack is not running: `make run` starts it.")
    stack = json.loads(arguments.stack.read_text(encoding="utf-8"))
    account = stack["accounts"].get(arguments.account)
    account = account or {"email": arguments.account, "password": arguments.password or ""}
    api = Api(stack["apiUrl"], account["email"], account["password"])
    try:
        api.sign_in()
        peer_id, name = find_peer(api, stack, arguments.to)
    except ApiError as error:
        raise SystemExit(f"{arguments.account}: {error}") from error

    def show(message: Message) -> None:
        if peer_id in (message["senderId"], message["receiverId"]):
            mine = message["senderId"] != peer_id
            print(f"{message['seq']:>4} {'you' if mine else name}: {message['message']}", flush=True)
            if not mine and not message["isRead"]:
                reading = client.act(action="markRead", peerId=peer_id, readUpTo=message["seq"])
                background.add(task := asyncio.get_running_loop().create_task(reading))
                task.add_done_callback(background.discard)

    background: set[asyncio.Task[None]] = set()
    client = ChatClient(api, show)
    print(f"-- you are {api.user['name']}, writing to {name}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_chat(client, peer_id))


if __name__ == "__main__":
    main()
