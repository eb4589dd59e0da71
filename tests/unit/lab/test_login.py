# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login against scripted pages: the way there and back, and one clear line for each way it can end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lab.login import Browser, Identity, LoginError

LOGIN_PAGE = '<title>Cells</title><form action="/login" method="post"></form><a href="/auth/login/keycloak">SSO</a>'
FORM = """<html><head><title>Sign in to demo</title></head><body>
<form id="kc-form-login" action="/kc/authenticate?code=1&amp;tab=2" method="post">
<input name="username"><input name="password" type="password"><input type="hidden" name="credentialId" value="7"></form>
{}</body></html>"""
WRONG = FORM.format('<span id="input-error-username" aria-live="polite">Invalid username or password.</span>')
USER = {"Login": "dora", "Roles": [{"Uuid": "B"}, {"Uuid": "A"}], "Attributes": {"displayName": "Dora", "email": "d@x"}}
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
    """Cells' login page with one connector."""
    httpserver.expect_request("/login").respond_with_data(LOGIN_PAGE, content_type="text/html")
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
        _page("", 303, Location="/", **{"Set-Cookie": "session=s; Path=/; HttpOnly"})
    )
    cells.expect_request("/", headers={"Cookie": "session=s"}).respond_with_data("home", content_type="text/html")
    cells.expect_request("/a/frontend/session", headers={"Cookie": "session=s"}).respond_with_json(USER)
    assert Browser(_url(cells)).log_in("keycloak", "dora", PASSWORD) == Identity("dora", "Dora", "d@x", ["B", "A"])
    assert seen["form"] == {"username": "dora", "password": PASSWORD, "credentialId": "7"}
    assert seen["query"] == {"code": "1", "tab": "2"}
    assert seen["cookies"] == {"AUTH": "1"}, "a Secure cookie is sent over http to localhost"
    cells.check_assertions()
    keycloak.check_assertions()


def test_a_connector_that_is_not_offered_is_named_with_those_that_are(cells: HTTPServer) -> None:
    with pytest.raises(LoginError, match=r"does not offer the connector other; it offers 'SSO'$"):
        Browser(_url(cells)).log_in("other", "dora", PASSWORD)


@pytest.mark.parametrize(
    ("status", "html", "said"),
    [
        (200, WRONG, "Invalid username or password."),
        (400, '<div id="kc-error-message"><p>Expired <b>action</b>.</p><br></div>', "Expired action."),
        (200, "<title>Update Account Information</title><form></form>", "title 'Update Account Information'"),
    ],
)
def test_what_follows_the_password_is_told(
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
    refusal = {"Code": "", "Title": "not whitelisted", "Detail": "401: not whitelisted"}
    httpserver.expect_request(
        "/a/frontend/session", method="POST", json={"AuthInfo": {"type": "refresh"}}
    ).respond_with_json(refusal, 401)
    with pytest.raises(LoginError, match=r"POST .*/a/frontend/session: HTTP 401: not whitelisted$") as caught:
        Browser(_url(httpserver)).refresh()
    assert caught.value.status == 401


def test_nobody_is_nobody(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a/frontend/session").respond_with_json({})
    with pytest.raises(LoginError, match="nobody is logged in"):
        Browser(_url(httpserver)).who()


def test_no_answer_is_one_line() -> None:
    with pytest.raises(LoginError, match=r"^GET http://localhost:1/login: ConnectionError") as caught:
        Browser("http://localhost:1").log_in("keycloak", "dora", PASSWORD)
    assert caught.value.status == 0
