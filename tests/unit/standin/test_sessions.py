# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions: the call that opens one, refreshes and their refusals, and the cookie."""

from __future__ import annotations

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from support.standin_app import EXTERNAL, Cells

RPC = "rpc error: code = Unknown desc = "


def credentials(cells: Cells, browser: Any) -> Any:
    """Log the administrator in with the password."""
    return cells.post_session(browser, type="credentials", login="admin", password=cells.site.settings.admin_password)


def expire(cells: Cells) -> None:
    """Let every access token expire."""
    for session in cells.site.state.sessions.values():
        session.access_expires = time.time() - 1


def set_oauth(cells: Cells, **values: Any) -> None:
    """Change the OAuth service's configuration in memory."""
    cells.site.config.oauth.update(values)
    cells.site.config.save()


def bearer(answer: Any) -> dict[str, str]:
    """Return the header with the access token of an answer."""
    return {"Authorization": f"Bearer {answer.json()['JWT']}"}


def test_a_password_login_answers_with_tokens(cells: Cells) -> None:
    set_oauth(cells, accessTokenLifespan="90s")
    answer = credentials(cells, cells.browser()).json()
    assert set(answer) == {"JWT", "ExpireTime", "Token"}
    assert abs(answer["ExpireTime"] - time.time() - 90) < 5
    assert answer["JWT"] == answer["Token"]["AccessToken"]
    assert len(answer["JWT"]) == 87
    assert answer["Token"]["ExpiresAt"] == str(answer["ExpireTime"])


def test_the_id_token_is_signed_by_the_published_key(cells: Cells) -> None:
    answer = credentials(cells, cells.browser()).json()
    keys = KeySet.import_key_set(cells.browser().get("/oidc/.well-known/jwks.json").json())
    token = jwt.decode(answer["Token"]["IDToken"], keys, algorithms=["RS256"])
    claims = {name: token.claims[name] for name in ("iss", "aud", "sub", "name")}
    uuid = cells.site.state.users["admin"].uuid
    assert claims == {"iss": f"{EXTERNAL}/oidc/", "aud": ["cells-frontend"], "sub": uuid, "name": "admin"}


def test_the_cookie_has_the_attributes_of_the_real_one_and_is_new_with_each_answer(cells: Cells) -> None:
    browser = cells.browser()
    refused = cells.post_session(browser, type="credentials", login="admin", password="wrong")
    opened = credentials(cells, browser)
    cookies = [answer.headers["set-cookie"] for answer in (refused, opened)]
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("pydio=")
        wanted = {"Path=/a/frontend", "Domain=cells.example", "Max-Age=3600", "HttpOnly"}
        assert {each for each in attributes if not each.startswith("expires=")} == wanted
    assert cookies[0].split(";")[0] != cookies[1].split(";")[0]
    logged_out = cells.post_session(browser, type="logout").headers["set-cookie"]
    assert logged_out.split("; ")[1:] == ["Domain=cells.example", "HttpOnly", "Path=/a/frontend"]


def test_the_cookie_is_for_https_only_if_the_site_is(start: Any) -> None:
    cells = start(external="https://cells.example")
    assert "; Secure" in credentials(cells, cells.browser()).headers["set-cookie"]


def test_a_cookie_that_was_changed_is_none(cells: Cells) -> None:
    browser = cells.browser()
    credentials(cells, browser)
    (cookie,) = [each for each in browser.cookies.jar if each.name == "pydio"]
    cookie.value = f"A{cookie.value}"
    assert cells.refresh(browser).json()["Title"] == "No refresh token"


@pytest.mark.parametrize("login", ["admin", "nobody"])
def test_a_wrong_password_is_401(cells: Cells, login: str) -> None:
    answer = cells.post_session(cells.browser(), type="credentials", login=login, password="wrong")
    assert (answer.status_code, answer.json()) == (
        401,
        {"Title": "Login failed", "Detail": "Unauthorized: Login failed"},
    )


