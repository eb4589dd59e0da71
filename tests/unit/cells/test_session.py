# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session with Cells: options that cannot be used, refusals in one clear line, calls that are repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    NotAuthorized,
    NotFound,
    ServerError,
    TokenRefused,
    WrongEdition,
)
from support.cells.recordings import recorded
from support.cells.scripted import SECRET, TOKEN, URL
from support.module import Outcome, RunModule, assert_one_clear_line

LIST = f"{URL}/a/config/oauth2connectors"
LOGIN = f"{URL}/a/frontend/login/connectors"
BOOTCONF = f"{URL}/a/frontend/bootconf"
NEW_TOKEN = "timeout 30 cells admin user token -u admin -e 1h -q"
PASSWORD = "url-password-2c9a7e5d10b84f36"
HOME = {"backend": {"PackageType": "PydioHome", "PackageLabel": "Pydio Cells Home Edition"}}
HTML = {"body": "<html>welcome</html>", "content_type": "text/html"}
Read = Callable[..., Outcome]


@pytest.fixture
def read(run_module: RunModule) -> Read:
    """Return a function that runs cells_connector_info."""

    def run(**options: Any) -> Outcome:
        given = {"cells_url": URL, "cells_token": TOKEN, **options}
        return run_module("cells_connector_info", {key: value for key, value in given.items() if value is not None})

    return run


def session() -> CellsSession:
    shared = {"cells_url": URL, "cells_token": TOKEN, "validate_certs": True, "ca_path": None, "connection_timeout": 7}
    return CellsSession(shared)


def working(http: responses.RequestsMock, url: str = URL) -> None:
    http.get(f"{url}/a/config/oauth2connectors", json={"connectors": []})
    http.get(f"{url}/a/frontend/login/connectors", json={"Connectors": []})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cells_url": None}, ["cells_url is missing", "CELLS_URL"]),
        ({"cells_url": ""}, ["cells_url is missing"]),
        ({"cells_url": "cells.example.org"}, ["cells_url", "is not a URL"]),
        ({"cells_url": "ftp://cells.example.org"}, ["cells_url", "is not a URL"]),
        ({"cells_url": "https://"}, ["cells_url", "is not a URL"]),
        ({"cells_url": "https://cells.example.org:99999"}, ["cells_url", "is not a URL"]),
        ({"cells_url": "https://cells .example.org"}, ["cells_url", "is not a URL"]),
        ({"cells_url": "https://[2001:db8::1"}, ["cells_url", "is not a URL"]),
        ({"cells_url": f"https://admin:{PASSWORD}@cells.example.org"}, ["cells_url", "must not contain an account"]),
        ({"cells_url": f"https://admin:{PASSWORD}@cells.example.org:x"}, ["cells_url"]),
        ({"cells_url": f"{URL}?a=b"}, ["cells_url", "query"]),
        ({"cells_url": f"{URL}#top"}, ["cells_url", "fragment"]),
        ({"ca_path": "/nonexistent/ca.pem"}, ["ca_path", "/nonexistent/ca.pem"]),
        ({"ca_path": __file__}, ["ca_path", __file__, "PEM"]),
        ({"cells_token": None}, ["cells_token is missing", NEW_TOKEN]),
        ({"cells_token": " \n"}, ["cells_token is missing", NEW_TOKEN]),
        ({"cells_token": "User not found"}, ["cells_token is not a single word", NEW_TOKEN]),
        ({"cells_token": f"{TOKEN}é"}, ["cells_token is not a single word", NEW_TOKEN]),
    ],
)
def test_options_that_cannot_be_used_are_one_line_and_nothing_is_sent(
    read: Read, http: responses.RequestsMock, options: dict[str, Any], words: list[str]
) -> None:
    outcome = read(**options)

    assert_one_clear_line(outcome, *words)
    assert len(http.calls) == 0
    assert TOKEN not in outcome.printed
    assert PASSWORD not in outcome.msg


