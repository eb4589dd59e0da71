# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects that several clients share are removed only with the last of them (if_unused)."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import RunModule, assert_one_clear_line

SCOPE = {"id": "scope-id", "name": "cellsscope", "protocol": "openid-connect"}
MAPPER = {
    "name": "User Group Mapper",
    "protocolMapper": "oidc-usermodel-attribute-mapper",
    "config": {"user.attribute": "cellsgroups"},
}
PROVIDER = {"id": "ldap-id", "name": "ldap", "providerId": "ldap"}
LDAP_MAPPER = {
    "id": "mapper-id",
    "name": "memberOf to group",
    "parentId": "ldap-id",
    "providerId": "user-attribute-ldap-mapper",
    "config": {"user.model.attribute": ["cellsgroups"]},
}
MAPPER_TYPE = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
UNUSED = {"state": "absent", "if_unused": True}


def client(client_id: str, **own: Any) -> dict[str, Any]:
    """Return a client as Keycloak lists it."""
    return {"clientId": client_id, "defaultClientScopes": ["basic"], "optionalClientScopes": [], **own}


HAS_IT = {"defaultClientScopes": ["basic", "cellsscope"]}
HAS_IT_OPTIONAL = {"optionalClientScopes": ["cellsscope"]}
HAS_OWN_MAPPER = {"protocolMappers": [MAPPER]}


def reads_ldap_mapper(keycloak: Script) -> None:
    """Expect that the provider and its mapper are read."""
    keycloak.get("components", [PROVIDER, LDAP_MAPPER])


@pytest.mark.parametrize("use", [HAS_IT, HAS_IT_OPTIONAL], ids=["default", "optional"])
def test_a_scope_that_another_client_has_stays(keycloak: Script, run_module: RunModule, use: dict[str, Any]) -> None:
    keycloak.get("client-scopes", [SCOPE])
    keycloak.get("clients", [client("gone", **HAS_IT), client("other", **use)])

    outcome = run_module(
        "keycloak_client_scope", {**BY_TOKEN, "name": "cellsscope", **UNUSED, "apart_from_clients": ["gone"]}
    )

    assert outcome["changed"] is False
    assert outcome["used_by"] == ["other"]
    assert outcome["client_scope"]["id"] == "scope-id"


def test_a_scope_that_only_clients_have_that_go_is_removed(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("client-scopes", [SCOPE])
    keycloak.get("clients", [client("gone", **HAS_IT), client("other")])
    keycloak.delete("client-scopes/scope-id")
    keycloak.get("client-scopes", [])

    outcome = run_module(
        "keycloak_client_scope", {**BY_TOKEN, "name": "cellsscope", **UNUSED, "apart_from_clients": ["gone"]}
    )

    assert outcome["actions"] == ["remove client scope cellsscope"]
    assert outcome["used_by"] == []


@pytest.mark.parametrize("use", [HAS_IT, HAS_OWN_MAPPER], ids=["by a scope", "by its own mapper"])
def test_an_ldap_mapper_whose_attribute_is_in_tokens_stays(
    keycloak: Script, run_module: RunModule, use: dict[str, Any]
) -> None:
    reads_ldap_mapper(keycloak)
    keycloak.get("client-scopes", [{**SCOPE, "protocolMappers": [MAPPER]}])
    keycloak.get("clients", [client("other", **use)])

    outcome = run_module(
        "keycloak_ldap_mapper", {**BY_TOKEN, "ldap_provider": "ldap", "name": "memberOf to group", **UNUSED}
    )

    assert outcome["changed"] is False
    assert outcome["used_by"] == ["other"]


def test_an_ldap_mapper_that_nobody_uses_is_removed(keycloak: Script, run_module: RunModule) -> None:
    reads_ldap_mapper(keycloak)
    keycloak.get("client-scopes", [{**SCOPE, "protocolMappers": [MAPPER]}])
    keycloak.get("clients", [client("other")])
    keycloak.delete("components/mapper-id")
    keycloak.get("components", [], parent="ldap-id", type=MAPPER_TYPE)

    outcome = run_module(
        "keycloak_ldap_mapper", {**BY_TOKEN, "ldap_provider": "ldap", "name": "memberOf to group", **UNUSED}
    )

    assert outcome["actions"] == ["remove LDAP mapper memberOf to group"]


@pytest.mark.parametrize(
    ("options", "word"),
    [({"if_unused": True}, "if_unused"), ({"state": "absent", "apart_from_clients": ["a"]}, "apart_from_clients")],
)
def test_options_that_mean_nothing_are_refused(
    keycloak: Script, run_module: RunModule, options: dict[str, Any], word: str
) -> None:
    outcome = run_module("keycloak_client_scope", {**BY_TOKEN, "name": "cellsscope", **options})

    assert outcome.failed
    assert_one_clear_line(outcome, word)
