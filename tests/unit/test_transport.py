# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases that need a real socket: repeats and their waits, time-outs, refused connections, redirects."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import urllib3.util.retry
from pytest_httpserver import HTTPServer
from urllib3.exceptions import MaxRetryError, SSLError
from werkzeug import Request, Response

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, ServerError, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    LONGEST_WAIT,
    REPEATED_STATUSES,
    REPEATS,
    base_url,
    is_unencrypted,
    origin,
    repeat_calls,
)
from support.module import RunModule, assert_one_clear_line

TOKEN = "standin-access-token-77aa51c0ffee4bd2"
PASSWORD = "standin-admin-password-1d9b6f0e2c4a8b73"
PATH = "/admin/realms/cells/clients"
CALLS = {"GET": "raw_get", "PUT": "raw_put", "DELETE": "raw_delete", "POST": "raw_post"}
REPEATABLE = ("GET", "PUT", "DELETE")


@pytest.fixture(scope="module")
def running_server() -> Iterator[HTTPServer]:
    """Yield a server on this machine: to stop one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0) as running:
        yield running


@pytest.fixture
def server(running_server: HTTPServer) -> Iterator[HTTPServer]:
    """Yield that server without a memory; a request that it does not expect fails the test."""
    running_server.clear()
    yield running_server
    running_server.check()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Count the waits between repeats instead of waiting."""
    waited: list[float] = []
    monkeypatch.setattr(urllib3.util.retry.time, "sleep", waited.append)
    return waited


@pytest.fixture(scope="module")
def free_port() -> int:
    """Return a port on which nothing listens: that of a server which has stopped."""
    with HTTPServer(host="127.0.0.1", port=0) as gone:
        return int(gone.port)


def session(url: str, **own: Any) -> KeycloakSession:
    """Return a session as a task's options make it."""
    params = {
        "auth_keycloak_url": url,
        "auth_realm": "master",
        "auth_username": None,
        "auth_password": None,
        "auth_client_id": "admin-cli",
        "auth_client_secret": None,
        "token": TOKEN,
        "validate_certs": True,
        "ca_path": None,
        "client_cert": None,
        "client_key": None,
        "connection_timeout": 5,
        "http_agent": "standin agent",
        **own,
    }
    return KeycloakSession(params, "cells")


def send(opened: KeycloakSession, method: str) -> Any:
    """Send a call of that method to PATH."""
    body = [json.dumps({"a": 1})] if method in ("PUT", "POST") else []
    return getattr(opened.connection, CALLS[method])(PATH.lstrip("/"), *body)


def answers(server: HTTPServer, method: str, *responses: Response, path: str = PATH) -> None:
    """Answer calls in this order and no other."""
    for response in responses:
        server.expect_ordered_request(path, method=method).respond_with_response(response)


@pytest.mark.parametrize("status", REPEATED_STATUSES)
@pytest.mark.parametrize("method", REPEATABLE)
def test_a_call_that_can_be_repeated_is_until_the_server_is_up(
    method: str, status: int, server: HTTPServer, waits: list[float]
) -> None:
    done = Response("[]", status=200) if method == "GET" else Response(status=204)
    answers(server, method, Response(status=status), Response(status=status), done)

    assert send(session(server.url_for("")), method).status_code == done.status_code
    assert waits == [1.0]
    assert len(server.log) == 3


@pytest.mark.parametrize("method", REPEATABLE)
def test_repeats_have_an_end_and_the_last_answer_is_reported(
    method: str, server: HTTPServer, waits: list[float]
) -> None:
    answers(server, method, *[Response("starting", status=503) for _attempt in range(REPEATS + 1)])

    with pytest.raises(ServerError, match="HTTP 503"):
        send(session(server.url_for("")), method)
    assert waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("named", "waited"),
    [("0", []), ("3", [3]), (str(LONGEST_WAIT + 900), [LONGEST_WAIT])],
    ids=["at once", "3 s", "longer than is bearable"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_named_time_is_waited_up_to_a_limit(
    status: int, named: str, waited: list[float], server: HTTPServer, waits: list[float]
) -> None:
    later = Response(status=status, headers={"Retry-After": named})
    answers(server, "GET", later, Response("[]", status=200))

    send(session(server.url_for("")), "GET")

    assert [wait for wait in waits if wait] == waited


@pytest.mark.parametrize("status", [*REPEATED_STATUSES, 500])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}], ids=["", "with Retry-After"])
def test_a_post_is_not_repeated_for_any_status(
    headers: dict[str, str], status: int, server: HTTPServer, waits: list[float]
) -> None:
    answers(server, "POST", Response(status=status, headers=headers))

    with pytest.raises(ServerError, match=f"HTTP {status}"):
        send(session(server.url_for("")), "POST")
    assert waits == []
    assert len(server.log) == 1


