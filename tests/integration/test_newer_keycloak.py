# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keycloak 26.8.2, by a stand-in before 26.7.3: service accounts, their rights, and secrets that it masks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lab.newer_keycloak import SCOPE, newer_keycloak
from lab.realm import ServiceAccount, create_service_account
from lab.site import Site
from support.module import assert_one_clear_line, call_module, predict_and_run

pytestmark = pytest.mark.thorough

RIGHTS = ["manage-clients", "manage-realm", "view-users"]
ASSIGNED = f"assign default client scope {SCOPE} to client"


@pytest.fixture(scope="module")
def url(shared_site: Site) -> Iterator[str]:
    """The stand-in's URL."""
    with newer_keycloak(shared_site.lab.keycloak.url) as found:
        yield found


@pytest.fixture(scope="module")
def upgraded(shared_site: Site) -> Site:
    """A site after the upgrade: only the built-in clients have the new client scope."""
    options = shared_site.keycloak_options
    predict_and_run("keycloak_client_scope", {**options, "name": SCOPE, "attributes": {"include.in.token.scope": True}})
    predict_and_run("keycloak_oidc_client", {**options, "client_id": "admin-cli", "default_client_scopes": [SCOPE]})
    return shared_site


def options_of(account: ServiceAccount, url: str) -> dict[str, Any]:
    """Return the shared options for a login as the account."""
    login = {"auth_client_id": account.client_id, "auth_client_secret": account.client_secret}
    return {"auth_keycloak_url": url, "auth_realm": account.realm, "realm": account.realm, **login}


def heal(site: Site, account: ServiceAccount, roles: list[str], **expected: bool) -> list[str]:
    """Do the same as the playbook service_account as an administrator, and return the actions."""
    grant = {"client_id": account.client_id, "roles": roles, "mode": "exact"}
    done = predict_and_run("keycloak_service_account_roles", {**site.keycloak_options, **grant}, **expected)
    actions: list[str] = done["actions"]
    return actions


def test_an_older_realm_has_nothing_to_assign(site: Site) -> None:
    account = create_service_account(site.admin, RIGHTS)
    assert heal(site, account, RIGHTS, changed=False) == []


def test_an_account_of_before_the_upgrade_is_told_what_it_lacks_and_healed_by_one_command(
    upgraded: Site, url: str
) -> None:
    account = create_service_account(upgraded.admin, RIGHTS)
    read = {**options_of(account, url), "client_id": account.client_id}

    refused = call_module("keycloak_oidc_client_info", read)
    assert_one_clear_line(refused, "HTTP 401", SCOPE, "cellsops.sso.service_account")
    assert "expired" not in refused["msg"]

    assert heal(upgraded, account, RIGHTS) == [f"{ASSIGNED} {account.client_id}"]
    assert call_module("keycloak_oidc_client_info", read)["clients"]


def test_protocol_mappers_need_manage_realm(upgraded: Site, url: str) -> None:
    mapper = {"name": "groups", "protocol_mapper": "oidc-usermodel-attribute-mapper", "config": {"claim.name": "g"}}
    scope = {"name": "of-an-account", "protocol_mappers": [mapper]}
    account = create_service_account(upgraded.admin, ["manage-clients"])
    heal(upgraded, account, ["manage-clients"])
    refused = call_module("keycloak_client_scope", {**options_of(account, url), **scope})
    assert_one_clear_line(refused, "HTTP 403", "manage-realm")
    # Nothing is left half done.
    assert scope["name"] not in [found["name"] for found in upgraded.admin.get_client_scopes()]

    heal(upgraded, account, RIGHTS)
    predict_and_run("keycloak_client_scope", {**options_of(account, url), **scope})


def test_a_masked_secret_is_no_result(upgraded: Site, url: str) -> None:
    account = create_service_account(upgraded.admin, ["view-clients"])
    heal(upgraded, account, ["view-clients"])
    asked = {**options_of(account, url), "client_id": account.client_id, "return_secret": True}
    assert_one_clear_line(call_module("keycloak_oidc_client", asked), "mask", "manage-clients")
