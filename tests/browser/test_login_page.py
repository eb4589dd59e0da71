# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the pages of a real login to Cells with Keycloak in Chromium with the doctor's verdict on the same site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lab.site import Site
from support.changes.change import client_with, clock_of_cells_off_by, connector_with, scope_assigned
from support.console import cells_call, connector_of
from support.doctor import PLAYBOOK, WRONG_SECRET, ask, doctor_variables, ids
from support.module import call_module
from support.pictures import KeepPicture
from support.playbook import run_playbook
from support.role import site_after_role

BUTTON = "SSO with Keycloak"
NAMES = {"dora": "Dora Demo", "emil": "Emil Einzel", "nora": "Nora Nix"}
PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def guided(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role, which each test leaves as it found it."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("site"))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A window of a person who is logged in nowhere."""
    context = chromium.new_context(viewport={"width": 900, "height": 700}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def go_to_keycloak(page: Page, site: Site, button: str = BUTTON) -> None:
    """Open Cells and press the connector's button."""
    page.goto(site.cells.url)
    expect(page).to_have_url(f"{site.cells.url}/login")
    page.get_by_role("link", name=button, exact=True).click()
    page.wait_for_url(f"{site.lab.keycloak.url}/**")


def give_password(page: Page, site: Site, user: str) -> None:
    """Fill in Keycloak's form, and come back to Cells."""
    expect(page.locator("#kc-page-title")).to_have_text("Sign in to your account")
    page.locator("#username").fill(user)
    page.locator("#password").fill(site.lab.ldap.users[user])
    page.locator("#kc-login").click()
    page.wait_for_url(f"{site.cells.url}/**")


def expect_home(page: Page, site: Site, user: str, roles: list[str]) -> None:
    """See who Cells says is logged in."""
    expect(page).to_have_url(f"{site.cells.url}/")
    expect(page.locator("#login")).to_have_text(f"{user}@example.org")
    expect(page.locator("#name")).to_have_text(NAMES[user])
    expect(page.locator("#roles li")).to_have_text(roles)


def expect_failure(page: Page, words: str) -> None:
    """See Cells' page of a login that failed, and that it says why."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("login failed$"))
    expect(page.get_by_role("alert")).to_contain_text(words)


@contextmanager
def named(site: Site, name: str) -> Iterator[None]:
    """The connector has another name."""
    connector = connector_of(site)
    cells_call(site, "PUT", "oauth2connectors/keycloak", {**connector, "name": name})
    try:
        yield
    finally:
        cells_call(site, "PUT", "oauth2connectors/keycloak", connector)


@contextmanager
def second_connector(site: Site, connector_id: str, name: str) -> Iterator[None]:
    """There is one more connector to the same client, which knows its redirect URI."""
    first = connector_of(site)
    callback = f"{site.cells.url}/auth/login/{connector_id}/callback"
    second = {**first, "id": connector_id, "name": name, "configoidc": {**first["configoidc"], "redirectURI": callback}}
    with client_with(redirectUris=[first["configoidc"]["redirectURI"], callback])(site):
        cells_call(site, "PUT", f"oauth2connectors/{connector_id}", second)
        try:
            yield
        finally:
            cells_call(site, "DELETE", f"oauth2connectors/{connector_id}")


def broken_by_the_doctor(site: Site, **options: Any) -> list[str]:
    """Return the ids of the doctor's broken findings."""
    return ids(ask(site, **options)["report"], "broken")


def test_the_button_leads_to_keycloak_and_back_with_the_roles(guided: Site, page: Page) -> None:
    page.goto(f"{guided.cells.url}/login")
    expect(page.get_by_role("link")).to_have_text([BUTTON])
    go_to_keycloak(page, guided)
    assert f"/realms/{guided.realm}/" in page.url
    give_password(page, guided, "dora")
    expect_home(page, guided, "dora", ["Test_DEM_WebUsers", "Test_Etrange_Gov"])
    assert broken_by_the_doctor(guided) == []


def test_a_second_login_needs_no_password(guided: Site, page: Page) -> None:
    go_to_keycloak(page, guided)
    give_password(page, guided, "dora")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{guided.cells.url}/login")
    page.get_by_role("link", name=BUTTON).click()
    expect_home(page, guided, "dora", ["Test_DEM_WebUsers", "Test_Etrange_Gov"])


def test_a_user_without_groups_gets_in_without_roles_and_the_doctor_warns(guided: Site, page: Page) -> None:
    go_to_keycloak(page, guided)
    give_password(page, guided, "nora")
    expect_home(page, guided, "nora", ["none"])
    report = ask(guided, username="nora")["report"]
    assert (ids(report, "broken"), ids(report, "warning")) == ([], ["token.groups"])


def test_a_second_connector_has_its_own_button_and_login(guided: Site, page: Page) -> None:
    with second_connector(guided, "staff", "SSO for staff"):
        page.goto(f"{guided.cells.url}/login")
        expect(page.get_by_role("link")).to_have_text([BUTTON, "SSO for staff"])
        go_to_keycloak(page, guided, "SSO for staff")
        assert "%2Fauth%2Flogin%2Fstaff%2Fcallback" in page.url
        give_password(page, guided, "emil")
        expect_home(page, guided, "emil", ["Test_DEM_WebUsers"])
        assert broken_by_the_doctor(guided, connector_id="staff", username="emil") == []
        assert broken_by_the_doctor(guided) == []


def test_a_renamed_connector_shows_its_new_name(guided: Site, page: Page) -> None:
    name = "Einloggen & <los> «jetzt»"
    with named(guided, name):
        page.goto(f"{guided.cells.url}/login")
        expect(page.get_by_role("link")).to_have_text([name])
        go_to_keycloak(page, guided, name)
        give_password(page, guided, "dora")
        expect_home(page, guided, "dora", ["Test_DEM_WebUsers", "Test_Etrange_Gov"])
        report = ask(guided)["report"]
    assert ids(report, "broken") == []
    assert report["site"]["connector_name"] == name


def test_a_wrong_password_stays_at_keycloak(guided: Site, page: Page) -> None:
    go_to_keycloak(page, guided)
    page.locator("#username").fill("dora")
    page.locator("#password").fill("wrong-password-of-a-test-0123456789")
    page.locator("#kc-login").click()
    expect(page.get_by_text("Invalid username or password.")).to_be_visible()
    assert page.url.startswith(guided.lab.keycloak.url)


def test_with_a_wrong_secret_the_login_ends_at_cells_and_the_doctor_names_the_secret(guided: Site, page: Page) -> None:
    with connector_with(clientSecret=WRONG_SECRET)(guided):
        go_to_keycloak(page, guided)
        give_password(page, guided, "dora")
        expect_failure(page, "The provider refused the code: ")
        assert WRONG_SECRET not in page.content()
        assert broken_by_the_doctor(guided) == ["client.secret"]


def test_with_a_wrong_redirect_uri_keycloak_refuses_and_the_doctor_names_the_uri(guided: Site, page: Page) -> None:
    with client_with(redirectUris=[f"{guided.cells.url}/auth/login/other/callback"])(guided):
        go_to_keycloak(page, guided)
        expect(page.get_by_text("Invalid parameter: redirect_uri")).to_be_visible()
        assert page.locator("#password").count() == 0
        assert broken_by_the_doctor(guided) == ["client.redirect_uri"]


def test_a_clock_that_is_behind_is_no_obstacle_but_the_doctor_names_it(guided: Site, page: Page) -> None:
    with clock_of_cells_off_by(guided, -60):
        go_to_keycloak(page, guided)
        give_password(page, guided, "dora")
        expect_home(page, guided, "dora", ["Test_DEM_WebUsers", "Test_Etrange_Gov"])
        report = ask(guided)["report"]
        assert "clock.skew" in ids(report, "broken") + ids(report, "warning")


def test_with_a_clock_that_is_hours_ahead_the_token_has_expired_and_the_doctor_names_the_clocks(
    guided: Site, page: Page
) -> None:
    with clock_of_cells_off_by(guided, 7200):
        go_to_keycloak(page, guided)
        give_password(page, guided, "dora")
        expect_failure(page, "The token is expired")
        assert broken_by_the_doctor(guided) == ["clock.skew"]


def test_the_report_that_the_role_writes_marks_the_broken_link(
    guided: Site, page: Page, keep_picture: KeepPicture, tmp_path: Path
) -> None:
    files = {f"doctor_report_{kind}": str(tmp_path / f"report.{kind}") for kind in ("html", "json")}
    with scope_assigned("cellsscope")(guided):
        run = run_playbook(PLAYBOOK, doctor_variables(guided, **files), tmp_path / "play")
    assert run.exit_code == 2, run.output
    assert "  BROKEN       Token: claim cellsgroups         The client does not have cellsscope." in run.output

    page.set_viewport_size({"width": 1280, "height": 960})
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("Single sign-on is broken: 1 thing to fix")
    expect(page.get_by_role("article").first).to_contain_text("scope.assigned")
    expect(page.locator(".chain > li > div > .badge")).to_contain_text(["OK", "OK", "Broken", "OK", "Not checked"])
    expect(page.get_by_role("region", name="Clocks").locator(".badge")).to_contain_text("OK")
    keep_picture(page, "doctor-report")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    keep_picture(page, "doctor-report-phone")

    claims = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["claims"]
    page.get_by_text("more, about the tokens themselves").click()
    shown = page.get_by_role("region", name="Claims").get_by_role("rowheader").all_inner_texts()
    assert {*shown} == {name for kind in claims.values() for name in kind}


def test_the_site_is_whole_after_all_of_them(guided: Site) -> None:
    found = call_module("cells_connector_info", guided.cells_options)
    assert [connector["name"] for connector in found["connectors"] if connector["id"] != "pydio"] == [BUTTON]
    assert broken_by_the_doctor(guided) == []
