# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions: their tokens, the refresh by the audience rule (row A3), and what survives a restart."""

from __future__ import annotations

import time
from typing import Any

import pytest

from unit.standin.conftest import EXTERNAL, Cells


def credentials(cells: Cells, browser: Any) -> Any:
    """Log the administrator in with the password."""
    info = {"type": "credentials", "login": "admin", "password": cells.site.settings.admin_password}
    return browser.post("/a/frontend/session", json={"AuthInfo": info})


def expire(cells: Cells) -> None:
    """Let every access token expire."""
    for session in cells.site.state.sessions.values():
        session.access_expires = time.time() - 1


def test_a_password_login_answers_with_tokens(cells: Cells) -> None:
    cells.site.config.oauth["accessTokenLifespan"] = "90s"
    answer = credentials(cells, cells.browser()).json()
    assert answer["ExpireTime"] == 90
    assert answer["JWT"] == answer["Token"]["AccessToken"]
    assert abs(int(answer["Token"]["ExpiresAt"]) - time.time() - 90) < 5
    assert len(answer["Token"]["IDToken"].split(".")) == 3


def test_a_wrong_password_is_401(cells: Cells) -> None:
    info = {"type": "credentials", "login": "admin", "password": "wrong"}
    assert cells.browser().post("/a/frontend/session", json={"AuthInfo": info}).status_code == 401


def test_a_password_session_refreshes_without_any_audience(cells: Cells) -> None:
    browser = cells.browser()
    credentials(cells, browser)
    assert cells.refresh(browser).status_code == 200


@pytest.mark.parametrize(
    ("audience", "status"),
    [
        (None, 401),
        ([], 401),
        ([EXTERNAL], 200),
        ([f"{EXTERNAL}/"], 200),
        (["https://other.example", EXTERNAL], 200),
        ([f"{EXTERNAL}:443"], 401),
        ([EXTERNAL, "http://bad host"], 401),
        ([None, EXTERNAL], 200),
        (EXTERNAL, 500),
    ],
)
def test_a_session_by_sso_refreshes_by_the_audience(cells: Cells, audience: Any, status: int) -> None:
    browser = cells.browser()
    cells.log_in(browser)
    cells.set_audience(audience)
    answer = cells.refresh(browser)
    assert answer.status_code == status
    if status == 200:
        assert browser.get("/a/user/ada@example.org").status_code == 200
    else:
        assert set(answer.json()) == {"Code", "Title", "Detail", "Source", "Meta"}


def test_the_refusal_names_the_audience(cells: Cells) -> None:
    browser = cells.browser()
    cells.log_in(browser)
    words = f"Requested audience '{EXTERNAL}' has not been whitelisted by the OAuth 2.0 Client."
    assert words in cells.refresh(browser).json()["Title"]


def test_an_expired_access_token_is_401_until_the_refresh(cells: Cells) -> None:
    cells.set_audience([EXTERNAL])
    browser = cells.browser()
    cells.log_in(browser)
    assert browser.get("/a/frontend/session").json()["Login"] == "ada@example.org"
    expire(cells)
    assert browser.get("/a/frontend/session").status_code == 401
    assert browser.get("/a/user/ada@example.org").status_code == 401
    assert cells.refresh(browser).status_code == 200
    assert browser.get("/a/user/ada@example.org").status_code == 200


def test_a_session_that_is_too_old_is_not_refreshed(cells: Cells) -> None:
    cells.site.config.oauth["refreshTokenLifespan"] = "0"
    browser = cells.browser()
    credentials(cells, browser)
    assert cells.refresh(browser).status_code == 401


def test_no_session_is_no_refresh(cells: Cells) -> None:
    assert cells.refresh(cells.browser()).status_code == 401
    assert cells.browser().get("/a/frontend/session").json() == {}


@pytest.mark.parametrize("broken", ["a text", [None], [{"client_id": 7}], [{"client_id": "x", "audience": "y"}]])
def test_static_clients_that_cells_cannot_read_fail_every_login(cells: Cells, broken: Any) -> None:
    cells.site.config.oauth["staticClients"] = broken
    browser = cells.browser()
    assert credentials(cells, browser).status_code == 500
    assert cells.log_in(browser).status_code == 500
    assert cells.site.state.sessions == {}


def test_logging_out_ends_the_session(cells: Cells) -> None:
    browser = cells.browser()
    credentials(cells, browser)
    assert browser.post("/a/frontend/session", json={"AuthInfo": {"type": "logout"}}).status_code == 200
    assert cells.refresh(browser).status_code == 401


def test_users_tokens_and_sessions_survive_a_restart(start: Any) -> None:
    before = start()
    before.connect()
    browser = before.browser()
    before.log_in(browser)
    token = before.site.state.make_token("ada@example.org", 60, None)
    before.edit_file(staticClients=[{"client_id": "cells-frontend", "audience": [EXTERNAL]}])
    after = start()
    again = after.browser()
    again.cookies.update(dict(browser.cookies.items()))
    assert after.refresh(again).status_code == 200
    bearer = {"Authorization": f"Bearer {token}"}
    assert after.browser().get("/a/user/ada@example.org", headers=bearer).status_code == 200
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
