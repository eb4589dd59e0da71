# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known differences between the stand-in and Pydio Cells 4.0.1. docs/standin.md is generated from this file."""

from __future__ import annotations

_CLOSED = "Enterprise has this call; its code is closed"
CALLS = {
    "r011": _CLOSED,
    "r012": _CLOSED,
    "r013": _CLOSED,
    "r017": _CLOSED,
    "r022": _CLOSED,
    "r056": _CLOSED,
    "r058": _CLOSED,
    "r059": _CLOSED,
    "r067": "in Enterprise this is the callback of a connector, which refuses a state that it does not know",
}
"""Recorded calls that the stand-in as Enterprise answers otherwise than Home: id in the recordings, and why.

As Home it answers all recorded calls as the real one did.
"""

OTHERS = {
    "REST calls that the collection does not use": "error 500, after the same checks of token, rights, path and method",
    "`/oidc`": "only the discovery document, the keys and the beginning of a login",
    "The cookie's value": "the session itself, signed but not encrypted, and shorter",
    "The ID token": "fewer claims, so it is shorter",
    "`cells admin config list`": "shows the same values in a simpler table",
    "`config set` of item 17 of a list in `v4-tree`": "adds the item, like a later version; 4.0.1 panics",
    "Child processes": "do nothing; there are two, unless you set `STANDIN_CHILDREN`",
    "Migrations": "an existing file is never migrated",
    "An index above ten million": "ends like a panic; the real command runs out of memory at some point",
    "Remote configuration": "there is no etcd store: anything but `file:` is refused",
}
"""Other differences: the subject, and the stand-in's behavior."""