def test_following_the_redirects_of_a_login_opens_no_session(cells: Cells) -> None:
    browser = cells.browser()
    end = cells.come_back(browser, cells.begin(browser)).headers["location"]
    assert end.startswith("/login/callback?code=")
    assert "authorization_code" in browser.get(end).text
    answer = cells.refresh(browser)
    assert (answer.status_code, answer.json()["Title"]) == (401, "No refresh token")


def test_a_code_is_good_once(cells: Cells) -> None:
    browser = cells.browser()
    code = cells.come_back(browser, cells.begin(browser)).headers["location"].partition("=")[2]
    assert cells.post_session(browser, type="authorization_code", code=code).status_code == 200
    for wrong in (code, "x"):
        answer = cells.post_session(cells.browser(), type="authorization_code", code=wrong)
        assert (answer.status_code, answer.json()["Title"]) == (401, f"{RPC}invalid_grant")


def test_a_password_session_refreshes_without_any_audience(cells: Cells) -> None:
    browser = cells.browser()
    credentials(cells, browser)
    assert cells.refresh(browser).status_code == 200


@pytest.mark.parametrize(
    ("audience", "title"),
    [
        (None, "invalid_request"),
        ([], "invalid_request"),
        ([EXTERNAL], None),
        ([f"{EXTERNAL}/"], None),
        (["https://other.example", EXTERNAL], None),
        ([f"{EXTERNAL}:443"], "invalid_request"),
        ([EXTERNAL, "http://bad host"], "invalid_request"),
        ([None, EXTERNAL], None),
        (EXTERNAL, "json: cannot unmarshal audience into a list of strings"),
    ],
)
def test_a_session_by_sso_refreshes_by_the_audience(cells: Cells, audience: Any, title: str | None) -> None:
    browser = cells.browser()
    cells.log_in(browser)
    cells.set_audience(audience)
    answer = cells.refresh(browser)
    if title is None:
        assert browser.get("/a/user/ada@example.org", headers=bearer(answer)).status_code == 200
    else:
        assert (answer.status_code, answer.json()["Title"]) == (401, RPC + title)


def test_a_session_that_was_refused_refreshes_once_the_audience_is_listed(cells: Cells) -> None:
    browser = cells.browser()
    cells.log_in(browser)
    assert cells.refresh(browser).status_code == 401
    cells.set_audience([EXTERNAL])
    assert cells.refresh(browser).status_code == 200


def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_session(cells: Cells) -> None:
    browser = cells.browser()
    credentials(cells, browser)
    old = cells.browser()
    old.cookies.update(browser.cookies)
    assert cells.refresh(browser).status_code == 200
    assert cells.refresh(old).json()["Title"] == f"{RPC}token_inactive"
    assert cells.refresh(browser).json()["Title"] == f"{RPC}token_inactive"


def test_a_cookie_from_before_a_logout_is_an_invalid_grant(cells: Cells) -> None:
    browser = cells.browser()
    opened = credentials(cells, browser)
    old = cells.browser()
    old.cookies.update(browser.cookies)
    assert cells.post_session(browser, type="logout").json() == {}
    assert cells.refresh(browser).json()["Title"] == "No refresh token"
    assert cells.refresh(old).json()["Title"] == f"{RPC}invalid_grant"
    assert browser.get("/a/user/admin", headers=bearer(opened)).status_code == 401


def test_an_access_token_expires_and_the_refresh_gives_a_new_one(cells: Cells) -> None:
    cells.set_audience([EXTERNAL])
    browser = cells.browser()
    cells.log_in(browser)
    opened = cells.refresh(browser)
    assert browser.get("/a/user/ada@example.org", headers=bearer(opened)).status_code == 200
    expire(cells)
    assert browser.get("/a/frontend/session").status_code == 401
    assert browser.get("/a/user/ada@example.org", headers=bearer(opened)).status_code == 401
    refreshed = cells.refresh(browser)
    assert browser.get("/a/user/ada@example.org", headers=bearer(refreshed)).status_code == 200


