# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a user is to Cells: e-mail, whether it is verified, and the login name (rows C6, C8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_reader import LOGIN_VARIABLE
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_claims import claims_for_cells
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import oidc
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, why
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


def check_identity(keycloak: KeycloakReadings, options: Mapping[str, Any], connector: State | None) -> list[Finding]:
    """Return the findings token.email, connector.email_verified and connector.login_name.

    keycloak: readings of read_keycloak. options: those of doctor_info. connector: None if it is not known.
    """
    claims, reason = claims_for_cells(keycloak, connector), ""
    if claims is None:
        tokens = keycloak.tokens
        reason = why(tokens) if tokens.error else "No tokens were previewed for a user."
    email = _check_email(claims, options["username"]) if claims is not None else skipped(reason, "token.email")[0]
    if not oidc(connector):
        return [email, *skipped("The connector is not known.", "connector.email_verified", "connector.login_name")]
    return [
        email,
        _check_email_verified(oidc(connector), claims, reason),
        _check_login_name(oidc(connector), options["connector_id"], options["cells_config"]),
    ]


def _check_email(claims: State, username: str) -> Finding:
    value = claims.get("email")
    if value and isinstance(value, str):
        return Finding("token.email", OK, f"The claim email of {username} is {value}.")
    seen = f"The claim email of {username} is {'not text' if value else 'not in the claims that Cells reads'}."
    todo = "Give the user an e-mail address in the directory, and let the connector ask for the scope email."
    return Finding("token.email", BROKEN, seen, todo)


def _check_email_verified(config: State, claims: State | None, reason: str) -> Finding:
    """Say whether Cells accepts the address of a user.

    Its connector refuses a missing claim, and passes on a false one, whose effect in Cells is not known.
    """
    finding_id = "connector.email_verified"
    if config.get("insecureSkipEmailVerified"):
        return Finding(finding_id, OK, "Cells accepts addresses that are not verified.")
    if claims is None:
        return Finding(finding_id, NOT_CHECKED, f"Cells accepts only verified addresses. {reason}")
    todo = (
        "If you trust the directory, turn on insecureSkipEmailVerified of the connector, or trustEmail of the LDAP "
        "provider."
    )
    verified = claims.get("email_verified")
    if verified is True:
        return Finding(finding_id, OK, "Cells accepts only verified addresses, and this user's address is verified.")
    if verified is False:
        return Finding(
            finding_id, WARNING, "The address of this user is not verified.", todo, ("email_verified_false",)
        )
    seen = (
        "Cells accepts only verified addresses, and the token of this user does not say whether the address is "
        "verified."
    )
    return Finding(finding_id, BROKEN, seen, todo)


def _check_login_name(config: State, connector_id: str, cells_config: Mapping[str, Any]) -> Finding:
    """Say which claim names users in Cells. cells_config: the result of cells_config_info, or {}."""
    finding_id, key = "connector.login_name", config.get("userNameKey") or ""
    if key in ("", "email"):
        assumes = () if key else ("login_name",)
        return Finding(finding_id, OK, "The login of users in Cells is their e-mail address.", assumes=assumes)
    listed = cells_config.get("username_as_login")
    if not isinstance(listed, list):
        seen = (
            f"The connector names users by the claim {key}. Whether this is their login in Cells depends on"
            f" {LOGIN_VARIABLE}, which was not read from a running Cells."
        )
        return Finding(finding_id, NOT_CHECKED, seen)
    if connector_id in listed:
        return Finding(finding_id, OK, f"The claim {key} is the login in Cells, by {LOGIN_VARIABLE}.")
    seen = (
        f"The connector names users by the claim {key}, but their login in Cells is their e-mail address:"
        f" {LOGIN_VARIABLE} does not list {connector_id}."
    )
    todo = f"Set {LOGIN_VARIABLE}={connector_id} for Cells before the first login, or name users by email."
    return Finding(finding_id, WARNING, seen, todo, ("login_name",))