def test_url_and_token_are_taken_from_the_environment(
    read: Read, http: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELLS_URL", URL)
    monkeypatch.setenv("CELLS_TOKEN", TOKEN)
    working(http)

    outcome = read(cells_url=None, cells_token=None)

    assert outcome["connectors"] == []
    assert http.calls[0].request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in outcome.printed


def test_the_line_end_behind_a_token_is_no_part_of_it(read: Read, http: responses.RequestsMock) -> None:
    working(http)

    assert not read(cells_token=f"{TOKEN}\n").failed
    assert http.calls[0].request.headers["Authorization"] == f"Bearer {TOKEN}"


def test_an_entry_of_netrc_does_not_take_the_tokens_place(
    read: Read, http: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine cells.example.org login admin password {PASSWORD}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    working(http)

    read()

    assert http.calls[0].request.headers["Authorization"] == f"Bearer {TOKEN}"
    # The login page is public, and asked with nothing.
    assert "Authorization" not in http.calls[1].request.headers


@pytest.mark.parametrize(
    ("url", "warns"),
    [(URL, False), ("http://cells.example.org", True), ("http://127.0.0.1:8080", False), ("http://localhost", False)],
)
def test_a_token_in_clear_on_the_way_is_a_warning(
    read: Read, http: responses.RequestsMock, url: str, warns: bool
) -> None:
    working(http, url)

    assert [warning for warning in read(cells_url=url).warnings if "not encrypted" not in warning] == []
    assert len(read(cells_url=url).warnings) == warns


def test_a_base_path_and_a_slash_at_the_end_are_kept_and_dropped(read: Read, http: responses.RequestsMock) -> None:
    working(http, f"{URL}/cells")

    assert not read(cells_url=f"{URL}/cells/").failed


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, {"json": {"Title": "Unauthorized", "Detail": "401 Unauthorized"}}, ["HTTP 401, Unauthorized. ", "valid"]),
        (
            401,
            {"json": {"Title": "Login failed", "Detail": "Unauthorized: Login failed"}},
            ["HTTP 401, Login failed. "],
        ),
        (401, HTML, ["text/html"]),
        (403, {"json": {"Title": "You are not allowed"}}, ["You are not allowed", "user of the token"]),
        (404, {"json": {"Title": "Not Found", "Detail": "404: Not Found"}}, ["HTTP 404, Not Found"]),
        (404, {"body": ""}, ["HTTP 404"]),
        (409, {"json": {"Title": "there already"}}, ["there already"]),
        (423, {"json": {"Title": "locked"}}, ["locked"]),
        (500, {"json": {"Title": "boom", "Detail": "a\nb"}}, ["boom: a b"]),
        (500, {"body": "x" * 100_000}, ["text/plain instead of JSON"]),
        (200, HTML, ["text/html instead of JSON", "Check that this is the URL of Cells."]),
        (200, {"json": []}, ["no list of connectors"]),
        (200, {"json": {"connectors": {"0": {}}}}, ["no list of connectors"]),
        (200, {"json": {"connectors": ["x"]}}, ["no list of connectors"]),
    ],
)
def test_a_refusal_is_one_line_with_the_call_the_status_and_what_to_do(
    read: Read, http: responses.RequestsMock, status: int, answer: dict[str, Any], words: list[str]
) -> None:
    http.get(LIST, status=status, **answer)
    http.get(BOOTCONF, json={"backend": {"PackageType": "PydioEnterprise"}})

    outcome = read()

    assert_one_clear_line(outcome, f"GET {LIST}: HTTP {status}", *words)
    assert len(outcome.msg) < 500
    assert TOKEN not in outcome.printed


@pytest.mark.parametrize(
    ("caller", "kind", "words", "wrong"),
    [
        ("bad", TokenRefused, ["expired", NEW_TOKEN], "administrator"),
        ("user", NotAuthorized, ["The token is valid", "administrator"], "expired"),
    ],
)
@pytest.mark.parametrize("path", ["config/oauth2connectors", "config/discovery"])
def test_a_valid_token_without_the_right_is_told_from_a_bad_one(
    *, http: responses.RequestsMock, path: str, caller: str, kind: type[Exception], words: list[str], wrong: str
) -> None:
    """Both are answered with 401. Public paths are refused only with a bad token."""
    http.get(f"{URL}/a/{path}", **recorded(f"GET /a/{path} [{caller}]"))
    http.get(BOOTCONF, **recorded(f"GET /a/frontend/bootconf [{caller}]"))

    with pytest.raises(NotAuthorized) as refused:
        session().get(*path.split("/"))

    assert refused.type is kind
    assert all(word in str(refused.value) for word in words)
    assert wrong not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("GET /a/config/oauth2connectors [admin]", "config/oauth2connectors"),
        ("GET /a/config/oauth2clients [admin]", "config/oauth2clients"),
        ("GET /a/frontend/login/connectors [admin]", "frontend/login/connectors"),
        ("PUT connector [admin]", "config/oauth2connectors/keycloak"),
        ("DELETE connector [admin]", "config/oauth2connectors/keycloak"),
        ("PUT client [admin]", "config/oauth2clients/cells-frontend"),
    ],
)
def test_a_refusal_of_home_to_its_administrator_is_not_a_lack_of_rights(
    http: responses.RequestsMock, name: str, path: str
) -> None:
    verb = name.split(maxsplit=1)[0]
    http.add(verb, f"{URL}/a/{path}", **recorded(name))
    http.get(BOOTCONF, **recorded("GET /a/frontend/bootconf [anonymous]"))
    call = {"GET": session().get, "DELETE": session().delete, "PUT": lambda *parts: session().put(*parts, body={})}[
        verb
    ]

    with pytest.raises(WrongEdition) as refused:
        call(*path.split("/"))

    assert "Pydio Cells Home Edition" in str(refused.value)
    assert "administrator" not in str(refused.value)


