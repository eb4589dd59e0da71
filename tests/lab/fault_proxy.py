# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy before a server of the lab that spoils one call of many: how networks, gateways and restarts do it."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests

DELAY = 0.3
"""Seconds that a slow answer takes: less than any time-out."""
TIMEOUT = 30

FAULTS = {
    "slow": "the answer comes late",
    "reset": "the connection ends before the server has the request",
    "lost": "the server does it, and the connection ends before its answer",
    "torn": "the server does it, and the connection ends in the middle of its answer",
    "429": "too many requests, with Retry-After",
    "502": "a gateway has no answer, with a page of HTML",
    "503": "the server is starting",
    "504": "a gateway gives up although the server does it",
    "500": "an error, with a page of HTML",
    "409": "a conflict although the server does it",
    "401": "the token is not taken any more",
}
"""The faults by name, and what each is like."""

PASSED_ON = ("slow", "lost", "torn", "504", "409")
"""Those in which the server gets the request."""


CONTROL = "/_faults"
"""The URL of the proxy's own interface."""


class FaultProxy:
    """A proxy that runs, and the calls it saw since begin()."""

    def __init__(self, url: str) -> None:
        """Take its URL."""
        self.url = url

    def begin(self, fault: str = "", first: int = 0, times: int = 1) -> None:
        """Forget the calls so far, and spoil those from the first-th on (0 is the first of all), so many of them."""
        plan = {"fault": fault, "first": first, "times": times}
        requests.post(self.url + CONTROL, json=plan, timeout=TIMEOUT).raise_for_status()

    @property
    def calls(self) -> list[str]:
        """Each call, as "METHOD /path", spoilt ones too."""
        calls: list[str] = self._state()["calls"]
        return calls

    @property
    def spoilt(self) -> int:
        """How many calls were spoilt."""
        return int(self._state()["spoilt"])

    def _state(self) -> dict[str, Any]:
        answer: dict[str, Any] = requests.get(self.url + CONTROL, timeout=TIMEOUT).json()
        return answer


@contextmanager
def fault_proxy(upstream: str) -> Iterator[FaultProxy]:
    """Yield a proxy on the loopback before the server at upstream, a URL of plain http.

    It is a process of its own: a test that forks must not have threads.
    """
    command = [sys.executable, "-m", "lab.fault_proxy", upstream]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield FaultProxy(process.stdout.readline().strip())
        finally:
            process.terminate()


class Plan:
    """Which calls are spoilt, and which there were."""

    def __init__(self) -> None:
        """Spoil nothing."""
        self._lock = threading.Lock()
        self.begin({"fault": "", "first": 0, "times": 0})

    def begin(self, plan: dict[str, Any]) -> None:
        """Take a new plan."""
        with self._lock:
            self._calls: list[str] = []
            self._plan, self._spoilt = plan, 0

    def state(self) -> dict[str, Any]:
        """Return calls and the number of those that were spoilt."""
        with self._lock:
            return {"calls": self._calls, "spoilt": self._spoilt}

    def next_fault(self, call: str) -> str:
        """Take note of a call, and return the fault it meets, empty for none."""
        with self._lock:
            number, plan = len(self._calls), self._plan
            self._calls.append(call)
            hit = bool(plan["fault"]) and plan["first"] <= number < plan["first"] + plan["times"]
            self._spoilt += hit
            return str(plan["fault"]) if hit else ""


def main() -> None:
    """Serve until the process is stopped; the first line on stdout is the proxy's URL."""
    target = urlsplit(sys.argv[1])
    members = {"target": (target.hostname, target.port), "plan": Plan()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Spoiling", (Handler,), members))
    server.daemon_threads = True
    # The server's own name, so that its cookies and issuers match.
    print(f"http://{target.hostname}:{server.server_address[1]}", flush=True)
    server.serve_forever()


class Handler(BaseHTTPRequestHandler):
    """Passes a request on, or follows the plan."""

    protocol_version = "HTTP/1.1"
    plan: Plan
    target: tuple[str, int]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        """Say nothing."""

    def __getattr__(self, name: str) -> Any:
        """Return the one handler for any method: do_GET, do_POST, …"""
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def _handle(self) -> None:
        body = self._body()
        if self.path == CONTROL:
            if body:
                self.plan.begin(json.loads(body))
            self._answer(200, [("Content-Type", "application/json")], json.dumps(self.plan.state()).encode())
            return
        fault = self.plan.next_fault(f"{self.command} {self.path.partition('?')[0]}")
        if fault and fault not in PASSED_ON:
            self._spoil(fault)
            return
        status, headers, content = self._upstream(body)
        if fault == "slow":
            time.sleep(DELAY)
        elif fault == "lost":
            self._reset()
            return
        elif fault in ("504", "409"):
            self._spoil(fault)
            return
        self._answer(status, headers, content, torn=fault == "torn")

    def _body(self) -> bytes | None:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else None

    def _upstream(self, body: bytes | None) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.target, timeout=TIMEOUT)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            dropped = {"transfer-encoding", "connection", "content-length", "keep-alive"}
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    def _spoil(self, fault: str) -> None:
        if fault == "reset":
            self._reset()
            return
        html = b"<html><body><h1>It did not work</h1></body></html>"
        text = b'{"error": "spoilt", "errorMessage": "spoilt on the way"}'
        content, kind = (html, "text/html") if fault in ("500", "502", "504") else (text, "application/json")
        headers = [("Content-Type", kind)] + ([("Retry-After", "1")] if fault == "429" else [])
        self._answer(int(fault), headers, content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, torn: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if torn and not content:
            # Nothing to tear: more is announced than comes.
            self.send_header("Content-Length", "10")
        elif status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if torn:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self._reset()
        elif self.command != "HEAD":
            self.wfile.write(content)

    def _reset(self) -> None:
        """End the connection by a reset instead of a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


if __name__ == "__main__":
    main()
