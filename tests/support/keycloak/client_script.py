# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client as Keycloak shows it, and the scripts that all tests of keycloak_oidc_client share."""

from __future__ import annotations

from typing import Any

from support.keycloak.scripted import BY_TOKEN, Script

MODULE = "keycloak_oidc_client"
CLIENT_ID = "demo.cells.pydio"
SERVER_SECRET = "standin-secret-made-by-keycloak-7e3d9b5a1c2f"
SERVER_ATTRIBUTES = {"backchannel.logout.session.required": "true"}
COMPUTED = {"realm_client": "false", "client.secret.creation.time": "1754000000"}
"""Attributes that never go back: Keycloak works them out itself."""
SCOPES = ("basic", "email", "profile", "cellsscope", "phone", "address", "service_account")
SCOPE_IDS = {name: f"scope-id-of-{name}" for name in SCOPES}


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "client_id": CLIENT_ID, **own}


def client(**own: Any) -> dict[str, Any]:
    """Return a confidential client as Keycloak shows it, with all that it adds on its own."""
    return {
        "id": "client-uuid",
        "clientId": CLIENT_ID,
        "protocol": "openid-connect",
        "enabled": True,
        "publicClient": False,
        "secret": SERVER_SECRET,
        "redirectUris": [],
        "webOrigins": [],
        "frontchannelLogout": True,
        "fullScopeAllowed": True,
        "attributes": {**COMPUTED, **SERVER_ATTRIBUTES},
        "defaultClientScopes": ["profile", "basic", "email"],
        "optionalClientScopes": ["phone", "address"],
        **own,
    }


def reads(script: Script, *found: dict[str, Any]) -> None:
    """Expect a look-up of the client, which finds these."""
    script.get("clients", list(found), clientId=CLIENT_ID)


def creates(script: Script, body: dict[str, Any], made: dict[str, Any]) -> None:
    """Expect that the client is not there, is made with this body and read back as made."""
    reads(script)
    script.post("clients", {"clientId": CLIENT_ID, "protocol": "openid-connect", **body})
    reads(script, made)


def along(before: dict[str, Any]) -> dict[str, Any]:
    """Return the keys that each PUT repeats: the attributes, without which Keycloak may fail (kc#10603), and the
    setting that Keycloak 26.0 would otherwise turn on."""
    attributes = {key: value for key, value in before.get("attributes", {}).items() if key not in COMPUTED}
    front = {"frontchannelLogout": before["frontchannelLogout"]} if "frontchannelLogout" in before else {}
    return {"attributes": attributes, **front} if before.get("attributes") else {}


def updates(script: Script, before: dict[str, Any], body: dict[str, Any]) -> None:
    """Expect that the client is there, is changed by a PUT of this body and read back with it."""
    reads(script, before)
    script.put("clients/client-uuid", {**along(before), **body})
    reads(script, {**before, **body})


def reads_scopes(script: Script) -> None:
    """Expect that the realm's client scopes are read; one for another protocol is among them."""
    scopes = [{"id": scope_id, "name": name, "protocol": "openid-connect"} for name, scope_id in SCOPE_IDS.items()]
    script.get("client-scopes", [{"id": "saml-id", "name": "role_list", "protocol": "saml"}, *scopes])


def reads_realm_defaults(script: Script, default: list[str], optional: list[str]) -> None:
    """Expect that the scopes are read which the realm gives a new client; one for another protocol is among them."""
    for kind, names in (("default", default), ("optional", optional)):
        scopes = [{"name": name, "protocol": "openid-connect"} for name in names]
        script.get(f"default-{kind}-client-scopes", [{"name": "role_list", "protocol": "saml"}, *scopes])
