# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session check on scripted servers, which answer as a real Cells does: a login, a session, its refresh."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from support.cells.recordings import recorded
from support.module import Outcome, RunModule, assert_one_clear_line

CELLS, KEYCLOAK = "https://cells.example.org", "https://sso.example.org"
BEGIN, END = f"{CELLS}/auth/login/keycloak", f"{CELLS}/auth/login/keycloak/callback"
AUTH = f"{KEYCLOAK}/realms/cells/auth"
FORM = f"{KEYCLOAK}/realms/cells/login-actions/authenticate"
PAGE = f"<title>Sign in</title><form action='{FORM}?code=1' method=post><input name=username><input name=password>"
REFUSAL = "<title>Sign in</title><span id=input-error>Invalid username or password.</span>"
MORE = "<title>Set up an authenticator</title><form><input name=totp>"
INTERFACE = "<!doctype html><title>Pydio</title><script src=app.js></script>"
PROVIDER = f"{CELLS}/oidc/oauth2/auth"
SESSION = f"{CELLS}/a/frontend/session"
CODE, ACCESS_TOKEN = "code-of-the-session-0123456789", "access-token-of-dora-0123456789"
COOKIE = "pydio=value-of-the-session-0123456789; Path=/a/frontend; Domain={}; Max-Age=3600; HttpOnly"
USER = {
    "Uuid": "uuid-of-dora",
    "Login": "dora@example.org",
    "Roles": [
        {"Uuid": "ROOT_GROUP", "Label": "Root Group", "GroupRole": True},
        {"Uuid": "uuid-of-a-group", "Label": "keycloak", "GroupRole": True},
        {"Uuid": "Test_DEM_WebUsers", "Label": "Web users"},
        {"Uuid": "uuid-of-dora", "Label": "User dora", "UserRole": True},
    ],
}


def check(run_module: RunModule, **options: Any) -> Outcome:
    urls = {"cells_url": CELLS, "keycloak_url": KEYCLOAK}
    account = {"username": "dora", "password": "password-of-dora-0123456789"}
    return run_module("cells_session_check", {**urls, **account, **options})


def tokens() -> dict[str, Any]:
    """Return the answer of Cells to the POST that opens or refreshes a session."""
    claims = base64.urlsafe_b64encode(json.dumps({"name": "dora@example.org"}).encode()).decode().rstrip("=")
    token = {"AccessToken": ACCESS_TOKEN, "IDToken": f"e30.{claims}.c2ln", "ExpiresAt": "1795684836"}
    return {"JWT": ACCESS_TOKEN, "ExpireTime": 1795684836, "Token": token}


def cells(
    http: responses.RequestsMock,
    *refreshes: dict[str, Any],
    opened: dict[str, Any] | None = None,
    domain: str = "cells.example.org",
    user: dict[str, Any] | None = None,
) -> None:
    """Script the session of Cells: the call that opens it, its user, and the answers to the refreshes in turn."""
    cookie = {"Set-Cookie": COOKIE.format(domain)}
    opening = {"AuthInfo": {"type": "authorization_code", "code": CODE}}
    refreshing = {"AuthInfo": {"type": "refresh"}}
    bearer = responses.matchers.header_matcher({"Authorization": f"Bearer {ACCESS_TOKEN}"})
    http.post(
        SESSION,
        match=[responses.matchers.json_params_matcher(opening)],
        headers=cookie,
        **(opened or {"json": tokens()}),
    )
    http.get(f"{CELLS}/a/user/dora%40example.org", match=[bearer], **(user or {"json": USER}))
    for refresh in refreshes:
        http.post(SESSION, match=[responses.matchers.json_params_matcher(refreshing)], headers=cookie, **refresh)


def keycloak(http: responses.RequestsMock, page: dict[str, Any], begin: str = BEGIN, callback: str = END) -> None:
    """Let Cells lead to the form of Keycloak, and what comes after the password be this page."""
    http.get(begin, status=302, headers={"Location": f"{AUTH}?redirect_uri={callback}"})
    http.get(AUTH, body=PAGE)
    http.post(FORM, **page)


def come_back(http: responses.RequestsMock, path: str = "/login/callback", callback: str = END) -> dict[str, Any]:
    """Return the redirect back to Cells, which leads to the page that opens the session."""
    http.get(callback, status=302, headers={"Location": f"{CELLS}{path}?code={CODE}&state=1"})
    http.get(f"{CELLS}{path}", body=INTERFACE, content_type="text/html")
    return {"status": 302, "headers": {"Location": f"{callback}?code=of-keycloak"}}


