# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide on a site, row by row with the modules and without the role: it takes seconds."""

from __future__ import annotations

from typing import Any

from lab import rows
from lab.site import Site
from support.changes.change import TO_ROLES
from support.console import cells_call
from support.module import call_module

CLIENT = "localhost"


def apply_guide(site: Site) -> None:
    """Set up a new site as in the guide."""
    keycloak, url = site.keycloak_options, site.cells.url
    callback = f"{url}/auth/login/{rows.GUIDE_CONNECTOR}/callback"
    _done(
        "keycloak_ldap_mapper",
        {
            **keycloak,
            "ldap_provider": "ldap",
            "name": rows.GUIDE_LDAP_MAPPER,
            "user_model_attribute": rows.GUIDE_CLAIM,
            "ldap_attribute": "memberOf",
            "read_only": True,
            "always_read_value_from_ldap": True,
        },
    )
    flags = ("multivalued", "aggregate.attrs", "id.token.claim", "access.token.claim", "userinfo.token.claim")
    names = {"user.attribute": rows.GUIDE_CLAIM, "claim.name": rows.GUIDE_CLAIM, "jsonType.label": "String"}
    mapper = {
        "name": rows.GUIDE_PROTOCOL_MAPPER,
        "protocol_mapper": "oidc-usermodel-attribute-mapper",
        "config": {**names, **dict.fromkeys(flags, "true")},
    }
    _done("keycloak_client_scope", {**keycloak, "name": rows.GUIDE_SCOPE, "protocol_mappers": [mapper]})
    off = ("public_client", "implicit_flow_enabled", "direct_access_grants_enabled", "service_accounts_enabled")
    client = {
        "client_id": CLIENT,
        "root_url": url,
        "base_url": url,
        "redirect_uris": [callback],
        "web_origins": [url],
        **dict.fromkeys(off, False),
        "standard_flow_enabled": True,
        "default_client_scopes": [rows.GUIDE_SCOPE],
        "return_secret": True,
    }
    secret = _done("keycloak_oidc_client", {**keycloak, **client})["client_secret"]
    connector = {
        "connector_id": rows.GUIDE_CONNECTOR,
        "name": rows.GUIDE_CONNECTOR_NAME,
        "type": "oidc",
        "issuer": site.issuer,
        "client_id": CLIENT,
        "client_secret": secret,
        "scopes": ["openid", "profile", "email"],
        **dict.fromkeys(("insecure_skip_email_verified", "get_user_info", "basic_auth_unsupported"), True),
        "user_id_key": "email",
        "user_name_key": "email",
        "mapping_rules": [{"left_attribute": rows.GUIDE_CLAIM, "right_attribute": TO_ROLES["RightAttribute"]}],
    }
    _done("cells_connector", {**site.cells_options, **connector})
    # The module would need Cells to be stopped.
    clients = cells_call(site, "GET", "oauth2clients")["staticClients"]
    (frontend,) = (client for client in clients if client["client_id"] == "cells-frontend")
    cells_call(site, "PUT", "oauth2clients/cells-frontend", {**frontend, "audience": [url]})


def _done(name: str, options: dict[str, Any]) -> dict[str, Any]:
    result = call_module(name, options)
    assert not result.get("failed"), result["msg"]
    return result
