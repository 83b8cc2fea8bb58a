"""The file that a large export is written to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from functions.privacy.document_schemas import ExportDocument, ExportedMessage, ExportedPeer
from peerlearn.domain.exports import PersonalData


def render(data: PersonalData) -> Iterator[bytes]:
    """Yield the document as JSON in UTF-8, a message at a time: conversations may be longer than memory.

    They come last in it; all the rest is in memory anyway.
    """
    rest = ExportDocument.of(replace(data, conversations=())).model_dump_json(by_alias=True)
    yield rest.removesuffix("]}").encode()
    for number, one in enumerate(data.conversations):
        peer = ExportedPeer.of(one).model_dump_json(by_alias=True)
        yield f'{"," if number else ""}{{"peer":{peer},"messages":['.encode()
        separators = chain(("",), iter(lambda: ",", None))
        for separator, message in zip(separators, one.messages, strict=False):
            yield (separator + ExportedMessage.of(one.conversation, message).model_dump_json(by_alias=True)).encode()
        yield b"]}"
    yield b"]}"
