# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""keycloak_ldap_sync: which request it sends, and what becomes of Keycloak's counts."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import RunModule, assert_one_clear_line

MODULE = "keycloak_ldap_sync"
COMPONENTS = [
    {
        "id": "ldap-uuid",
        "name": "ldap",
        "providerId": "ldap",
        "providerType": "org.keycloak.storage.UserStorageProvider",
    },
    {"id": "elsewhere", "name": "groups", "parentId": "another-uuid"},
    {"id": "mapper-uuid", "name": "groups", "parentId": "ldap-uuid"},
]
COUNTS = {"added": 2, "updated": 3, "removed": 0, "failed": 0}


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "ldap_provider": "ldap", **own}


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({}, "user-storage/ldap-uuid/sync?action=triggerFullSync"),
        ({"mode": "full"}, "user-storage/ldap-uuid/sync?action=triggerFullSync"),
        ({"mode": "changed"}, "user-storage/ldap-uuid/sync?action=triggerChangedUsersSync"),
        ({"mapper": "groups"}, "user-storage/ldap-uuid/mappers/mapper-uuid/sync?direction=fedToKeycloak"),
        (
            {"mapper": "groups", "direction": "to_ldap"},
            "user-storage/ldap-uuid/mappers/mapper-uuid/sync?direction=keycloakToFed",
        ),
    ],
)
def test_the_request_and_the_counts(own: dict[str, str], path: str, keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("components", COMPONENTS)
    keycloak.post(path, None, status=200, json={**COUNTS, "ignored": False, "status": "in words"})

    outcome = run_module(MODULE, arguments(**own))

    assert {name: outcome[name] for name in COUNTS} == COUNTS
    assert outcome["changed"] is True


def test_users_that_keycloak_already_had_are_not_a_change(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("components", COMPONENTS)
    answer = {**COUNTS, "added": 0}
    keycloak.post("user-storage/ldap-uuid/sync?action=triggerFullSync", None, status=200, json=answer)

    assert run_module(MODULE, arguments())["changed"] is False


def test_a_failure_of_keycloak_fails_with_the_counts(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("components", COMPONENTS)
    answer = {**COUNTS, "failed": 4}
    keycloak.post("user-storage/ldap-uuid/sync?action=triggerFullSync", None, status=200, json=answer)

    outcome = run_module(MODULE, arguments())

    assert_one_clear_line(outcome, "4", "users of LDAP provider ldap")
    assert {name: outcome.values[name] for name in COUNTS} == {**answer, "failed": True}


def test_check_mode_looks_for_the_mapper_and_synchronizes_nothing(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("components", COMPONENTS)
    keycloak.get("components", COMPONENTS)

    outcome = run_module(MODULE, arguments(mapper="groups"), check=True)
    missing = run_module(MODULE, arguments(mapper="group"), check=True)

    assert outcome["actions"] == ["synchronize the LDAP mapper groups"]
    assert "added" not in outcome.values
    assert_one_clear_line(missing, "'group'", "Existing mappers: groups")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"mapper": "groups", "mode": "changed"}, ["mode", "only applies to users"]),
        ({"direction": "to_ldap"}, ["direction", "requires mapper"]),
    ],
)
def test_options_that_do_not_go_together(
    own: dict[str, str], words: list[str], keycloak: Script, run_module: RunModule
) -> None:
    assert_one_clear_line(run_module(MODULE, arguments(**own)), *words)


def test_a_refusal_names_the_right(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("components", COMPONENTS)
    path = "user-storage/ldap-uuid/sync?action=triggerFullSync"
    keycloak.post(path, None, status=403, json={"error": "HTTP 403 Forbidden"})

    assert_one_clear_line(run_module(MODULE, arguments()), "HTTP 403", "manage-users")