def test_a_session_that_is_too_old_is_not_refreshed(cells: Cells) -> None:
    set_oauth(cells, refreshTokenLifespan="0")
    browser = cells.browser()
    credentials(cells, browser)
    assert cells.refresh(browser).status_code == 401


def test_the_cookie_counts_below_the_frontend_only(cells: Cells) -> None:
    browser = cells.browser()
    credentials(cells, browser)
    assert browser.get("/a/frontend/session").status_code == 405
    assert browser.get("/a/user/admin").status_code == 401


def test_a_cookie_for_another_host_than_the_external_one_is_lost(cells: Cells) -> None:
    browser = TestClient(cells.app, "http://localhost", follow_redirects=False)
    assert credentials(cells, browser).status_code == 200
    assert cells.refresh(browser).json()["Title"] == "No refresh token"


@pytest.mark.parametrize("info", [{}, {"AuthInfo": {}}, {"AuthInfo": None}, {"AuthInfo": {"type": "foo"}}])
def test_an_unknown_type_is_an_empty_answer_and_a_session_shows_its_token(cells: Cells, info: Any) -> None:
    browser = cells.browser()
    assert browser.post("/a/frontend/session", json=info).json() == {}
    credentials(cells, browser)
    assert set(browser.post("/a/frontend/session", json=info).json()) == {"JWT", "ExpireTime"}


@pytest.mark.parametrize("broken", ["a text", [None], [{"client_id": 7}], [{"client_id": "x", "audience": "y"}]])
def test_static_clients_that_cells_cannot_read_fail_every_login(cells: Cells, broken: Any) -> None:
    set_oauth(cells, staticClients=broken)
    browser = cells.browser()
    assert credentials(cells, browser).status_code == 401
    assert cells.log_in(browser).status_code == 500
    assert cells.site.state.sessions == {}


def test_an_audience_that_is_asked_for_and_not_listed_is_refused_at_the_beginning(cells: Cells) -> None:
    query = {"client_id": "cells-frontend", "response_type": "code", "state": "standin-state-1", "audience": EXTERNAL}
    browser = cells.browser()
    refused = browser.get("/oidc/oauth2/auth", params=query)
    assert (refused.status_code, "error=invalid_request" in refused.headers["location"]) == (303, True)
    cells.set_audience([EXTERNAL])
    assert (
        browser.get("/oidc/oauth2/auth", params=query)
        .headers["location"]
        .startswith(f"{EXTERNAL}/login?login_challenge=")
    )


def test_users_tokens_and_sessions_survive_a_restart(start: Any) -> None:
    before = start()
    before.connect()
    browser = before.browser()
    before.log_in(browser)
    token = before.site.state.make_token("ada@example.org", 60, None)
    before.edit_file(staticClients=[{"client_id": "cells-frontend", "audience": [EXTERNAL]}])
    after = start()
    again = after.browser()
    again.cookies.update(browser.cookies)
    assert after.refresh(again).status_code == 200
    header = {"Authorization": f"Bearer {token}"}
    assert after.browser().get("/a/user/ada@example.org", headers=header).status_code == 200
    state = before.file.with_name("standin-state.json")
    assert state.stat().st_mode & 0o777 == 0o600
    assert token not in state.read_text("utf-8")


def test_a_running_server_does_not_see_an_edit_of_the_file_and_overwrites_it(cells: Cells) -> None:
    browser = cells.browser()
    cells.log_in(browser)
    client = {"client_id": "cells-frontend", "audience": [EXTERNAL]}
    cells.edit_file(staticClients=[client])
    assert cells.refresh(browser).status_code == 401
    assert cells.on_disk()["staticClients"] == [client]
    cells.connect()
    assert len(cells.on_disk()["staticClients"]) == 4
    assert "audience" not in cells.on_disk()["staticClients"][0]