def test_a_user_that_home_does_not_know_is_not_found(http: responses.RequestsMock) -> None:
    http.get(f"{URL}/a/user/ghost", **recorded("GET /a/user/ghost [admin]"))

    with pytest.raises(NotFound) as missing:
        session().get("user", "ghost")

    assert missing.value.words == "cannot find user with login ghost"


def test_an_empty_answer_means_that_cells_has_no_such_site(read: Read, http: responses.RequestsMock) -> None:
    http.get(LIST, body="")

    assert_one_clear_line(read(), "no site for the host cells.example.org", "external URL")


@pytest.mark.parametrize("answer", [{"status": 404, "json": {}}, {"status": 200, **HTML}])
@pytest.mark.parametrize(
    ("bootconf", "words"),
    [
        ({"json": HOME}, "Pydio Cells Home Edition, which has no connectors. Only Cells Enterprise has them"),
        ({"json": {"backend": {"PackageType": "PydioHome"}}}, "Pydio Cells Home, which has no connectors"),
        ({"status": 500, "body": "boom"}, ""),
        ({"json": []}, ""),
        ({"json": {"backend": None}}, ""),
    ],
)
def test_the_home_edition_is_told(
    read: Read, http: responses.RequestsMock, answer: dict[str, Any], bootconf: dict[str, Any], words: str
) -> None:
    http.get(LIST, **answer)
    http.get(BOOTCONF, **bootconf)

    outcome = read()

    assert_one_clear_line(outcome, f"GET {LIST}: HTTP {answer['status']}", words)
    assert words or "Home" not in outcome.msg


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ConnectionError("Connection refused"), "no answer: Connection refused"),
        (requests.exceptions.SSLError("certificate verify failed"), "TLS failed: certificate verify failed"),
        (requests.ReadTimeout(), "no answer in time (connection_timeout)"),
    ],
)
def test_no_answer_is_one_line(read: Read, http: responses.RequestsMock, error: Exception, words: str) -> None:
    http.get(LIST, body=error)

    assert_one_clear_line(read(), f"GET {LIST}: {words}")


def test_a_redirect_is_not_followed_and_its_target_is_named(read: Read, http: responses.RequestsMock) -> None:
    http.get(LIST, status=302, headers={"Location": "https://other.example.org/a"})

    assert_one_clear_line(read(), f"GET {LIST}", "redirects to https://other.example.org/a", "Give that URL")
    assert len(http.calls) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_call_that_can_be_repeated_is(read: Read, http: responses.RequestsMock, status: int) -> None:
    http.get(LIST, status=status)
    working(http)

    assert read()["connectors"] == []


@pytest.mark.parametrize(
    ("options", "verify"),
    [({}, True), ({"validate_certs": False}, False), ({"ca_path": "own"}, "own")],
)
def test_tls_options_and_the_time_out_hold_for_each_call(
    http: responses.RequestsMock, options: dict[str, Any], verify: Any, ca_file: str
) -> None:
    if verify == "own":
        options, verify = {"ca_path": ca_file}, ca_file
    shared = {"cells_url": URL, "cells_token": TOKEN, "validate_certs": True, "ca_path": None, "connection_timeout": 7}
    http.put(f"{URL}/a/x/%C3%BC%2F", json={"Success": True})

    assert CellsSession({**shared, **options}).put("x", "ü/", body={"a": SECRET}) == {"Success": True}

    [call] = http.calls
    assert call.request.req_kwargs["verify"] == verify  # type: ignore[attr-defined]
    assert call.request.req_kwargs["timeout"] == 7  # type: ignore[attr-defined]
    assert json.loads(call.request.body or "") == {"a": SECRET}


@pytest.mark.parametrize(("path", "calls"), [("role", 5), ("templates", 1)])
def test_only_a_search_is_repeated_though_it_is_a_post(
    http: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, path: str, calls: int
) -> None:
    monkeypatch.setattr("urllib3.util.retry.time.sleep", lambda _seconds: None)
    script = http.post(f"{URL}/a/{path}", status=503, json={"Title": "starting"})

    with pytest.raises(ServerError, match="HTTP 503"):
        session().search(path, body={})

    assert script.call_count == calls
