# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""keycloak_user_profile_attribute: its addition to a user profile, and the attributes that it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, URL, Script
from support.module import RunModule

MODULE = "keycloak_user_profile_attribute"
NAME = "cellsgroups"
PATH = "users/profile"
USERNAME = {"name": "username", "permissions": {"view": ["admin", "user"]}, "multivalued": False}
MARK = {"cellsops.sso": "made by keycloak_user_profile_attribute"}
OWN = {
    "name": NAME,
    "permissions": {"view": ["admin"], "edit": ["admin"]},
    "annotations": MARK,
    "multivalued": True,
}
OLDER = {key: value for key, value in OWN.items() if key != "multivalued"}


def profile(*attributes: dict[str, Any], **own: Any) -> dict[str, Any]:
    """Return a user profile as Keycloak shows it."""
    return {"attributes": [USERNAME, *attributes], "groups": [{"name": "user-metadata"}], **own}


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "name": NAME, **own}


def shows_version(script: Script, version: str) -> None:
    """Expect a request for the version, which only an older profile causes."""
    script.mock.get(f"{URL}/admin/serverinfo", json={"systemInfo": {"version": version}})


def test_the_attribute_is_added_to_what_the_profile_has(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get(PATH, profile())
    keycloak.put(PATH, profile(OWN), status=200, json=profile(OWN))
    keycloak.get(PATH, profile(OWN))

    outcome = run_module(MODULE, arguments())

    assert outcome["changed"] is True
    assert outcome["attribute"] == OWN


def test_a_version_that_does_not_know_multivalued_is_not_told(keycloak: Script, run_module: RunModule) -> None:
    username = {"name": "username"}
    keycloak.get(PATH, {"attributes": [username]})
    shows_version(keycloak, "24.0.5")
    keycloak.put(PATH, {"attributes": [username, OLDER]}, status=200, json={})
    keycloak.get(PATH, {"attributes": [username, OLDER]})
    shows_version(keycloak, "24.0.5")

    assert run_module(MODULE, arguments())["changed"] is True


@pytest.mark.parametrize(
    "shown",
    [
        profile({"name": NAME, "permissions": {"view": ["user"]}}),
        profile(unmanagedAttributePolicy="ENABLED"),
        profile(unmanagedAttributePolicy="ADMIN_EDIT"),
        profile(unmanagedAttributePolicy="ADMIN_VIEW"),
    ],
    ids=["defined by somebody else", "ENABLED", "ADMIN_EDIT", "ADMIN_VIEW"],
)
def test_nothing_is_written_if_the_attribute_gets_through(
    shown: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    keycloak.get(PATH, shown)

    assert run_module(MODULE, arguments())["changed"] is False


@pytest.mark.parametrize("realm", [{}, {"attributes": {"userProfileEnabled": "false"}}])
def test_nothing_is_written_if_the_realm_does_not_use_its_user_profile(
    realm: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    # 22.0.5 shows a profile all the same, and loses what is written into it.
    keycloak.get(PATH, {"attributes": [{"name": "username"}]})
    shows_version(keycloak, "22.0.5")
    keycloak.get("", realm)

    assert run_module(MODULE, arguments())["changed"] is False


def test_what_the_module_has_added_is_removed(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get(PATH, profile(OWN))
    keycloak.put(PATH, profile(), status=200, json=profile())
    keycloak.get(PATH, profile())

    outcome = run_module(MODULE, arguments(state="absent"))

    assert outcome["changed"] is True
    assert outcome["attribute"] == {}


def test_an_attribute_of_somebody_else_stays(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get(PATH, profile({**OWN, "annotations": {"inputType": "text"}}))

    assert run_module(MODULE, arguments(state="absent"))["changed"] is False


def test_an_attribute_that_another_client_needs_stays(keycloak: Script, run_module: RunModule) -> None:
    mapper = {"protocolMapper": "oidc-usermodel-attribute-mapper", "config": {"user.attribute": NAME}}
    clients = [{"clientId": name, "protocolMappers": [mapper]} for name in ("gone", "shop")]
    keycloak.get(PATH, profile(OWN))
    keycloak.get("client-scopes", [])
    keycloak.get("clients", clients)

    outcome = run_module(MODULE, arguments(state="absent", if_unused=True, apart_from_clients=["gone"]))

    assert outcome["changed"] is False
    assert outcome["used_by"] == ["shop"]
