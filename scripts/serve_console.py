"""Serves the learner's console of `web/` on 127.0.0.1: `python -m scripts.serve_console --api-url ADDRESS`.

The local stack starts it as a child process and keeps its standard input open: with that, it ends.
"""

from __future__ import annotations

import argparse
import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from scripts.web_console import FOLDER, config_json, content_type, page

# What CloudFront adds on AWS (`WebHeaders` in the template), less what needs TLS.
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

    def __init__(self, *arguments: Any, generated: dict[str, bytes], **options: Any) -> None:
        self._generated = generated
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        content = self._generated.get("/index.html" if path == "/" else path)
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


def _listen(port: int, api_url: str) -> ThreadingHTTPServer:
    host = urlsplit(api_url).netloc
    generated = {
        # The local API, its socket and its bucket are all at one address.
        "/index.html": page([f"http://{host}", f"ws://{host}"]),
        "/config.json": config_json(api_url),
    }
    handler = partial(_Handler, directory=str(FOLDER), generated=generated)
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def main() -> None:
    """Serves until standard input ends; prints the address once somebody can connect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4567)
    parser.add_argument("--api-url", required=True)
    arguments = parser.parse_args()
    server = _listen(arguments.port, arguments.api_url)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
