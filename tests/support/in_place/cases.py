# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task for each module that may run in place; most of them write."""

from __future__ import annotations

from typing import Any

from support.scripted_servers import SECRET, TOKEN

PASSWORD = "standin-password-of-the-admin-0d5c1b7e9a"
OWN_SECRET = "standin-secret-that-is-declared-77a1c3e5"
CELLS_TOKEN = "standin-token-for-cells-4e1243bd22c66e76"
HIDDEN = (PASSWORD, OWN_SECRET, CELLS_TOKEN, SECRET, TOKEN)
"""Secrets that no output may show, except for the values that a task returns on request."""

COLLECTION = "cellsops.sso."

WRITERS = (
    "cells_config_audience",
    "cells_connector",
    "cells_role",
    "keycloak_client_scope",
    "keycloak_ldap_mapper",
    "keycloak_ldap_sync",
    "keycloak_oidc_client",
    "keycloak_oidc_clients",
    "keycloak_service_account_roles",
    "keycloak_user_profile_attribute",
)
"""The modules whose task changes something."""

PREDICTABLE = tuple(module for module in WRITERS if module != "keycloak_ldap_sync")
"""The writers that check mode predicts. An LDAP synchronization reports only afterwards, and each time, what it did."""

FAILING = {
    "cells_conformance",
    "cells_session_check",
    "keycloak_token_preview",
    "sso_export_info",
    "sso_preflight_info",
    "sso_verification_info",
}
"""The modules whose task fails, because an expectation is not met or an object is missing."""


def connections(url: str) -> dict[str, dict[str, Any]]:
    """Return the shared options of the two action groups."""
    keycloak = {"auth_keycloak_url": url, "auth_username": "admin", "auth_password": PASSWORD}
    return {"keycloak": keycloak, "cells": {"cells_url": url, "cells_token": CELLS_TOKEN}}


def own_options(url: str) -> dict[str, dict[str, Any]]:
    """Return each module's own options, by its name."""
    mapper = {"name": "groups", "protocol_mapper": "oidc-usermodel-attribute-mapper", "config": {"multivalued": True}}
    rule = {"left_attribute": "cellsgroups", "right_attribute": "Roles", "rule_string": "^(.*)$"}
    connector = {"name": "SSO", "issuer": f"{url}/realms/cells", "client_id": "demo", "client_secret": OWN_SECRET}
    return {
        "keycloak_client_scope": {"realm": "cells", "name": "cellsscope", "protocol_mappers": [mapper]},
        "keycloak_ldap_mapper": {
            "realm": "cells",
            "name": "groups",
            "ldap_provider": "ldap",
            "user_model_attribute": "cellsgroups",
            "ldap_attribute": "memberOf",
            "read_only": True,
        },
        "keycloak_ldap_sync": {"realm": "cells", "ldap_provider": "ldap"},
        "keycloak_oidc_client": {"realm": "cells", "client_id": "demo", "name": "Cells", "secret": OWN_SECRET},
        "keycloak_oidc_client_info": {"realm": "cells"},
        "keycloak_oidc_clients": {
            "realm": "cells",
            "client_scopes": [{"name": "cellsscope", "protocol_mappers": [mapper]}],
            "clients": [
                {"client_id": "one", "public_client": False, "secret": OWN_SECRET},
                {"client_id": "two", "public_client": True},
            ],
            # So that the requests have an order.
            "parallel": 1,
        },
        "keycloak_service_account_roles": {"realm": "cells", "client_id": "demo", "roles": ["manage-clients"]},
        "keycloak_token": {"realm": "cells"},
        "keycloak_user_profile_attribute": {"realm": "cells", "name": "cellsgroups"},
        "keycloak_token_preview": {
            "realm": "cells",
            "client_id": "demo",
            "username": "dora",
            "expect": ["contains(cellsgroups, 'admins')", "starts_with(sub, '5')"],
        },
        "cells_conformance": {
            "realm": "cells",
            "state": "absent",
            "test_instance": "127.0.0.1",
            "run": "0123456789ab",
        },
        "cells_connector": {"connector_id": "keycloak", "mapping_rules": [rule], **connector},
        "cells_connector_info": {},
        "cells_role": {"role_id": "staff", "label": "Staff"},
        "cells_role_info": {},
        "cells_config_audience": {"method": "api", "audience": ["https://cells.example.org"]},
        "cells_session_check": {"keycloak_url": url, "username": "dora", "password": PASSWORD},
        "clock_skew_info": {"url": url, "max_skew": 1e12},
        "doctor_info": {"realm": "cells", "client_id": "demo", "username": "dora"},
        "sso_export_info": {"realm": "cells", "connector_id": "keycloak"},
        "sso_preflight_info": {"realm": "cells", "client_id": "demo", "ldap_provider": "ldap"},
        "sso_verification_info": {
            "realm": "cells",
            "client_id": "demo",
            "connector_name": "SSO",
            "username": "dora",
            "keycloak_clock": {"skew_seconds": 0, "uncertainty_seconds": 1e9},
        },
    }


def groups(module: str) -> tuple[str, ...]:
    """Return the action groups whose shared options a module takes."""
    if module == "cells_conformance" or module.startswith(("doctor_", "sso_")):
        return ("keycloak", "cells")
    if module in ("clock_skew_info", "cells_session_check"):
        return ()
    return (module.partition("_")[0],)


def options(module: str, url: str) -> dict[str, Any]:
    """Return all options of a task."""
    shared = connections(url)
    given = {"cells_url": url} if module == "cells_session_check" else {}
    for group in groups(module):
        given.update(shared[group])
    return {**given, **own_options(url)[module]}


def tasks(url: str, *modules: str) -> list[dict[str, Any]]:
    """Return a task for each module, or for those that are named."""
    return [
        {"name": module, COLLECTION + module: options(module, url)} for module in (modules or sorted(own_options(url)))
    ]
