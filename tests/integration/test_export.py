# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site that was set up by hand, with names of its own: exported, the role changes nothing there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.realm import LDAP_PROVIDER
from lab.site import Site
from support.console import cells_call
from support.module import call_module
from support.playbook import Run, run_playbook
from support.role import PLAYBOOK, run_role

pytestmark = pytest.mark.thorough

EXPORT = Path("cellsops.sso.export")
CLIENT, CLAIM, SCOPE, CONNECTOR = "filesharing", "team.list", "teams_for_cells", "corporate"
OTHER_SECRET = "standin-secret-of-somebody-else-3f1b7c92"
OTHER = "configoidc.clientSecret differs from the one in Keycloak, and the role writes Keycloak's."
TEMPLATE = "team-{{.}}"
"""A template of Cells, which Ansible must not take for one of its own."""


def set_up_by_hand(site: Site, **client: Any) -> None:
    """Set up the whole guide with raw calls and other names. client: settings that differ from the guide."""
    url, callback = site.cells.url, f"{site.cells.url}/auth/dex/callback"
    component = {
        "name": "teams from LDAP",
        "parentId": next(c["id"] for c in site.admin.get_components() if c.get("name") == LDAP_PROVIDER),
        "providerId": "user-attribute-ldap-mapper",
        "providerType": "org.keycloak.storage.ldap.mappers.LDAPStorageMapper",
        "config": {
            "user.model.attribute": [CLAIM],
            "ldap.attribute": ["memberOf"],
            "read.only": ["true"],
            "always.read.value.from.ldap": ["true"],
            "is.mandatory.in.ldap": ["false"],
        },
    }
    site.admin.create_component(component)
    flags = ("multivalued", "aggregate.attrs", "id.token.claim", "access.token.claim", "userinfo.token.claim")
    config = {"user.attribute": CLAIM, "claim.name": CLAIM.replace(".", "\\."), "jsonType.label": "String"}
    mapper = {
        "name": "teams",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {**config, **dict.fromkeys(flags, "true")},
    }
    scope = site.admin.create_client_scope(
        {"name": SCOPE, "description": "Teams", "protocol": "openid-connect", "protocolMappers": [mapper]}
    )
    representation = {
        "clientId": CLIENT,
        "name": "File sharing",
        "protocol": "openid-connect",
        "publicClient": False,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "rootUrl": url,
        "baseUrl": url,
        "redirectUris": [callback],
        "webOrigins": [url],
        **client,
    }
    made = site.admin.create_client(representation)
    site.admin.add_client_default_client_scope(made, scope, {})
    connector = {
        "id": CONNECTOR,
        "name": "Corporate login",
        "type": "oidc",
        "sites": [url],
        "mappingRules": [
            {"LeftAttribute": "name", "RightAttribute": "displayName", "NoUpdate": True},
            {"LeftAttribute": CLAIM, "RightAttribute": "Roles", "RuleString": "", "RightValueTemplate": TEMPLATE},
        ],
        "configoidc": {
            "issuer": site.issuer,
            "clientID": CLIENT,
            "clientSecret": site.admin.get_client_secrets(made)["value"],
            "redirectURI": callback,
            "scopes": ["openid", "email"],
            "insecureSkipEmailVerified": True,
            "getUserInfo": False,
            "basicAuthUnsupported": False,
            "userIDKey": "sub",
            "userNameKey": "preferred_username",
        },
    }
    cells_call(site, "PUT", f"oauth2connectors/{CONNECTOR}", connector)
    clients = cells_call(site, "GET", "oauth2clients")["staticClients"]
    (frontend,) = (each for each in clients if each["client_id"] == "cells-frontend")
    cells_call(
        site, "PUT", "oauth2clients/cells-frontend", {**frontend, "audience": [url, "https://other.example.org"]}
    )


def export(site: Site, folder: Path, **more: Any) -> tuple[Run, Path]:
    """Run the playbook for a site with one host; return the result, and the file that it wrote."""
    names = ("sso_keycloak_url", "sso_keycloak_username", "sso_keycloak_password", "sso_realm", "sso_cells_url")
    host = ("sso_cells_token", "sso_cells_config_path", "sso_cells_bin", "sso_cells_service")
    commands = ("sso_cells_stop_command", "sso_cells_start_command")
    variables = {name: site.role_variables[name] for name in (*names, *host, *commands)}
    here = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
    inventory = folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"cells": {"hosts": {"one": here}}}), encoding="utf-8")
    given = {**variables, "export_folder": str(folder), **more}
    run = run_playbook(EXPORT, given, folder / "export", "--inventory", str(inventory))
    return run, folder / "sso-one.yml"


