# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Cells takes the path of a configuration value apart."""

from __future__ import annotations

import re

ROOT = "#"
_INTEGER = re.compile(r"[+-]?[0-9]+")


def string_to_keys(*paths: str) -> list[str]:
    """Return the names in paths, one after the other.

    Brackets are slashes, two slashes become one in a single pass, those at the ends go. An empty path is skipped; an
    empty name can remain within one. A name # drops all names before it.
    """
    keys: list[str] = []
    for path in paths:
        if path:
            keys += path.replace("[", "/").replace("]", "/").replace("//", "/").strip("/").split("/")
    while ROOT in keys:
        keys = keys[keys.index(ROOT) + 1 :]
    return keys


def index_of(name: str) -> int | None:
    """Return a name as an index (an optional sign and digits, within 64 bits); None if it is not one."""
    if not _INTEGER.fullmatch(name):
        return None
    number = int(name)
    return number if -(2**63) <= number < 2**63 else None