@pytest.mark.parametrize("status", [400, 404, 500, 501])
@pytest.mark.parametrize("method", REPEATABLE)
def test_a_refusal_is_not_repeated(method: str, status: int, server: HTTPServer, waits: list[float]) -> None:
    answers(server, method, Response(status=status))

    with pytest.raises(ServerError, match=f"HTTP {status}"):
        send(session(server.url_for("")), method)
    assert waits == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_login_is_not_repeated_even_if_the_server_asks_for_it(
    status: int, server: HTTPServer, waits: list[float]
) -> None:
    later = Response(status=status, headers={"Retry-After": "1"})
    answers(server, "POST", later, path="/realms/master/protocol/openid-connect/token")

    with pytest.raises(ServerError, match=f"HTTP {status}"):
        session(server.url_for(""), token=None, auth_username="admin", auth_password=PASSWORD).token()
    assert waits == []


@dataclass
class Stall:
    """A server of which some calls get no answer before the test is over."""

    server: HTTPServer
    over: threading.Event = field(default_factory=threading.Event)
    arrived: list[str] = field(default_factory=list)
    """The methods of those calls."""

    def handle(self, request: Request) -> Response:
        """Handle a call that gets no answer."""
        self.arrived.append(request.method)
        self.over.wait(10)
        return Response(status=503)


