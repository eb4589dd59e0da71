# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter id_tokens (rows D1, D2)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: id_tokens
author:
  - cellsops.sso developers (@cellsops)
version_added: 1.0.0
short_description: The ID tokens in a log, decoded
description:
  - Finds the ID tokens (JSON Web Tokens, RFC 7519) in a text, such as a log of Pydio Cells in debug mode (rows D1 and
    D2 of the guide), and returns their headers and claims. Nobody can act as the user with the result.
  - Signatures are left out and not verified. Values that bind a token to a session are masked.
options:
  _input:
    description: The text.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the ID tokens in a log
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', '/var/cells/logs/pydio.log') | cellsops.sso.id_tokens }}"
"""

RETURN = r"""
_value:
  description: Each ID token once, in the order of the text, with its C(header) and C(claims).
  type: list
  elements: dict
"""

import re
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.cellsops.sso.plugins.module_utils.jwt import json_of
from ansible_collections.cellsops.sso.plugins.module_utils.wire import MASK

TOKEN = re.compile(r"\b(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]+")
"""Header and claims, each a JSON object in base64url, and a signature (RFC 7515, section 7.1)."""

BINDING = ("nonce", "at_hash", "c_hash", "s_hash", "sid", "session_state", "jti")


def id_tokens(text: Any) -> list[dict[str, Any]]:
    """Return header and claims of each ID token in a text. Raises AnsibleFilterError for anything but text."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"id_tokens takes a text, not {type(text).__name__}.")
    found: list[dict[str, Any]] = []
    for match in TOKEN.finditer(text):
        header, claims = json_of(match[1]), json_of(match[2])
        # Keycloak names the kind in typ; access tokens and the like are no ID tokens.
        if not header or not {"iss", "aud", "sub"} <= set(claims) or claims.get("typ", "ID") != "ID":
            continue
        shown = {key: MASK if key in BINDING else value for key, value in claims.items()}
        token = {"header": header, "claims": shown}
        if token not in found:
            found.append(token)
    return found


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"id_tokens": id_tokens}
