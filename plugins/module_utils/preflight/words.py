# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replaces the names of module options in messages with those of the variables of the role setup."""

from __future__ import annotations

import re

ROLE_VARIABLES = {
    "auth_keycloak_url": "sso_keycloak_url",
    "auth_realm": "sso_keycloak_auth_realm",
    "auth_username": "sso_keycloak_username",
    "auth_password": "sso_keycloak_password",
    "auth_client_id": "sso_keycloak_client_id",
    "auth_client_secret": "sso_keycloak_client_secret",
    "cells_url": "sso_cells_url",
    "cells_token": "sso_cells_token",
    "max_clock_skew": "sso_max_clock_skew",
    "validate_certs": "sso_validate_certs",
    "ca_path": "sso_ca_path",
    "connection_timeout": "sso_connection_timeout",
    "client_id": "sso_client_id",
    "connector_id": "sso_connector_id",
    "ldap_provider": "sso_ldap_provider",
    "ldap_mapper": "sso_mapper_name",
    "ldap_groups": "sso_ldap_groups",
    "groups_attribute": "sso_groups_attribute",
    "groups_source": "sso_groups_source",
    "groups_client": "sso_groups_client",
    "user_profile_attribute": "sso_user_profile_attribute",
    "config_path": "sso_cells_config_path",
    "cells_bin": "sso_cells_bin",
    "systemd_unit": "sso_cells_service",
    "stop_command": "sso_cells_stop_command",
    "start_command": "sso_cells_start_command",
}
"""The role's variable for each option of a module."""

_AT_THE_BEGINNING = {"issuer": "sso_issuer", "audience": "sso_audience"}
"""The same for names that are also ordinary words: they are options only at the beginning of a message."""
_OPTION = re.compile(rf"\b(?:{'|'.join(ROLE_VARIABLES)})\b|^(?:{'|'.join(_AT_THE_BEGINNING)})(?=:)")


def in_role_words(text: str) -> str:
    """Return a message about options of modules with the names of the role's variables."""
    return _OPTION.sub(lambda found: {**ROLE_VARIABLES, **_AT_THE_BEGINNING}[found[0]], text)
