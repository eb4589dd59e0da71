# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of a session: which of the options count, and what to do if Keycloak refuses them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput

CREDENTIALS = {
    "auth_username": "KEYCLOAK_USERNAME",
    "auth_password": "KEYCLOAK_PASSWORD",
    "auth_client_secret": "KEYCLOAK_CLIENT_SECRET",
    "token": "KEYCLOAK_TOKEN",
}
"""Options for credentials, and the environment variables that replace them (keycloak_argument_spec)."""

PERSON = ("auth_username", "auth_password")


def explicit_first(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without those credentials of the environment that would win over explicit ones."""
    explicit = {
        name for name, variable in CREDENTIALS.items() if params[name] and params[name] != os.environ.get(variable)
    }
    unwanted = list(PERSON) if "auth_client_secret" in explicit else []
    if explicit - {"token"}:
        unwanted.append("token")
    return {**params, **dict.fromkeys(name for name in unwanted if name not in explicit)}


def login_advice(by_password: bool) -> str:
    """Return what to do if Keycloak refuses the credentials, of a person or else of a service account."""
    if not by_password:
        return "Check the client, its service account and its secret."
    return (
        "Check the account and its password. An account that has a second factor, or a required action to do (such as "
        "a new password), cannot log in this way: use a service account (auth_client_id, auth_client_secret), which "
        "the playbook cellsops.sso.service_account creates."
    )


def login_settings(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return python-keycloak's arguments for a login; {} if none is possible. Raises InvalidInput if a part is
    missing."""
    if bool(params["auth_username"]) != bool(params["auth_password"]):
        missing = "auth_password" if params["auth_username"] else "auth_username"
        if not params["token"]:
            raise InvalidInput(f"auth_username and auth_password are required together: {missing} is missing.")
    client = {"client_id": params["auth_client_id"], "client_secret_key": params["auth_client_secret"] or None}
    if params["auth_username"] and params["auth_password"]:
        return {
            **client,
            "grant_type": "password",
            "username": params["auth_username"],
            "password": params["auth_password"],
        }
    if params["auth_client_secret"]:
        return {**client, "grant_type": "client_credentials"}
    return {}


def certificate(params: Mapping[str, Any]) -> str | tuple[str, str] | None:
    """Return the client certificate as requests takes it: one file, or those of the certificate and of its key."""
    if params["client_key"] and not params["client_cert"]:
        raise InvalidInput("client_key requires client_cert, which is missing.")
    if params["client_cert"] and params["client_key"]:
        return (params["client_cert"], params["client_key"])
    only: str | None = params["client_cert"]
    return only
