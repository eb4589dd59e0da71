# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How large a user's access token is: Cells sends it to userinfo in a header, and headers have limits (row C7)."""

from __future__ import annotations

import json

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import BROKEN, OK, WARNING, Finding
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

SIGNATURE_AND_HEADER = 500
"""Bytes of a token besides its claims: a header, and an RS256 signature of a key of 2,048 bits."""

KEYCLOAK_LIMIT = 65_000
"""Bytes of an access token from which Keycloak's userinfo answers 431 (26.7.3: 65,382 pass, 65,719 do not)."""

PROXY_LIMIT = 8_000
"""Bytes of one header that nginx and Apache take by default (8 KiB), if one is in front of Keycloak."""


def token_size(claims: State) -> int:
    """Return about how many bytes a token with these claims has, in base64url (RFC 7515)."""
    text = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return len(text) * 4 // 3 + SIGNATURE_AND_HEADER


def check_size(tokens: State, config: State, claim: str) -> Finding:
    """Judge whether the access token fits into a header.

    tokens: those of read_keycloak. config: configoidc of the connector, {} if it is not known.
    """
    finding_id, size = "token.size", token_size(tokens["access_token"])
    groups = tokens["access_token"].get(claim) or []
    seen = f"The access token has about {size:,} bytes, with {len(groups) if isinstance(groups, list) else 1} groups."
    if not config.get("getUserInfo") or size < PROXY_LIMIT:
        return Finding(finding_id, OK, seen)
    todo = (
        "Turn off get_user_info (sso_get_user_info), since the ID token has the claim too, or let fewer groups through."
    )
    if size < KEYCLOAK_LIMIT:
        proxy = "A proxy in front of Keycloak with the usual limit of 8 KiB for a header refuses it at userinfo."
        return Finding(finding_id, WARNING, f"{seen} {proxy}", todo)
    return Finding(finding_id, BROKEN, f"{seen} Keycloak refuses it at userinfo, with status 431 (64 KiB).", todo)
