# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role that the message about a refused call names, according to Keycloak 26.7.3."""

from __future__ import annotations

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.rights import missing_right


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "clients", "the role view-clients"),
        ("PUT", "clients/1", "the role manage-clients"),
        ("GET", "clients/1/service-account-user", "the role view-clients"),
        ("GET", "clients/users/roles", "the role view-clients"),
        ("PUT", "clients/1/default-client-scopes/2", "the role manage-clients"),
        ("GET", "clients/1/evaluate-scopes/generate-example-id-token", "the role view-clients or view-users"),
        ("POST", "client-scopes", "the role manage-clients"),
        ("GET", "default-default-client-scopes", "the role view-clients"),
        ("GET", "components", "the role view-realm"),
        ("DELETE", "components/1", "the role manage-realm"),
        ("GET", "users", "the role view-users"),
        ("GET", "users/1/role-mappings/clients/2", "the role view-clients or view-users"),
        ("POST", "users/1/role-mappings/clients/2", "the role manage-users"),
        ("DELETE", "users/1/role-mappings/clients/2", "the role manage-users"),
        ("GET", "events", "a role"),
        ("GET", "", "a role"),
    ],
)
def test_the_role_is_that_of_the_area(method: str, path: str, role: str) -> None:
    sentence = missing_right(method, f"admin/realms/clients/{path}".rstrip("/"))

    assert sentence == f"The account lacks {role} of the client realm-management."


def test_a_call_that_is_about_no_realm_names_none() -> None:
    assert missing_right("GET", "admin/serverinfo") == "The account lacks a role of the client realm-management."


def test_in_the_realm_master_the_roles_are_of_another_client() -> None:
    assert missing_right("GET", "admin/realms/master/clients") == (
        "The account lacks the role view-clients of the client master-realm."
    )


def test_protocol_mappers_need_more_from_26_8_2_on() -> None:
    for path in ("client-scopes/1/protocol-mappers/models", "clients/1/protocol-mappers/models/2"):
        assert "manage-realm" in missing_right("POST", f"admin/realms/cells/{path}")
        assert "manage-realm" not in missing_right("GET", f"admin/realms/cells/{path}")
