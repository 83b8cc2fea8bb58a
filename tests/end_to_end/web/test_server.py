"""The local stack's web server: where it listens, what it gives out, and that it ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import requests

from scripts.local_stack.console import Console
from scripts.local_stack.processes import free_port
from scripts.project.paths import ROOT

API = "http://127.0.0.1:9/_aws/execute-api/abc/api"


def is_listening(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def test_serves_the_console_for_its_api_until_it_is_stopped() -> None:
    console = Console(free_port())
    console.start(API)
    try:
        assert requests.get(f"{console.url}config.json", timeout=10).json() == {"apiUrl": API, "sendsMail": True}
        script = requests.get(f"{console.url}app.js", timeout=10)
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert requests.get(f"{console.url}%2e%2e/template.yaml", timeout=10).status_code == 404
        assert requests.get(f"{console.url}views/", timeout=10).status_code == 404
    finally:
        console.stop()
    assert not is_listening(console.url)


def test_takes_another_port_where_somebody_listens() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port: int = other.getsockname()[1]
        console = Console(port)
        console.start(API)
        try:
            assert not console.url.endswith(f":{port}/")
            assert is_listening(console.url)
        finally:
            console.stop()


def test_ends_when_whoever_started_it_is_gone() -> None:
    """However that came about: all it needs is that its standard input ends."""
    command = [sys.executable, "-m", "scripts.serve_console", "--port", "0", "--api-url", API]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert is_listening(url)
        server.stdin.close()
        assert server.wait(timeout=60) == 0
    assert not is_listening(url)


def test_serves_the_console_for_the_address_that_the_running_stack_has_now(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    console = Console(free_port())
    console.start(API, file)
    try:
        for address in (API, "http://127.0.0.1:9/_aws/execute-api/def/api"):
            file.write_text(json.dumps({"apiUrl": address}), encoding="utf-8")
            assert requests.get(f"{console.url}config.json", timeout=10).json() == {
                "apiUrl": address,
                "sendsMail": True,
            }
    finally:
        console.stop()
