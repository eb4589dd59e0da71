# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites that together have every pair of answers to the open questions about Cells, and of stores (allpairspy)."""

from __future__ import annotations

import os

from allpairspy import AllPairs

from lab.cells_server import STORES
from standin.assumptions import VARIABLES
from standin.collection import ASSUMPTIONS

PART = slice(1, 2)
"""The site that is tried unless COVERING is ``full``: it has no default answer. Other tests try the defaults."""
NAMES = [*(each.id for each in ASSUMPTIONS), "store"]


def all_sites() -> list[dict[str, str]]:
    """Return the answers and the store of each site, by the ids of the assumptions and ``store``."""
    answers = [[*map(str, each.answers)] for each in ASSUMPTIONS]
    return [dict(zip(NAMES, row, strict=True)) for row in AllPairs([*answers, [*STORES]])]


def chosen_sites() -> list[dict[str, str]]:
    """Return all sites, or a part of them."""
    return all_sites() if os.environ.get("COVERING") == "full" else all_sites()[PART]


def environment(site: dict[str, str]) -> dict[str, str]:
    """Return the variables of a site's stand-in."""
    return {VARIABLES[name]: answer for name, answer in site.items() if name != "store"}
