# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login against scripted pages: the way there and back, and one clear line for each way it can end."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lab.login import SESSION, Browser, Identity, LoginError

CONNECTORS = {"Connectors": [{"Id": "pydio", "Name": "Pydio Cells"}, {"Id": "keycloak", "Name": "SSO"}]}
FORM = """<html><head><title>Sign in to demo</title></head><body>
<form id="kc-form-login" action="/kc/authenticate?code=1&amp;tab=2" method="post">
<input name="username"><input name="password" type="password"><input type="hidden" name="credentialId" value="7"></form>
{}</body></html>"""
WRONG = FORM.format('<span id="input-error-username" aria-live="polite">Invalid username or password.</span>')
USER = {
    "Login": "dora",
    "Roles": [
        {"Uuid": "ROOT_GROUP", "GroupRole": True},
        {"Uuid": "B"},
        {"Uuid": "A"},
        {"Uuid": "uuid-of-dora", "UserRole": True},
    ],
    "Attributes": {"displayName": "Dora", "email": "d@x"},
}
PAYLOAD = base64.urlsafe_b64encode(b'{"name": "dora"}').decode()
ID_TOKEN = f"e30.{PAYLOAD}.signature"
TOKENS = {"JWT": "access-token-of-a-test", "Token": {"IDToken": ID_TOKEN}}
PASSWORD = "a-password-of-the-unit-tests"


def _page(html: str, status: int = 200, **headers: str) -> Response:
    return Response(html, status, headers=headers, content_type="text/html; charset=utf-8")


@pytest.fixture
def keycloak() -> Iterator[HTTPServer]:
    """Keycloak's way to its form; a cookie that the form needs is marked Secure."""
    with HTTPServer() as server:
        cookie = "AUTH=1; Path=/kc/; Secure; HttpOnly; SameSite=None"
        server.expect_request("/kc/auth").respond_with_response(_page(FORM.format(""), **{"Set-Cookie": cookie}))
        yield server


@pytest.fixture
def cells(httpserver: HTTPServer, keycloak: HTTPServer) -> HTTPServer:
    """Cells with one connector, which leads to Keycloak."""
    httpserver.expect_request("/a/frontend/login/connectors").respond_with_json(CONNECTORS)
    there = _page("", 302, Location=f"{_url(keycloak)}/kc/auth?client=1")
    httpserver.expect_request("/auth/login/keycloak").respond_with_response(there)
    return httpserver


def _url(server: HTTPServer) -> str:
    return f"http://localhost:{server.port}"


def test_goes_through_the_form_and_back(cells: HTTPServer, keycloak: HTTPServer) -> None:
    seen: dict[str, Any] = {}

    def authenticate(request: Request) -> Response:
        seen.update(form=request.form.to_dict(), query=request.args.to_dict(), cookies=dict(request.cookies))
        return _page("", 302, Location=f"{_url(cells)}/auth/login/keycloak/callback?code=secret-code")

    keycloak.expect_request("/kc/authenticate", method="POST").respond_with_handler(authenticate)
    cells.expect_request("/auth/login/keycloak/callback").respond_with_response(
        _page("", 302, Location="/login/callback?code=code-of-a-test")
    )
    cells.expect_request("/login/callback").respond_with_response(_page("<title>Pydio Cells</title>"))
    info = {"type": "authorization_code", "code": "code-of-a-test"}
    cookie = "pydio=first-cookie; Path=/a/frontend; Domain=localhost; Max-Age=3600; HttpOnly"
    cells.expect_oneshot_request(SESSION, method="POST", json={"AuthInfo": info}).respond_with_json(
        TOKENS, headers={"Set-Cookie": cookie}
    )
    bearer = {"Authorization": "Bearer access-token-of-a-test"}
    cells.expect_request("/a/user/dora", headers=bearer).respond_with_json(USER)
    browser = Browser(_url(cells))
    assert browser.log_in("keycloak", "dora", PASSWORD) == Identity("dora", "Dora", "d@x", ["B", "A"])
    refresh = {"json": {"AuthInfo": {"type": "refresh"}}, "headers": {"Cookie": "pydio=first-cookie"}}
    cells.expect_oneshot_request(SESSION, method="POST", **refresh).respond_with_json({"JWT": "next"})
    assert browser.refresh() == {"JWT": "next"}
    assert seen["form"] == {"username": "dora", "password": PASSWORD, "credentialId": "7"}
    assert seen["query"] == {"code": "1", "tab": "2"}
    assert seen["cookies"] == {"AUTH": "1"}, "a Secure cookie is sent over http to localhost"
    cells.check_assertions()
    keycloak.check_assertions()


def test_a_connector_that_is_not_offered_is_named_with_those_that_are(cells: HTTPServer) -> None:
    with pytest.raises(LoginError, match=r"does not offer the connector other; it offers keycloak$"):
        Browser(_url(cells)).log_in("other", "dora", PASSWORD)


@pytest.mark.parametrize(
    ("status", "html", "said"),
    [
        (200, WRONG, "Invalid username or password."),
        (400, '<div id="kc-error-message"><p>Expired <b>action</b>.</p><br></div>', "Expired action."),
        (200, "<title>Update Account Information</title><form></form>", "title 'Update Account Information'"),
    ],
)
def test_the_page_after_the_password_is_reported(
    cells: HTTPServer, keycloak: HTTPServer, status: int, html: str, said: str
) -> None:
    keycloak.expect_request("/kc/authenticate").respond_with_response(_page(html, status))
    with pytest.raises(LoginError) as caught:
        Browser(_url(cells)).log_in("keycloak", "dora", PASSWORD)
    assert said in str(caught.value)
    assert f"/kc/authenticate with HTTP {status}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "code=" not in str(caught.value)


def test_a_refused_refresh_has_its_status_and_title(httpserver: HTTPServer) -> None:
    refusal = {"Title": "not whitelisted", "Detail": "not whitelisted"}
    body = {"AuthInfo": {"type": "refresh"}}
    httpserver.expect_request(SESSION, method="POST", json=body).respond_with_json(refusal, 401)
    with pytest.raises(LoginError, match=r"POST .*/a/frontend/session: HTTP 401: not whitelisted$") as caught:
        Browser(_url(httpserver)).refresh()
    assert caught.value.status == 401


@pytest.mark.parametrize(
    ("status", "location", "html"),
    [
        (401, None, '<p role="alert">The claim email is missing.</p>'),
        (303, "/login?error=access_denied&error_description=The+claim+email+is+missing.", ""),
    ],
)
def test_a_login_that_cells_refuses_is_told_in_its_words(
    cells: HTTPServer, keycloak: HTTPServer, status: int, location: str | None, html: str
) -> None:
    back = _page("", 302, Location=f"{_url(cells)}/auth/login/keycloak/callback?code=secret-code")
    keycloak.expect_request("/kc/authenticate").respond_with_response(back)
    refusal = _page(html, status, **({"Location": location} if location else {}))
    cells.expect_request("/auth/login/keycloak/callback").respond_with_response(refusal)
    cells.expect_request("/login").respond_with_response(_page("<title>Pydio Cells</title>"))
    with pytest.raises(LoginError, match=r"The claim email is missing\.$"):
        Browser(_url(cells)).log_in("keycloak", "dora", PASSWORD)


def test_no_answer_is_one_line() -> None:
    with pytest.raises(LoginError, match=r"^GET http://localhost:1/a/.*: ConnectionError") as caught:
        Browser("http://localhost:1").log_in("keycloak", "dora", PASSWORD)
    assert caught.value.status == 0
