# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keycloak's mask for a secret is never sent, wherever somebody may have copied it to."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import RunModule, assert_one_clear_line

MASK = "**********"
PROVIDER = {"id": "ldap-uuid", "name": "ldap", "providerId": "ldap"}
LDAP_ROW = {"user_model_attribute": "a", "ldap_attribute": "b"}
LDAP_NAMES = {"name": "x", "parentId": "ldap-uuid", "providerId": "user-attribute-ldap-mapper"}
CLIENT = {"id": "uuid", "clientId": "demo", "publicClient": False, "secret": "standin-secret-1e2d3c4b5a697887"}
MAPPER = {"id": "m", "name": "m", "protocol": "openid-connect", "protocolMapper": "t", "config": {"key": "other"}}

CASES = {
    "client, secret": ("keycloak_oidc_client", {"client_id": "demo", "public_client": False, "secret": MASK}),
    "client, attribute": ("keycloak_oidc_client", {"client_id": "demo", "attributes": {"key": MASK}}),
    "client scope, attribute": ("keycloak_client_scope", {"name": "s", "attributes": {"key": MASK}}),
    "client scope, mapper": (
        "keycloak_client_scope",
        {"name": "s", "protocol_mappers": [{"name": "m", "protocol_mapper": "t", "config": {"key": MASK}}]},
    ),
    "LDAP mapper, text": (
        "keycloak_ldap_mapper",
        {"ldap_provider": "ldap", "name": "x", **LDAP_ROW, "config": {"key": MASK}},
    ),
    "LDAP mapper, list": (
        "keycloak_ldap_mapper",
        {"ldap_provider": "ldap", "name": "x", **LDAP_ROW, "config": {"key": ["other", MASK]}},
    ),
}


def reads(script: Script, module: str, there: bool) -> None:
    """Allow the module to look at what is there, if it does so before it refuses."""
    script.mock.assert_all_requests_are_fired = False
    if module == "keycloak_oidc_client":
        script.call("GET", "clients", json=[CLIENT] if there else [])
    elif module == "keycloak_client_scope":
        shown = {"id": "s", "name": "s", "protocol": "openid-connect", "protocolMappers": [MAPPER]}
        script.call("GET", "client-scopes", json=[shown] if there else [])
    else:
        script.call("GET", "components", json=[PROVIDER])
        config = {"user.model.attribute": ["a"], "ldap.attribute": ["b"], "key": ["other"]}
        script.call("GET", "components", json=[{"id": "c", **LDAP_NAMES, "config": config}] if there else [])


@pytest.mark.parametrize("there", [True, False], ids=["object there", "new object"])
@pytest.mark.parametrize("check", [True, False], ids=["check", "run"])
@pytest.mark.parametrize(("module", "own"), CASES.values(), ids=CASES.keys())
def test_a_declared_mask_is_refused_before_a_write(
    module: str, own: dict[str, Any], check: bool, there: bool, *, keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, module, there)

    assert_one_clear_line(run_module(module, {**BY_TOKEN, **own}, check=check), "mask")