def secrets_of(site: Site) -> list[str]:
    """Return the secrets of the site, none of which may be in a file."""
    client = next(c for c in site.admin.get_clients() if c["clientId"] == CLIENT)
    return [client["secret"], site.cells.token, site.lab.keycloak.admin_password, site.lab.ldap.bind_password]


def test_the_role_changes_nothing_on_a_site_that_was_exported(site: Site, tmp_path: Path) -> None:
    set_up_by_hand(site)

    exported, file = export(site, tmp_path)

    assert exported.exit_code == 0, exported.output
    shown = exported.task("Show the settings that the variables cannot express").result["msg"]
    assert (shown["the role would change"], shown["not checked"]) == ([], [])
    assert exported.changes == ["Write the variables file"]
    text = file.read_text(encoding="utf-8")
    assert [secret for secret in secrets_of(site) if secret in text + exported.output] == []

    credentials = {name: site.role_variables[name] for name in ("sso_keycloak_username", "sso_keycloak_password")}
    credentials["sso_cells_token"] = site.cells.token
    set_up = run_playbook(PLAYBOOK, credentials, tmp_path / "play", "--extra-vars", f"@{file}", "--diff")

    assert set_up.exit_code == 0, set_up.output
    assert set_up.changes == []
    assert export(site, tmp_path)[0].changes == [], "a second export wrote another file"


def test_the_role_changes_exactly_the_listed_differences(site: Site, tmp_path: Path) -> None:
    set_up_by_hand(site, directAccessGrantsEnabled=True, webOrigins=["+"], redirectUris=[f"{site.cells.url}/*"])
    connector = cells_call(site, "GET", "oauth2connectors")["connectors"][-1]
    connector["configoidc"] |= {
        "clientSecret": OTHER_SECRET,
        "hostedDomains": ["example.org"],
    }
    cells_call(site, "PUT", f"oauth2connectors/{CONNECTOR}", connector)

    exported, file = export(site, tmp_path)

    shown = exported.task("Show the settings that the variables cannot express").result["msg"]
    url = site.cells.url
    assert shown["the role would change"] == [
        f"client {CLIENT}: directAccessGrantsEnabled is true, and the role changes it to false.",
        f'client {CLIENT}: redirectUris is ["{url}/*"], and the role changes it to ["{url}/auth/dex/callback"].',
        f'client {CLIENT}: webOrigins is ["+"], and the role changes it to ["{url}"].',
        f"connector {CONNECTOR}: {OTHER}",
    ]
    assert shown["left alone"] == [f'connector {CONNECTOR}: hostedDomains is ["example.org"].']
    text = file.read_text(encoding="utf-8")
    assert all(f"# - {line}" in text for line in shown["the role would change"])

    values = {**site.role_variables, **yaml.load(text, Loader=_AnsibleLike)}
    changed = run_role(
        site, "--check", **{name: value for name, value in values.items() if name != "sso_mapping_rules"}
    )
    assert {"Define the claim, and register the client with the client scope (S1, S2, G1-G6)"} <= set(changed.changes)


class _AnsibleLike(yaml.SafeLoader):
    """Reads !unsafe as text."""


_AnsibleLike.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


@pytest.fixture
def two_connectors(site: Site) -> Site:
    """A site with a second connector for the same realm."""
    set_up_by_hand(site)
    connector = cells_call(site, "GET", "oauth2connectors")["connectors"][-1]
    cells_call(site, "PUT", "oauth2connectors/partners", {**connector, "id": "partners"})
    return site


def test_one_of_several_connectors_is_named(two_connectors: Site) -> None:
    options = {**two_connectors.keycloak_options, **two_connectors.cells_options}

    unsure = call_module("sso_export_info", options)
    sure = call_module("sso_export_info", {**options, "connector_id": "partners"})

    assert "2 connectors of Cells match" in unsure["msg"]
    assert "partners (client filesharing" in unsure["msg"]
    assert sure["variables"]["sso_connector_id"] == "partners"
    assert ["sso_username_as_login" in line for line in sure["not_checked"]] == [True]
    assert two_connectors.cells.token not in json.dumps(sure)