@pytest.mark.parametrize("path", ["/login/callback", "/auth/callback"])
@pytest.mark.parametrize("keycloak_url", [KEYCLOAK, "https://SSO.example.org:443/"])
def test_a_healthy_session(run_module: RunModule, http: responses.RequestsMock, keycloak_url: str, path: str) -> None:
    """The port that goes without saying makes no other host, and the login may end at either path."""
    keycloak(http, come_back(http, path))
    cells(http, {"json": tokens()})

    outcome = check(run_module, keycloak_url=keycloak_url)

    assert outcome["login"] == {"username": "dora", "login": "dora@example.org", "roles": ["Test_DEM_WebUsers"]}
    (refresh,) = outcome["refreshes"]
    assert (refresh["status"], refresh["ok"], refresh["cause"], refresh["message"]) == (200, True, "", "")
    assert "pydio=" in str(http.calls[-1].request.headers["Cookie"])
    assert ACCESS_TOKEN not in outcome.printed
    assert CODE not in outcome.printed


AUDIENCE = {"Title": "rpc error: code = Unknown desc = invalid_request"}


@pytest.mark.parametrize(
    ("refresh", "cause", "words"),
    [
        ({"status": 401, "json": AUDIENCE}, "audience", "audience"),
        ({"status": 500, "json": AUDIENCE}, "audience", "audience"),
        ({"status": 500, "json": {"Title": "Server error", "Detail": "invalid_request"}}, "audience", "audience"),
        (recorded("session: refresh, no session"), "no_session", "No refresh token"),
        (recorded("session: refresh with the first cookie"), "used_twice", "token_inactive"),
        (recorded("session: code bad"), "logged_out", "invalid_grant"),
        (recorded("session: credentials wrong"), "other", "Cells: Login failed"),
        (recorded("session: unknown type"), "other", "known"),
        ({"status": 502, "body": "Bad Gateway", "content_type": "text/html"}, "other", "text/html"),
        ({"status": 200, "body": ""}, "other", "no site for the host cells.example.org"),
        ({"body": requests.ReadTimeout()}, "no_answer", "no answer in time"),
    ],
)
def test_the_cause_of_a_refused_refresh(
    run_module: RunModule, http: responses.RequestsMock, refresh: dict[str, Any], cause: str, words: str
) -> None:
    keycloak(http, come_back(http))
    cells(http, refresh)

    (entry,) = check(run_module)["refreshes"]

    assert (entry["ok"], entry["cause"], entry["status"]) == (False, cause, refresh.get("status"))
    assert words in entry["message"]


def test_a_cookie_for_another_host_is_no_broken_refresh(run_module: RunModule, http: responses.RequestsMock) -> None:
    """Cells names the host of its external URL in the cookie; a browser at another host does not keep it."""
    keycloak(http, come_back(http))
    cells(http, recorded("session: refresh, no session"), domain="files.example.com")

    (entry,) = check(run_module)["refreshes"]

    assert entry["cause"] == "lost_cookie"
    assert "files.example.com" in entry["message"]
    assert "cells_url contains cells.example.org" in entry["message"]
    assert "Cookie" not in http.calls[-1].request.headers


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_cookie_that_names_the_host_itself_is_kept(
    run_module: RunModule, http: responses.RequestsMock, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"http://{host}:8080"
    for name in ("CELLS", "BEGIN", "END", "SESSION", "PROVIDER"):
        monkeypatch.setitem(globals(), name, globals()[name].replace("https://cells.example.org", here))
    keycloak(http, come_back(http, callback=END), begin=BEGIN, callback=END)
    cells(http, {"json": tokens()}, domain=host)

    assert check(run_module, cells_url=here)["refreshes"][0]["ok"]


def test_a_login_that_begins_with_a_challenge(run_module: RunModule, http: responses.RequestsMock) -> None:
    matcher = responses.matchers.query_param_matcher
    http.get(BEGIN, body=INTERFACE, match=[matcher({})])
    http.get(PROVIDER, status=302, headers={"Location": f"{CELLS}/login?login_challenge=challenge-0123456789"})
    http.get(f"{CELLS}/login", body=INTERFACE)
    http.get(
        BEGIN,
        status=302,
        headers={"Location": AUTH},
        match=[matcher({"login_challenge": "challenge-0123456789"})],
    )
    http.get(AUTH, body=PAGE)
    http.post(FORM, **come_back(http, "/auth/callback"))
    cells(http, {"json": tokens()})

    assert check(run_module)["refreshes"][0]["ok"]
    asked = next(
        parse_qs(urlsplit(str(call.request.url)).query) for call in http.calls if PROVIDER in str(call.request.url)
    )
    assert asked["client_id"] == ["cells-frontend"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (recorded("GET /auth/login/keycloak [anonymous]"), ["does not lead to Keycloak", "connector keycloak"]),
        ({"body": ""}, ["no site for the host cells.example.org", "external URL"]),
    ],
)
def test_a_login_that_does_not_begin(
    run_module: RunModule, http: responses.RequestsMock, page: dict[str, Any], words: list[str]
) -> None:
    http.get(BEGIN, **page)
    http.get(PROVIDER, status=303, headers={"Location": f"{CELLS}/auth/callback?error=invalid_request"})
    http.get(f"{CELLS}/auth/callback", **page)

    assert_one_clear_line(check(run_module), *words)


