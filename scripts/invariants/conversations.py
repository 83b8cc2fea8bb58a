"""Messages, their numbers and their heads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from peerlearn.domain.messages import Conversation, Message, Pair
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.conversations import conversation_of, message_of, named_message
from scripts.invariants.violation import Violation, differences


class ConversationsCheck:
    """Messages are numbered without a gap up to the head's, each client's id stands for one, and counts are right."""

    def __init__(self) -> None:
        self._heads: dict[Pair, Conversation] = {}
        self._messages: dict[Pair, list[Message]] = defaultdict(list)
        self._traces: dict[str, tuple[Pair, int]] = {}
        self._inboxes: Counter[str] = Counter()

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.CONVERSATION:
            head = conversation_of(item)
            self._heads[head.pair] = head
        elif entity == Entity.MESSAGE:
            message = message_of(item)
            self._messages[message.pair].append(replace(message, text=""))
        elif entity == Entity.CLIENT_MESSAGE:
            self._traces[f"{item['PK']}/{item['SK']}"] = named_message(item)
        elif entity == Entity.INBOX:
            self._inboxes[item["PK"]] += int(item["conversations"])

    def violations(self) -> Iterator[Violation]:
        known: dict[str, tuple[Pair, int]] = {}
        inboxes: Counter[str] = Counter()
        for pair in self._heads.keys() | self._messages.keys():
            head = self._heads.get(pair, Conversation(pair))
            messages = sorted(self._messages[pair], key=lambda message: message.seq)
            yield from _of_conversation(head, messages)
            inboxes.update(keys.user_partition(user_id) for user_id in (pair.low, pair.high))
            for message in messages:
                if message.client_message_id is None:
                    continue
                key = "/".join(keys.client_message(message.sender_id, message.client_message_id))
                if key in known:
                    yield Violation("messages", key, f"is message {known[key]} and message {message.seq}")
                known[key] = pair, message.seq
        for key, seq in self._traces.items():
            if known.get(key) != seq:
                yield Violation("messages", key, f"names message {seq}, and is {known.get(key)}")
        yield from differences("inbox", str, self._inboxes, inboxes)


def _of_conversation(head: Conversation, messages: list[Message]) -> Iterator[Violation]:
    key = keys.conversation_partition(head.pair.low, head.pair.high)
    numbers = [message.seq for message in messages]
    if numbers != list(range(1, head.last_seq + 1)):
        yield Violation("messages", key, f"the head is at {head.last_seq}, and there are {numbers}")
        return
    sent_low = 0
    received: list[dict[str, int]] = [{head.pair.low: 0, head.pair.high: 0}]
    for message in messages:
        sent_low += message.sender_id == head.pair.low
        if message.sent_low != sent_low:
            yield Violation("messages", key, f"message {message.seq} counts {message.sent_low}, {sent_low} were sent")
        received.append({head.pair.low: message.seq - sent_low, head.pair.high: sent_low})
    if head.sent_low != sent_low:
        yield Violation("messages", key, f"the head counts {head.sent_low}, {sent_low} were sent")
    if any(earlier.created_at > later.created_at for earlier, later in pairwise(messages)):
        yield Violation("messages", key, "times contradict the order")
    for reader in (head.pair.low, head.pair.high):
        reading = head.reading(reader)
        if not 0 <= reading.up_to <= head.last_seq or received[reading.up_to][reader] != reading.seen:
            yield Violation("messages", key, f"{reader} has read up to {reading.up_to} and seen {reading.seen}")
