# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of a new pydio.json: static clients in Cells' order, without audiences and secrets."""

from __future__ import annotations

import secrets
from typing import Any

SERVICES = "services"
OAUTH = "pydio.web.oauth"
FRONTEND = "cells-frontend"
"""The static client of Cells' own web interface: every session is refreshed as this one."""

VERSIONS = {"v4-tree": "4.4.13"}
LATER_VERSION = "5.0.0"
"""The output of `cells version` for a later store. It is not known which release has which store."""


def product_version(store: str) -> str:
    """Return the version that goes with a store."""
    return VERSIONS.get(store, LATER_VERSION)


def sample(store: str) -> dict[str, Any]:
    """Return a new configuration: v4 has the OAuth service in it, later ones get that at their first start."""
    config: dict[str, Any] = {"defaults": {"datasource": "pydiods1"}, "version": product_version(store)}
    if store == "v4-tree":
        config[SERVICES] = {"pydio.grpc.update": {"channel": "stable"}, OAUTH: oauth_service()}
    return config


def oauth_service() -> dict[str, Any]:
    """Return the OAuth service as a first start writes it."""
    return {
        "connectors": [{"id": "pydio", "name": "Pydio Cells", "type": "pydio"}],
        "cors": {"public": {"allowedOrigins": "*"}},
        "insecureRedirects": ["#insecure_binds...#/auth/callback"],
        "secret": secrets.token_hex(16),
        "staticClients": [
            {
                **_client("cells-frontend", "CellsFrontend Application", "#default_bind#/auth/callback"),
                "post_logout_redirect_uris": ["#default_bind#/auth/logout"],
                "revokeRefreshTokenAfterInactivity": "2h",
            },
            _client(
                "cells-sync",
                "CellsSync Application",
                "http://localhost:3000/servers/callback",
                "http://localhost:[3636-3666]/servers/callback",
            ),
            _client(
                "cells-client",
                "Cells Client CLI Tool",
                "http://localhost:3000/servers/callback",
                "#binds...#/oauth2/oob",
            ),
            _client("cells-mobile", "Mobile Applications", "cellsauth://callback"),
        ],
    }


def _client(client_id: str, name: str, *redirect_uris: str) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "client_name": name,
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": list(redirect_uris),
        "response_types": ["code", "token", "id_token"],
        "scope": "openid email profile pydio offline",
    }
