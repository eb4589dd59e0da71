# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login as a browser does it, on scripted servers: what is a refusal, and what is none."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from unit.module_runner import Outcome, RunModule, assert_one_clear_line

CELLS, KEYCLOAK = "https://cells.example.org", "https://sso.example.org"
BEGIN, END = f"{CELLS}/auth/login/keycloak", f"{CELLS}/auth/login/keycloak/callback"
FORM = f"{KEYCLOAK}/realms/cells/login-actions/authenticate"
PAGE = f"<title>Sign in</title><form action='{FORM}?code=1' method=post><input name=username><input name=password>"
REFUSAL = "<title>Sign in</title><span id=input-error>Invalid username or password.</span>"
MORE = "<title>Set up an authenticator</title><form><input name=totp>"
SESSION = f"{CELLS}/a/frontend/session"


def check(run_module: RunModule, **options: Any) -> Outcome:
    urls = {"cells_url": CELLS, "keycloak_url": KEYCLOAK}
    account = {"username": "dora", "password": "password-of-dora-0123456789"}
    return run_module("cells_session_check", {**urls, **account, **options})


def answered(http: responses.RequestsMock, page: dict[str, Any], refresh: dict[str, Any] | None = None) -> None:
    """Let the form be shown, and what comes after the password be this page."""
    http.get(BEGIN, status=302, headers={"Location": f"{KEYCLOAK}/realms/cells/auth"})
    http.get(f"{KEYCLOAK}/realms/cells/auth", body=PAGE)
    http.post(FORM, **page)
    if refresh is not None:
        http.get(END, body="<title>Cells</title>")
        http.get(SESSION, json={"Roles": [{"Uuid": "Test_DEM_WebUsers"}]})
        http.post(SESSION, **refresh)


COME_BACK = {"status": 302, "headers": {"Location": f"{END}?code=2"}}


@pytest.mark.parametrize("keycloak_url", [KEYCLOAK, "https://SSO.example.org:443/"])
def test_the_port_that_goes_without_saying_makes_no_other_host(
    run_module: RunModule, http: responses.RequestsMock, keycloak_url: str
) -> None:
    answered(http, COME_BACK, {"json": {}})
    outcome = check(run_module, keycloak_url=keycloak_url)
    assert outcome["login"] == {"username": "dora", "roles": ["Test_DEM_WebUsers"]}
    assert outcome["refreshes"][0]["ok"]


@pytest.mark.parametrize(
    ("refresh", "status", "message"),
    [
        ({"status": 401, "json": {"Title": "not whitelisted"}}, 401, "not whitelisted"),
        ({"status": 502, "body": "Bad Gateway"}, 502, "answered with"),
        ({"body": requests.ReadTimeout()}, None, "no answer in time"),
    ],
)
def test_a_refresh_that_fails_is_no_failed_login(
    run_module: RunModule, http: responses.RequestsMock, refresh: dict[str, Any], status: int | None, message: str
) -> None:
    answered(http, COME_BACK, refresh)
    outcome = check(run_module)
    assert outcome["login"]["username"] == "dora"
    (entry,) = outcome["refreshes"]
    assert (entry["status"], entry["ok"]) == (status, False)
    assert message in entry["message"]


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
def test_only_what_somebody_refused_is_a_refusal(
    run_module: RunModule, http: responses.RequestsMock, page: dict[str, Any], refused: dict[str, str] | None
) -> None:
    answered(http, page)
    outcome = check(run_module)
    assert_one_clear_line(outcome)
    assert outcome.values.get("refused") == refused


def test_a_refusal_of_cells(run_module: RunModule, http: responses.RequestsMock) -> None:
    answered(http, COME_BACK)
    http.get(END, status=401, json={"Title": "The provider refused the code"})
    outcome = check(run_module)
    assert_one_clear_line(outcome, "ended at Cells", "HTTP 401")
    assert outcome.values["refused"] == {"by": "Cells", "words": "The provider refused the code"}
