# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""clock_skew_info against real HTTP servers whose clock is off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import HELD, WIDTH, Sample, estimate, exposed
from support.module import RunModule, assert_one_clear_line

Says = Callable[[], dict[str, str]]


class ClockServer(ThreadingHTTPServer):
    """A server on loopback that answers every request with the test's own status and headers.

    This is not pytest-httpserver, because that adds its own correct Date.
    """

    says: Says
    status = 200
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.paths: set[str] = set()


class Answer(BaseHTTPRequestHandler):
    """One answer of it."""

    protocol_version = "HTTP/1.1"
    server: ClockServer

    def do_HEAD(self) -> None:
        self.server.paths.add(self.path)
        self.send_response_only(self.server.status)
        for name, value in {"Content-Length": "30000000", **self.server.says()}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ClockServer]:
    """Yield such a server."""
    with ClockServer() as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def clock(server: ClockServer, says: Says, status: int = 200) -> str:
    """Let the server answer so; return its URL."""
    server.says, server.status = says, status
    return f"http://127.0.0.1:{server.server_port}"


def ahead(seconds: float) -> Says:
    """Return the headers of a clock that is ahead."""
    return lambda: {"Date": formatdate(time.time() + seconds, usegmt=True)}


@pytest.mark.parametrize("skew", [0.0, 0.4, 90.0, -3600.7])
@pytest.mark.parametrize("status", [200, 401, 503])
def test_the_skew_is_within_the_stated_uncertainty(
    server: ClockServer, run_module: RunModule, skew: float, status: int
) -> None:
    outcome = run_module("clock_skew_info", {"url": clock(server, ahead(skew), status)})

    assert outcome["changed"] is False
    assert abs(outcome["skew_seconds"] - skew) <= outcome["uncertainty_seconds"] + 0.001
    assert outcome["uncertainty_seconds"] <= 1
    assert outcome["source"].startswith(f"Date header of http://127.0.0.1:{server.server_port}")


def test_a_server_that_holds_its_date_for_a_second_is_not_called_behind(
    server: ClockServer, run_module: RunModule
) -> None:
    made: list[float] = []

    def held() -> dict[str, str]:
        if not made or time.time() - made[-1] >= HELD - 0.05:
            made.append(time.time())
        return {"Date": formatdate(made[-1], usegmt=True)}

    result = run_module("clock_skew_info", {"url": clock(server, held)})

    assert abs(result["skew_seconds"]) <= result["uncertainty_seconds"]


def test_beyond_max_skew_one_line_names_both_clocks(server: ClockServer, run_module: RunModule) -> None:
    url = clock(server, ahead(90))

    outcome = run_module("clock_skew_info", {"url": url, "max_skew": 5})

    assert_one_clear_line(outcome, f"127.0.0.1:{server.server_port} (20", " s ahead of that of ", "max_skew allows 5 s")
    assert abs(outcome.values["skew_seconds"] - 90) <= 1
    assert run_module("clock_skew_info", {"url": url, "max_skew": 91})["changed"] is False


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Date": "yesterday"}, "with the Date 'yesterday'"),
        ({"Date": "Fri, 31 Dec 9999 23:59:59 -0100"}, "with the Date 'Fri, 31 Dec 9999 23:59:59 -0100'"),
        ({"Date": "Mon, 01 Jan 1601 00:00:00 +0100"}, "with the Date 'Mon, 01 Jan 1601 00:00:00 +0100'"),
        ({}, "without a Date header"),
        ({"Date": formatdate(0, usegmt=True), "Age": "12"}, "comes from a cache"),
    ],
)
def test_answers_that_tell_no_time(
    server: ClockServer, run_module: RunModule, headers: dict[str, str], words: str
) -> None:
    outcome = run_module("clock_skew_info", {"url": clock(server, lambda: headers)})

    assert_one_clear_line(outcome, "HEAD http://127.0.0.1:", words)


def test_two_clocks_behind_one_address(server: ClockServer, run_module: RunModule) -> None:
    turns = [0.0, 600.0] * 10

    def either() -> dict[str, str]:
        return ahead(turns.pop())()

    outcome = run_module("clock_skew_info", {"url": clock(server, either)})

    assert_one_clear_line(outcome, "contradict one another")


def test_a_redirect_is_not_followed(server: ClockServer, run_module: RunModule) -> None:
    url = clock(server, lambda: {**ahead(0)(), "Location": "/elsewhere"}, 302)

    assert abs(run_module("clock_skew_info", {"url": url})["skew_seconds"]) <= 1
    assert server.paths == {"/"}


@pytest.mark.parametrize("location", ["https://[broken", "https://h:port/", "\xff\xfe"])
def test_a_redirect_to_something_that_is_not_a_url(server: ClockServer, run_module: RunModule, location: str) -> None:
    url = clock(server, lambda: {**ahead(0)(), "Location": location}, 302)

    outcome = run_module("clock_skew_info", {"url": url})

    if outcome.values.get("failed"):
        assert_one_clear_line(outcome, "HEAD http://127.0.0.1:", "redirects to something that is not a URL")
    else:
        assert abs(outcome["skew_seconds"]) <= 1


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"url": "http://127.0.0.1:9", "connection_timeout": 0}, "connection_timeout is 0. Give the seconds to wait"),
        ({"url": "http://127.0.0.1:9", "connection_timeout": 10**12}, "1 to 86400"),
        ({"url": "sso.example.org"}, "is not a URL"),
        ({"url": "http://127.0.0.1:9"}, "HEAD http://127.0.0.1:9: no answer"),
        ({"url": "http://127.0.0.1:9", "max_skew": -1}, "max_skew is -1"),
        ({"url": "http://127.0.0.1:9", "max_skew": "nan"}, "max_skew is nan"),
    ],
)
def test_clocks_that_cannot_be_measured(run_module: RunModule, own: dict[str, Any], words: str) -> None:
    assert_one_clear_line(run_module("clock_skew_info", own), words)


@given(
    skew=st.floats(-1e6, 1e6),
    held=st.floats(0, HELD - 0.001),
    trips=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 1)), min_size=1, max_size=12),
)
def test_the_truth_lies_in_the_interval(skew: float, held: float, trips: list[tuple[float, float, float]]) -> None:
    samples, now = [], 1_800_000_000.25
    for there, back, pause in trips:
        stamped = now + there
        samples.append(Sample((stamped + skew - held) // 1, now, stamped + back))
        now = stamped + back + pause

    found = estimate(samples)

    assert abs(found.seconds - skew) <= found.uncertainty + 1e-5
    assert found.uncertainty <= (WIDTH + HELD + min(there + back for there, back, _pause in trips)) / 2 + 1e-5


@pytest.mark.parametrize(
    ("url", "validate_certs", "words"),
    [
        ("http://cells.example.org", True, "url: http://cells.example.org is not encrypted"),
        (
            "https://cells.example.org",
            False,
            "validate_certs: the certificate of https://cells.example.org is not verified",
        ),
        ("http://localhost:8080", True, None),
        ("https://cells.example.org", True, None),
    ],
)
def test_a_time_that_others_could_change_is_warned_about(url: str, validate_certs: bool, words: str | None) -> None:
    warnings = exposed({"url": url, "validate_certs": validate_certs})

    assert [warning.startswith(words or "") for warning in warnings] == ([True] if words else [])
