# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The screens that the tutorial shows: Keycloak's console after the role, and a login with its roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lab.site import Site
from support.pictures import KeepPicture
from support.role import site_after_role

PATIENCE = 90_000
"""Milliseconds that a page may take on a busy machine."""
GROUPS = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def guided(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def console(chromium: Browser, guided: Site) -> Iterator[Page]:
    """The console of an administrator who is logged in."""
    context = chromium.new_context(viewport={"width": 1100, "height": 760}, locale="en-GB", color_scheme="light")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    keycloak = guided.lab.keycloak
    page.goto(f"{keycloak.url}/admin/master/console/#/{guided.realm}/clients")
    page.locator("#username").fill(keycloak.admin_username)
    page.locator("#password").fill(keycloak.admin_password)
    page.locator("#kc-login").click()
    expect(page.get_by_role("link", name="localhost", exact=True)).to_be_visible()
    yield page
    context.close()


def client_id(site: Site) -> str:
    """Return Keycloak's own id of the client."""
    return str(site.admin.get_client_id("localhost"))


def scope_id(site: Site) -> str:
    """Return Keycloak's own id of the client scope."""
    return next(str(scope["id"]) for scope in site.admin.get_client_scopes() if scope["name"] == "cellsscope")


def open_page(console: Page, site: Site, path: str) -> None:
    """Open a page of the console, of the realm of the site."""
    console.goto(f"{site.lab.keycloak.url}/admin/master/console/#/{site.realm}/{path}")


def test_the_client_is_registered(guided: Site, console: Page, keep_picture: KeepPicture) -> None:
    open_page(console, guided, f"clients/{client_id(guided)}/settings")
    expect(console.locator("input[name=clientId]")).to_have_value("localhost")
    expect(console.locator("input[name=name]")).to_have_value("Cells Demo")
    keep_picture(console, "tutorial-client")
    callback = console.locator("input[name='redirectUris.0.value']")
    expect(callback).to_have_value(f"{guided.cells.url}/auth/login/keycloak/callback")
    callback.scroll_into_view_if_needed()
    keep_picture(console, "tutorial-client-access")


def test_the_client_has_the_scope(guided: Site, console: Page, keep_picture: KeepPicture) -> None:
    open_page(console, guided, f"clients/{client_id(guided)}/clientScopes/setup")
    expect(console.get_by_role("link", name="cellsscope", exact=True)).to_be_visible()
    keep_picture(console, "tutorial-client-scopes")


def test_the_scope_has_the_mapper(guided: Site, console: Page, keep_picture: KeepPicture) -> None:
    open_page(console, guided, f"client-scopes/{scope_id(guided)}/mappers")
    expect(console.get_by_role("link", name="User Group Mapper", exact=True)).to_be_visible()
    mapper = guided.admin.get_mappers_from_client_scope(scope_id(guided))[0]["id"]
    open_page(console, guided, f"client-scopes/{scope_id(guided)}/mappers/{mapper}/edit")
    expect(console.get_by_label("Token Claim Name")).to_have_value("cellsgroups")
    keep_picture(console, "tutorial-scope-mapper")


def test_the_provider_has_the_mapper(guided: Site, console: Page, keep_picture: KeepPicture) -> None:
    (provider,) = guided.admin.get_components({"type": "org.keycloak.storage.UserStorageProvider"})
    mappers = guided.admin.get_components({"parent": provider["id"]})
    mapper = next(each["id"] for each in mappers if each["name"] == "memberOf to group")
    open_page(console, guided, f"user-federation/ldap/{provider['id']}/mappers/{mapper}")
    expect(console.get_by_label("LDAP Attribute")).to_have_value("memberOf")
    keep_picture(console, "tutorial-ldap-mapper")


def test_the_login_gives_the_roles(guided: Site, chromium: Browser, keep_picture: KeepPicture) -> None:
    context = chromium.new_context(viewport={"width": 900, "height": 520}, locale="en-GB", color_scheme="light")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{guided.cells.url}/login")
    button = page.get_by_role("link", name="SSO with Keycloak", exact=True)
    expect(button).to_be_visible()
    keep_picture(page, "tutorial-login")
    button.click()
    page.locator("#username").fill("dora")
    page.locator("#password").fill(guided.lab.ldap.users["dora"])
    keep_picture(page, "tutorial-keycloak-login")
    page.locator("#kc-login").click()
    expect(page.locator("#roles li")).to_have_text(GROUPS)
    keep_picture(page, "tutorial-roles")
    context.close()
