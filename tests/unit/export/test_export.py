# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sso_export_info: which connector is meant, and what comes of a site of whichever state."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from support.cells import pydio_json
from support.cells.scripted import (
    CLIENTS,
    CONNECTORS,
    DISCOVERY,
    ISSUER,
    SECRET,
    TOKEN,
    URL,
    ScriptedCells,
    connector,
    pydio_connector,
    rule,
)
from support.keycloak.client_script import client
from support.keycloak.scripted import BY_TOKEN
from support.keycloak.scripted import URL as KEYCLOAK
from support.module import Outcome, RunModule, assert_one_clear_line

REALM = f"{KEYCLOAK}/admin/realms/cells"
EXACT = {
    "name": "Cells",
    "rootUrl": URL,
    "baseUrl": URL,
    "redirectUris": [f"{URL}/auth/login/keycloak/callback"],
    "webOrigins": [URL],
    "standardFlowEnabled": True,
    "clientAuthenticatorType": "client-secret",
    "defaultClientScopes": ["cellsscope", "email", "profile"],
    "secret": SECRET,
}
SCOPES = '["cellsscope", "email", "profile"]'
CLIENT = "client demo.cells.pydio"
CONFIG = {"static_clients": [{"client_id": "cells-frontend", "audience": [URL]}], "username_as_login": []}
PROVIDER = {
    "id": "provider",
    "name": "directory",
    "providerId": "ldap",
    "providerType": "org.keycloak.storage.UserStorageProvider",
}


def ldap_mapper(name: str = "groups", **config: str) -> dict[str, Any]:
    """Return an LDAP mapper as the role has it."""
    settings = {"ldap.attribute": "memberOf", "read.only": "true", "always.read.value.from.ldap": "true", **config}
    return {
        "id": name,
        "name": name,
        "parentId": "provider",
        "providerId": "user-attribute-ldap-mapper",
        "config": {key: [value] for key, value in {"user.model.attribute": "cellsgroups", **settings}.items()},
    }


def scope(**config: str) -> dict[str, Any]:
    """Return a client scope as the role has it."""
    flags = ("multivalued", "aggregate.attrs", "id.token.claim", "access.token.claim", "userinfo.token.claim")
    names = {"user.attribute": "cellsgroups", "claim.name": "cellsgroups", "jsonType.label": "String"}
    mapper = {
        "id": "mapper",
        "name": "groups",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {**names, **dict.fromkeys(flags, "true"), **config},
    }
    return {"id": "scope", "name": "cellsscope", "protocol": "openid-connect", "protocolMappers": [mapper]}


class HandMade:
    """Both servers, and the module that reads them."""

    def __init__(self, http: responses.RequestsMock, run_module: RunModule) -> None:
        self.cells = ScriptedCells(http, {CONNECTORS: [pydio_connector()], CLIENTS: pydio_json.clients()})
        self.cells.connectors.append(connector(mappingRules=[rule("cellsgroups")]))
        self.clients = [client(clientId="demo.cells.pydio", **EXACT)]
        self.scopes = [scope(), {"id": "e", "name": "email"}, {"id": "p", "name": "profile"}]
        self.components = [PROVIDER, ldap_mapper()]
        self.run_module = run_module
        for path in ("clients", "client-scopes", "components"):
            http.add_callback("GET", f"{REALM}/{path}", self._answer)
        http.get(DISCOVERY, json={"issuer": ISSUER})

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        path = request.path_url.partition("?")[0].rpartition("/")[2]
        held = {"clients": self.clients, "client-scopes": self.scopes, "components": self.components}[path]
        return 200, {"Content-Type": "application/json"}, json.dumps(held)

    def export(self, **options: Any) -> Outcome:
        given = {"cells_url": URL, "cells_token": TOKEN, "cells_config": CONFIG, **options}
        return self.run_module("sso_export_info", {**BY_TOKEN, **given})


