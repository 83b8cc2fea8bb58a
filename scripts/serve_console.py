"""Serves the learner's console of `web/` on 127.0.0.1: `python -m scripts.serve_console --api-url ADDRESS`.

The local stack starts it as a child process and keeps its standard input open: with that, it ends.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts.local_stack.inbox import inbox_page
from scripts.web_console import FOLDER, config_json, content_type, page

# CloudFront adds these on AWS (`WebHeaders` in the template), and one more that needs TLS.
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # a changed file shows at the next reload
    "Cache-Control": "no-cache",
}


class _Handler(SimpleHTTPRequestHandler):
    """The files of `web/`, and the configuration that belongs beside them."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, api_url: Callable[[], str], **options: Any) -> None:
        self._api_url = api_url
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        content = _generated("/index.html" if path == "/" else path, self._api_url)
        if content is None:
            super().do_GET()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type("index.html" if path == "/" else path))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def guess_type(self, path: Any) -> str:
        return content_type(str(path))

    def list_directory(self, _: Any) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """The functions' logs are what `make run` shows."""


def _generated(path: str, api_url: Callable[[], str]) -> bytes | None:
    if path == "/inbox.html":
        return inbox_page(f"http://{urlsplit(api_url()).netloc}")
    if path == "/index.html":
        # The local API, its socket and its bucket are all at one address.
        host = urlsplit(api_url()).netloc
        return page([f"http://{host}", f"ws://{host}"])
    return config_json(api_url(), sends_mail=True) if path == "/config.json" else None


def address_in(stack_file: Path | None, default: str) -> str:
    """Return the API's address as the running stack has it: another template may have given it another one."""
    if stack_file is None:
        return default
    try:
        return str(json.loads(stack_file.read_text(encoding="utf-8"))["apiUrl"])
    except FileNotFoundError:
        # the stack is not ready yet
        return default


def _listen(port: int, api_url: Callable[[], str]) -> ThreadingHTTPServer:
    handler = partial(_Handler, directory=str(FOLDER), api_url=api_url)
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def main() -> None:
    """Serves until standard input ends; prints the address once somebody can connect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4567)
    parser.add_argument("--api-url", required=True)
    parser.add_argument("--stack-file", type=Path, help="a stack.json: the address in it goes before the other one")
    arguments = parser.parse_args()
    server = _listen(arguments.port, partial(address_in, arguments.stack_file, arguments.api_url))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
