# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declarations of the role setup on both servers, from its variables, in the options of the modules.

The role has them in roles/setup/vars/main/steps.yml and in its tasks; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import protocol_mappers

OIDC_SCOPE = "openid"
"""The scope of the protocol itself, for which Keycloak has no client scope."""

SWITCHED_OFF = (
    "public_client",
    "authorization_services_enabled",
    "implicit_flow_enabled",
    "direct_access_grants_enabled",
    "service_accounts_enabled",
    "bearer_only",
    "consent_required",
)
"""Options of the client that the role sets to false."""

ATTRIBUTES_OFF = (
    "oauth2.device.authorization.grant.enabled",
    "require.pushed.authorization.requests",
    "tls.client.certificate.bound.access.tokens",
    "dpop.bound.access.tokens",
    "client.use.lightweight.access.token.enabled",
)
ATTRIBUTES_CLEARED = (
    "request.object.required",
    "id.token.signed.response.alg",
    "id.token.encrypted.response.alg",
    "id.token.encrypted.response.enc",
    "user.info.response.signature.alg",
    "user.info.encrypted.response.alg",
    "user.info.encrypted.response.enc",
)


def client_options(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of keycloak_oidc_client (rows G1-G6, S1)."""
    url = variables["sso_cells_url"].rstrip("/")
    scopes = [name for name in variables["sso_scopes"] if name != OIDC_SCOPE]
    return {
        "client_id": variables["sso_client_id"],
        "name": variables["sso_client_name"],
        "enabled": True,
        "root_url": url,
        "base_url": url,
        "web_origins": [re.sub("^([^:]+://[^/]+).*$", r"\1", url)],
        "redirect_uris": [variables["sso_callback_url"]],
        "post_logout_redirect_uris": [],
        "standard_flow_enabled": True,
        **dict.fromkeys(SWITCHED_OFF, False),
        "client_authenticator_type": "client-secret",
        "pkce_method": "",
        "attributes": {**dict.fromkeys(ATTRIBUTES_OFF, False), **dict.fromkeys(ATTRIBUTES_CLEARED, "")},
        "rotate_secret_on": variables["sso_rotate_secret_on"] or None,
        "default_client_scopes": [*scopes, variables["sso_scope_name"]],
        "default_client_scopes_if_present": ["basic"],
    }


def scope_options(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of keycloak_client_scope (rows S1, S2)."""
    settings = {
        "attribute": variables["sso_groups_attribute"],
        "full_path": variables["sso_groups_full_path"],
        "client": variables["sso_groups_client"],
        "role_prefix": variables["sso_groups_role_prefix"],
    }
    name = variables["sso_protocol_mapper_name"]
    return {
        "name": variables["sso_scope_name"],
        "description": variables["sso_scope_description"],
        "protocol_mappers": protocol_mappers(variables["sso_groups_source"], name, settings),
    }


def ldap_options(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of keycloak_ldap_mapper (rows L1, L2) if the groups come from LDAP."""
    return {
        "ldap_provider": variables["sso_ldap_provider"],
        "name": variables["sso_mapper_name"],
        "user_model_attribute": variables["sso_groups_attribute"],
        "ldap_attribute": variables["sso_ldap_attribute"],
        "read_only": True,
        "always_read_value_from_ldap": True,
    }


def connector_options(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of cells_connector (rows C1-C8, M1), without the secret, which the role reads in Keycloak."""
    own = (
        "issuer",
        "client_id",
        "insecure_skip_email_verified",
        "get_user_info",
        "basic_auth_unsupported",
        "user_id_key",
        "user_name_key",
        "scopes",
        "mapping_rules",
    )
    return {
        "connector_id": variables["sso_connector_id"],
        "type": "oidc",
        "name": variables["sso_connector_name"],
        "redirect_uri": variables["sso_callback_url"],
        "sites": variables.get("sso_sites"),
        "mapping_rules_mode": "add",
        **{option: variables[f"sso_{option}"] for option in own},
    }
