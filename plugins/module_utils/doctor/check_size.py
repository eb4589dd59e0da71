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
"""Bytes of an access token from which Keycloak's userinfo answers 431, as measured.

The limit of 64 KiB is for all headers of a request: beside some 190 bytes of others, 65,345 pass and 65,434 do not
(26.7.3).
"""

PROXY_LIMIT = 8_000
"""Bytes of an access token from which nginx and Apache answer 400 by default, if one is in front of Keycloak.

8,168 pass nginx 1.22.1 and 8,169 do not; 8,169 pass Apache 2.4.68 and 8,170 do not.
"""


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
        "Turn off get_user_info (sso_get_user_info), because the ID token has the claim too, or reduce the number "
        "of groups."
    )
    if size < KEYCLOAK_LIMIT:
        proxy = "A proxy in front of Keycloak with the usual limit of 8 KiB for a header refuses it at userinfo."
        return Finding(finding_id, WARNING, f"{seen} {proxy}", todo)
    return Finding(finding_id, BROKEN, f"{seen} Keycloak refuses it at userinfo, with status 431 (64 KiB).", todo)
