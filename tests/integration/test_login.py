# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real login through the real Keycloak, and what becomes of the session: the end of the guide (M1, A1-A3)."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from lab.login import Browser, LoginError
from lab.site import Site, make_site
from support.module import call_module
from support.role import not_ok, run_role

LIFE = 4
"""Seconds that the access token of a session lives."""

ROLES = {"dora": ["Test_DEM_WebUsers", "Test_Etrange_Gov"], "emil": ["Test_DEM_WebUsers"], "nora": []}


def log_in(site: Site, user: str) -> Browser:
    browser = Browser(site.cells.url)
    browser.log_in("keycloak", user, site.lab.ldap.users[user])
    return browser


def refused(browser: Browser) -> int:
    """Return the status with which a refresh is refused."""
    with pytest.raises(LoginError) as refusal:
        browser.refresh()
    return refusal.value.status


def sleep_past_the_access_tokens_life() -> None:
    time.sleep(LIFE + 1.2)


@pytest.fixture(scope="module")
def guided(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A site after the role."""
    for site in make_site(lab, tmp_path_factory.mktemp("site"), access_token_life=LIFE):
        run = run_role(site)
        assert run.exit_code == 0, run.output
        assert not_ok(site) == []
        yield site


@pytest.fixture(scope="module")
def without_audience(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A site on which only the step audience was left out."""
    for site in make_site(lab, tmp_path_factory.mktemp("without"), access_token_life=LIFE):
        run = run_role(site, "--skip-tags", "audience")
        assert run.exit_code == 0, run.output
        assert [row.id for row in not_ok(site)] == ["A1/A2"]
        yield site


@pytest.mark.parametrize("user", ROLES)
def test_a_user_has_the_roles_of_the_groups(user: str, guided: Site) -> None:
    browser = log_in(guided, user)
    identity = browser.who()
    assert identity.roles == ROLES[user]
    assert identity.login == identity.email == f"{user}@example.org"


def test_the_session_survives_its_refresh_before_and_after_the_access_tokens_life(guided: Site) -> None:
    browser = log_in(guided, "dora")
    before = browser.refresh()
    sleep_past_the_access_tokens_life()
    after = browser.refresh()
    assert browser.who().roles == ROLES["dora"]
    assert before["JWT"] != after["JWT"]
    sleep_past_the_access_tokens_life()
    browser.refresh()
    assert browser.who().login == "dora@example.org"


def test_a_wrong_password_is_no_login(guided: Site) -> None:
    browser = Browser(guided.cells.url)
    with pytest.raises(LoginError, match="Invalid username or password"):
        browser.log_in("keycloak", "emil", "wrong-password-of-a-test-0123456789")
    assert browser.access_token == ""


def test_the_preview_shows_the_claims_of_the_login(guided: Site) -> None:
    options = {**guided.keycloak_options, "client_id": "localhost"}
    for user in ROLES:
        claims = call_module("keycloak_token_preview", {**options, "username": user})["id_token"]
        names = [dn.split(",")[0].removeprefix("cn=") for dn in claims.get("cellsgroups", [])]
        assert sorted(names) == sorted(log_in(guided, user).who().roles)


def test_without_the_audience_the_refresh_is_refused(without_audience: Site) -> None:
    browser = log_in(without_audience, "dora")
    assert browser.who().roles == ROLES["dora"], "the login itself needs no audience"
    assert refused(browser) == 401
    sleep_past_the_access_tokens_life()
    assert refused(browser) == 401


@pytest.mark.thorough
def test_an_audience_that_a_running_cells_was_not_told_is_no_help(without_audience: Site) -> None:
    """The trap that the role's stop and start avoid: Cells reads its configuration when it starts."""
    site = without_audience
    before = site.cells.config_path.read_bytes()
    options = {"audience": [site.cells.url], "config_path": str(site.cells.config_path), "allow_running": True}
    assert call_module("cells_config_audience", options)["changed"]
    browser = log_in(site, "emil")
    assert refused(browser) == 401

    site.cells.restart()

    browser = log_in(site, "emil")
    browser.refresh()
    assert browser.who().roles == ROLES["emil"]
    site.cells.stop()
    site.cells.config_path.write_bytes(before)
    site.cells.start(quiet=True)


@pytest.mark.parametrize("audience", ["https://cells.example.org", "{url}/login"])
@pytest.mark.thorough
def test_the_audience_of_another_url_is_no_help(audience: str, without_audience: Site) -> None:
    site = without_audience
    site.cells.stop()
    options = {"audience": [audience.format(url=site.cells.url)], "config_path": str(site.cells.config_path)}
    assert call_module("cells_config_audience", options)["changed"]
    site.cells.start(quiet=True)

    assert refused(log_in(site, "nora")) == 401

    site.cells.stop()
    assert call_module("cells_config_audience", {**options, "state": "absent"})["changed"]
    site.cells.start(quiet=True)


@pytest.mark.thorough
def test_a_login_by_password_refreshes_without_any_audience(without_audience: Site) -> None:
    cells = without_audience.cells
    browser = Browser(cells.url)
    assert browser.log_in_locally(cells.admin_username, cells.admin_password).login == cells.admin_username
    browser.refresh()
    sleep_past_the_access_tokens_life()
    browser.refresh()
    assert browser.who().login == cells.admin_username


@pytest.mark.thorough
def test_without_the_connector_there_is_no_way_in(without_audience: Site) -> None:
    site = without_audience
    headers = {"Authorization": f"Bearer {site.cells.token}"}
    (there,) = [c for c in site.rows().cells("config/oauth2connectors")["connectors"] if c["id"] == "keycloak"]
    gone = call_module("cells_connector", {**site.cells_options, "connector_id": "keycloak", "state": "absent"})
    assert gone["changed"]
    with pytest.raises(LoginError, match="does not offer the connector keycloak"):
        log_in(site, "dora")

    url = f"{site.cells.url}/a/config/oauth2connectors/keycloak"
    requests.put(url, json=there, headers=headers, timeout=10).raise_for_status()
    assert log_in(site, "dora").who().roles == ROLES["dora"]