@pytest.fixture
def site(run_module: RunModule) -> Iterator[HandMade]:
    """A site to which the role would change nothing."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        yield HandMade(http, run_module)


def test_a_site_that_is_as_the_role_has_it_has_no_differences(site: HandMade) -> None:
    outcome = site.export()

    assert [outcome[name] for name in ("not_expressible", "left_alone", "not_checked")] == [[], [], []]
    variables = outcome["variables"]
    assert (variables["sso_client_id"], variables["sso_client_name"]) == ("demo.cells.pydio", "Cells")
    assert (variables["sso_ldap_provider"], variables["sso_mapper_name"]) == ("directory", "groups")
    assert variables["sso_audience"] == [URL]
    assert variables["sso_username_as_login"] is False
    assert variables["sso_mapping_rules"] == [{"left_attribute": "cellsgroups", "right_attribute": "Roles"}]
    assert "sso_sites" not in variables
    assert not [secret for secret in (SECRET, TOKEN) if secret in outcome.printed]
    assert site.cells.writes == []


Change = Callable[[HandMade], None]
DIFFERENCES: dict[str, tuple[Change, str]] = {
    "a claim that is one text": (
        lambda site: site.scopes.__setitem__(0, scope(multivalued="false")),
        (
            "client scope cellsscope: "
            'protocolMappers.groups.config.multivalued is "false", and the role changes it to "true".'
        ),
    ),
    "an LDAP mapper that writes": (
        lambda site: site.components.__setitem__(1, ldap_mapper(**{"read.only": "false"})),
        'LDAP mapper groups: config.read.only is ["false"], and the role changes it to ["true"].',
    ),
    "a claim from elsewhere": (
        lambda site: site.clients[0].update(defaultClientScopes=["email", "profile"]),
        f'{CLIENT}: defaultClientScopes is ["email", "profile"], and the role changes it to {SCOPES}.',
    ),
    "the device grant": (
        lambda site: site.clients[0].update(attributes={"oauth2.device.authorization.grant.enabled": "true"}),
        (
            f"{CLIENT}: "
            'attributes.oauth2.device.authorization.grant.enabled is "true", and the role changes it to "false".'
        ),
    ),
    "another secret": (
        lambda site: site.clients[0].update(secret="standin-secret-of-somebody-else-0c1d2e"),
        "connector keycloak: configoidc.clientSecret differs from the one in Keycloak, and the role writes Keycloak's.",
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_change_of_the_role_is_named_in_one_line(name: str, site: HandMade) -> None:
    change, line = DIFFERENCES[name]
    change(site)

    assert line in site.export()["not_expressible"]


EVERYWHERE = dict.fromkeys(("id.token.claim", "access.token.claim", "userinfo.token.claim"), "true")
GROUPS = {
    "id": "g",
    "name": "teams: groups",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-group-membership-mapper",
    "config": {"claim.name": "cellsgroups", "full.path": "true", **EVERYWHERE},
}
ROLES = {
    "id": "r",
    "name": "teams: client roles",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-usermodel-client-role-mapper",
    "config": {
        "claim.name": "cellsgroups",
        "jsonType.label": "String",
        "multivalued": "true",
        "usermodel.clientRoleMapping.clientId": "shop",
        "usermodel.clientRoleMapping.rolePrefix": "shop-",
        **EVERYWHERE,
    },
}


def test_groups_and_roles_of_keycloak_are_sources_too(site: HandMade) -> None:
    site.scopes[0]["protocolMappers"] = [GROUPS, ROLES]

    outcome = site.export()

    assert outcome["not_expressible"] == []
    variables = outcome["variables"]
    assert variables["sso_groups_source"] == ["groups", "client_roles"]
    assert (variables["sso_protocol_mapper_name"], variables["sso_groups_full_path"]) == ("teams", True)
    assert (variables["sso_groups_client"], variables["sso_groups_role_prefix"]) == ("shop", "shop-")
    # The role would remove this mapper, which somebody else may need.
    assert variables["sso_ldap_provider"] == ""


def test_an_attribute_that_ldap_does_not_fill_is_a_source(site: HandMade) -> None:
    site.components = [PROVIDER]

    outcome = site.export()

    assert outcome["not_expressible"] == []
    assert outcome["variables"]["sso_groups_source"] == ["user_attribute"]


def test_a_mapper_whose_name_the_role_cannot_choose_is_named_in_one_line(site: HandMade) -> None:
    site.scopes[0]["protocolMappers"] = [{**GROUPS, "name": "teams"}]

    assert site.export()["not_expressible"] == [
        "client scope cellsscope: protocolMappers.teams: groups does not exist, and the role creates it."
    ]


def test_a_missing_audience_is_a_difference(site: HandMade) -> None:
    outcome = site.export(cells_config={"static_clients": [{"client_id": "cells-frontend"}], "username_as_login": []})

    assert outcome["not_expressible"] == [f"static client cells-frontend: it has no audience, and the role adds {URL}."]


def test_settings_that_the_role_leaves_alone_are_listed_separately(site: HandMade) -> None:
    site.cells.connectors[1]["configoidc"]["hostedDomains"] = ["example.org"]
    site.clients[0]["protocolMappers"] = [{"name": "department"}]

    outcome = site.export()

    assert outcome["not_expressible"] == []
    assert outcome["left_alone"] == [
        'connector keycloak: hostedDomains is ["example.org"].',
        "client demo.cells.pydio: it has its own protocol mapper department.",
    ]


@pytest.mark.parametrize("hidden", ["hidden", "masked"])
def test_settings_that_cannot_be_read_do_not_count_as_equal(hidden: str, site: HandMade) -> None:
    site.cells.secret = hidden
    site.cells.collections[CLIENTS] = []

    outcome = site.export(cells_config=None)

    assert len(outcome["not_checked"]) == 3
    assert "has no static client 'cells-frontend'" in outcome["not_checked"][0]
    assert "sso_username_as_login" in outcome["not_checked"][1]
    assert outcome["not_checked"][2] == "Whether Cells has the client's secret: Cells hides it."
    assert not {"sso_audience", "sso_username_as_login"} & set(outcome["variables"])


def test_a_connector_of_another_realm_is_not_taken(site: HandMade) -> None:
    site.cells.connectors[1]["configoidc"]["issuer"] = f"{KEYCLOAK}/realms/other"

    assert_one_clear_line(site.export(), "0 connectors of Cells match", "keycloak (client demo.cells.pydio")


def test_the_connector_is_found_by_its_client(site: HandMade) -> None:
    site.cells.connectors.append(connector(id="second", configoidc={"clientID": "second"}))

    assert_one_clear_line(site.export(), "2 connectors of Cells match")
    assert site.export(client_id="demo.cells.pydio")["variables"]["sso_connector_id"] == "keycloak"


def test_a_client_that_is_not_there_is_said(site: HandMade) -> None:
    site.clients = []

    assert_one_clear_line(site.export(), "realm cells has no such client", "view-clients")
