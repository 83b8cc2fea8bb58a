"""The page of mails that the local stack has sent."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from scripts.local_stack import inbox


def page_of(mails: list[dict[str, Any]], patch: pytest.MonkeyPatch) -> str:
    answer = json.dumps({"messages": {"000000000000": mails}}).encode()
    patch.setattr("urllib.request.urlopen", lambda *_, **__: io.BytesIO(answer))
    return inbox.inbox_page("http://127.0.0.1:1").decode()


def test_newest_mail_comes_first_and_its_link_can_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Confirm:\nhttp://127.0.0.1:2/#/verify?token=a.b&c\n"
    mails: list[dict[str, Any]] = [
        {"Subject": "Older", "To": ["ada@b.example"], "Timestamp": "1", "BodyText": "Hello"},
        {"Subject": "Newer <b>", "To": "ada@b.example", "Timestamp": "2", "BodyText": text},
    ]
    page = page_of(mails, monkeypatch)
    assert page.index("Newer &lt;b&gt;") < page.index("Older")
    assert '<a href="http://127.0.0.1:2/#/verify?token=a.b&amp;c">' in page


def test_empty_inbox_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is none yet." in page_of([], monkeypatch)
