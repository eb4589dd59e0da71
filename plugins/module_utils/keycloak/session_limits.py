# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session timeouts of a client that its realm does not allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import NotAuthorized
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import version_number
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession

LIMITS = {
    "client.session.idle.timeout": "ssoSessionIdleTimeout",
    "client.session.max.lifespan": "ssoSessionMaxLifespan",
}
"""Attributes of a client to the keys of its realm that limit them; all of them in seconds."""
SINCE = (26, 5)
"""The first version that refuses a value above the limit (seen on 26.7.3); older ones store it."""


def above_realm(session: KeycloakSession, attributes: Mapping[str, str]) -> list[str]:
    """Return a sentence for each session timeout that Keycloak refuses, as it is above that of the realm.

    attributes: those of the client that are to change. The realm and the version are read only if there is a timeout
    among them. If the server does not show its version, the sentences become warnings. Raises SsoError.
    """
    declared = {name: int(attributes[name]) for name in LIMITS if (attributes.get(name) or "").isdigit()}
    if not declared:
        return []
    realm = session.get("")
    limits = {name: _limit(realm, LIMITS[name]) for name in declared}
    sentences = [
        f"{name} is {seconds} seconds, and realm {session.realm} allows {limits[name]} ({LIMITS[name]}). Give a lower "
        "value, or raise that of the realm."
        for name, seconds in declared.items()
        if seconds > limits[name]
    ]
    if not sentences:
        return []
    try:
        return sentences if version_number(session.version()) >= SINCE else []
    except NotAuthorized:
        session.warnings += [f"Keycloak 26.5 and newer refuse this: {sentence}" for sentence in sentences]
        return []


def _limit(realm: Mapping[str, Any], key: str) -> int:
    """Return the limit in seconds; the one for "Remember me" counts only if the realm offers that."""
    keys = [key, f"{key}RememberMe"] if realm.get("rememberMe") else [key]
    return max(realm.get(name) or 0 for name in keys)