@pytest.fixture
def stall() -> Iterator[Stall]:
    """Yield such a server, its own for each test."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as running:
        stalling = Stall(running)
        yield stalling
        stalling.over.set()
        running.check()


@pytest.mark.parametrize(("method", "calls"), [("POST", 1), ("GET", REPEATS + 1), ("PUT", REPEATS + 1)])
def test_a_call_without_an_answer_times_out_and_is_repeated_only_if_that_is_safe(
    method: str, calls: int, stall: Stall
) -> None:
    stall.server.expect_request(PATH, method=method).respond_with_handler(stall.handle)

    with pytest.raises(Unreachable) as error:
        send(session(stall.server.url_for(""), connection_timeout=0.1), method)
    assert stall.arrived == [method] * calls
    assert str(error.value) == f"{method} {stall.server.url_for(PATH)}: no answer in time (connection_timeout)"


def test_a_create_whose_answer_is_lost_is_sent_once_and_goes_on_as_an_update(
    stall: Stall, run_module: RunModule
) -> None:
    """The server makes the client, but the answer does not come within the one second that is allowed."""
    made: list[dict[str, Any]] = []

    def create(request: Request) -> Response:
        made.append({"id": "uuid", **request.get_json(), "webOrigins": ["https://added-by-the-server"]})
        return stall.handle(request)

    def change(request: Request) -> Response:
        made[0].update(request.get_json())
        return Response(status=204)

    server = stall.server
    server.expect_request(PATH, method="GET").respond_with_handler(lambda _request: Response(json.dumps(made)))
    server.expect_request(PATH, method="POST").respond_with_handler(create)
    server.expect_request(f"{PATH}/uuid", method="PUT", json={"webOrigins": []}).respond_with_handler(change)
    options = {"auth_keycloak_url": server.url_for(""), "token": TOKEN, "realm": "cells", "connection_timeout": 1}

    outcome = run_module("keycloak_oidc_client", {**options, "client_id": "demo", "name": "Cells", "web_origins": []})

    assert outcome["changed"] is True
    assert outcome["client"]["webOrigins"] == []
    assert len(made) == 1


@pytest.mark.parametrize("method", CALLS)
def test_a_refused_connection_is_tried_again_and_then_one_line(method: str, free_port: int, waits: list[float]) -> None:
    """Nothing was sent, so that even a POST may be tried again."""
    with pytest.raises(Unreachable) as error:
        send(session(f"http://127.0.0.1:{free_port}"), method)

    assert str(error.value).startswith(f"{method} http://127.0.0.1:{free_port}{PATH}: no answer: ")
    assert "refused" in str(error.value)
    assert "object at 0x" not in str(error.value)
    assert "\n" not in str(error.value)
    assert waits == [1.0, 2.0, 4.0]


def test_a_host_that_is_not_known_is_one_line(run_module: RunModule) -> None:
    options = {"auth_keycloak_url": "https://sso.invalid", "token": TOKEN, "realm": "cells"}

    outcome = run_module("keycloak_oidc_client_info", options)

    assert_one_clear_line(outcome, "GET https://sso.invalid/admin/realms/cells/clients: no answer")
    assert "object at 0x" not in outcome.msg


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", CALLS)
def test_a_redirect_is_not_followed_but_its_target_is_named(
    method: str, status: int, server: HTTPServer, waits: list[float]
) -> None:
    target = "https://elsewhere.example.org/admin/realms/cells/clients"
    answers(server, method, Response(status=status, headers={"Location": target}))

    with pytest.raises(Unreachable, match=f"redirects to {target}. Give that URL"):
        send(session(server.url_for("")), method)
    assert len(server.log) == 1


def test_a_password_is_not_carried_to_where_a_login_is_redirected(server: HTTPServer, run_module: RunModule) -> None:
    path = "/realms/master/protocol/openid-connect/token"
    answers(server, "POST", Response(status=307, headers={"Location": server.url_for("/trap")}), path=path)
    options = {"auth_keycloak_url": server.url_for(""), "auth_username": "admin", "auth_password": PASSWORD}

    outcome = run_module("keycloak_oidc_client_info", {**options, "realm": "cells"})

    assert_one_clear_line(outcome, "POST", path, "redirects to", "/trap")
    assert PASSWORD not in outcome.printed
    assert len(server.log) == 1


@pytest.mark.parametrize(
    "value",
    ["https://h", "https://h/", "http://h:8080/auth/", "https://[::1]:8443", "https://büro.example.org"],
)
def test_a_good_url_loses_its_trailing_slash_only(value: str) -> None:
    assert base_url(value, "option") == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        *("", "h", "//h", "file:///etc", "https:/h", "https://", "https://h:99999", "https://h:0", "https://h\n"),
        *("https://a..b", "https://.h", "https://*.example.org", f"https://{'h' * 64}"),
        *("https://h h", "https://h?a=1", "https://h#a", "https://user@h", "https://user:standin-pw@h"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_by_the_options_name(value: str) -> None:
    with pytest.raises(InvalidInput, match=r"^option: ") as error:
        base_url(value, "option")
    assert "standin-pw" not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "clear"),
    [
        ("http://sso.example.org", True),
        ("http://10.0.0.1", True),
        ("http://localhost.example.org", True),
        ("http://127.0.0.1.example.org", True),
        ("https://sso.example.org", False),
        ("http://localhost:8080", False),
        ("http://kc.localhost", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:8080", False),
    ],
)
def test_only_plain_http_that_leaves_the_machine_counts_as_unencrypted(url: str, clear: bool) -> None:
    assert is_unencrypted(url) is clear


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("error", "again"),
    [
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), True),
        (ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed (EOF)"), True),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), False),
    ],
)
def test_tls_that_a_stopping_server_ends_is_no_refusal(error: ssl.SSLError, again: bool, method: str) -> None:
    """A node of a cluster that is stopped ends its connections with or without a goodbye."""
    asking = requests.Session()
    repeat_calls(asking)
    policy = asking.get_adapter("https://sso.example.org").max_retries

    if again and method == "GET":
        assert policy.increment(method, "/", error=SSLError(error)).total == REPEATS - 1
    else:
        with pytest.raises(MaxRetryError):
            policy.increment(method, "/", error=SSLError(error))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://sso.example.org", "https://sso.example.org"),
        ("HTTPS://SSO.example.org:443/realms?a=b", "https://sso.example.org"),
        ("http://sso.example.org:80", "http://sso.example.org"),
        ("http://sso.example.org:443", "http://sso.example.org:443"),
        ("https://sso.example.org:8443/", "https://sso.example.org:8443"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]"),
        ("/realms", ""),
        ("*", ""),
        ("+", ""),
        ("http://[broken", ""),
        ("http://localhost:*", ""),
    ],
)
def test_an_origin_is_the_value_that_browsers_compare(url: str, expected: str) -> None:
    assert origin(url) == expected
