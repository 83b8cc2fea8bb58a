"""The inbox of the local stack: a page of the mails that it has sent, which MiniStack keeps."""

from __future__ import annotations

import html
import json
import re
import urllib.request
from typing import Any

_LINK = re.compile(r"https?://[^\s<]+")
_SECONDS = 10
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Inbox of the local stack</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1rem }}
article {{ border-top: 1px solid; padding: 0.5rem 0 }}
h2 {{ font-size: 1rem; margin: 0 }}
pre {{ white-space: pre-wrap; font: inherit; overflow-wrap: anywhere }}
</style>
</head>
<body>
<h1>Mails that this stack has sent</h1>
<p>They have not left this machine. The newest comes first; reload for more.</p>
{mails}
</body>
</html>
"""
_MAIL = "<article><h2>{subject}</h2><p>to {to}, {at}</p><pre>{text}</pre></article>"


def inbox_page(endpoint: str) -> bytes:
    """Return the page for the MiniStack at that address."""
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages", timeout=_SECONDS) as answer:  # noqa: S310
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    mails = [mail for sent in accounts.values() for mail in sent]
    mails.sort(key=lambda mail: str(mail.get("Timestamp", "")), reverse=True)
    return _PAGE.format(mails="\n".join(map(_mail, mails)) or "<p>There is none yet.</p>").encode()


def _mail(mail: dict[str, Any]) -> str:
    receivers = mail.get("To", [])
    return _MAIL.format(
        subject=html.escape(str(mail.get("Subject", ""))),
        to=html.escape(", ".join(receivers) if isinstance(receivers, list) else str(receivers)),
        at=html.escape(str(mail.get("Timestamp", ""))),
        text=_with_links(str(mail.get("BodyText", ""))),
    )


def _with_links(text: str) -> str:
    return _LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', html.escape(text))