def test_a_callback_that_cells_does_not_know(run_module: RunModule, http: responses.RequestsMock) -> None:
    """Cells gives its web interface there, and the code in the address is one of Keycloak."""
    keycloak(http, {"status": 302, "headers": {"Location": f"{END}?code=of-keycloak&state=1"}})
    http.get(END, **recorded("GET /auth/login/keycloak/callback?code=x&state=y [anonymous]"))

    outcome = check(run_module)

    assert_one_clear_line(outcome, END, "another redirect URI in the connector")
    assert "of-keycloak" not in outcome.printed


@pytest.mark.parametrize(
    ("page", "refused"),
    [
        ({"body": REFUSAL}, {"by": "Keycloak", "words": "Invalid username or password."}),
        ({"status": 400, "body": "<title>Error</title>"}, {"by": "Keycloak", "words": "a page titled 'Error'"}),
        ({"body": MORE}, None),
        ({"status": 503, "body": "<title>Come back later</title>"}, None),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example.org/"}}, None),
        ({"body": requests.ConnectTimeout()}, None),
    ],
)
def test_only_a_refused_login_counts_as_a_refusal(
    run_module: RunModule, http: responses.RequestsMock, page: dict[str, Any], refused: dict[str, str] | None
) -> None:
    keycloak(http, page)
    outcome = check(run_module)
    assert_one_clear_line(outcome)
    assert outcome.values.get("refused") == refused


def test_a_name_that_is_asked_for_first(run_module: RunModule, http: responses.RequestsMock) -> None:
    second = f"{FORM}?code=2"
    fields = {"credentialId": "", "password": "password-of-dora-0123456789"}
    http.get(BEGIN, status=302, headers={"Location": f"{AUTH}?redirect_uri={END}"})
    http.get(AUTH, body=f"<form action='{FORM}?code=1' method=post><input name=username>")
    matcher = responses.matchers.urlencoded_params_matcher
    form = f"<form action='{second}'><input name=credentialId type=hidden><input name=password>"
    http.post(f"{FORM}?code=1", match=[matcher({"username": "dora"})], body=form)
    http.post(second, match=[matcher(fields, allow_blank=True)], **come_back(http))
    cells(http, {"json": tokens()})

    outcome = check(run_module)

    assert outcome["login"]["login"] == "dora@example.org"
    assert outcome["refreshes"][0]["ok"]


@pytest.mark.parametrize(
    ("field", "words"), [("otp", "a one-time password"), ("accept", "consent"), ("favouriteColour", "favouriteColour")]
)
def test_other_questions_of_a_page_after_the_password(
    run_module: RunModule, http: responses.RequestsMock, field: str, words: str
) -> None:
    more = f"<title>Sign in to R</title><form><input type=hidden name=session_code value=s><input name={field}>"
    keycloak(http, {"body": more})
    outcome = check(run_module)
    assert_one_clear_line(outcome, f"'Sign in to R' that asks for {words}. Use an account")
    assert "refused" not in outcome.values


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 401, "json": {"Title": "The provider refused the code"}}, "The provider refused the code"),
        (
            {"status": 302, "headers": {"Location": f"{CELLS}/login?error=access_denied&error_description=No+e-mail"}},
            "access_denied: No e-mail",
        ),
    ],
)
def test_a_refusal_of_cells(
    run_module: RunModule, http: responses.RequestsMock, answer: dict[str, Any], words: str
) -> None:
    keycloak(http, {"status": 302, "headers": {"Location": f"{END}?code=of-keycloak"}})
    http.get(END, **answer)
    http.get(f"{CELLS}/login", body=INTERFACE)

    outcome = check(run_module)

    assert_one_clear_line(outcome, "ended at Cells", words)
    assert outcome.values["refused"] == {"by": "Cells", "words": words}


def test_a_code_that_opens_no_session(run_module: RunModule, http: responses.RequestsMock) -> None:
    keycloak(http, come_back(http))
    cells(http, opened=recorded("session: code bad"))
    outcome = check(run_module)
    assert_one_clear_line(outcome, "refused to open a session", "invalid_grant")
    assert outcome.values["refused"]["by"] == "Cells"


@pytest.mark.parametrize("user", [recorded("GET /a/user/ghost [user]"), recorded("GET /a/user/admin [anonymous]")])
def test_roles_that_cells_does_not_show_are_unknown(
    run_module: RunModule, http: responses.RequestsMock, user: dict[str, Any]
) -> None:
    keycloak(http, come_back(http))
    cells(http, {"json": tokens()}, user=user)
    assert check(run_module)["login"]["roles"] is None
