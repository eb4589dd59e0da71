# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cases of a table make test tries: the others are marked thorough, and make integration tries them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


def with_quick(table: Mapping[str, Any], *quick: str, several: bool = False) -> list[Any]:
    """Return each value of a table as a parameter with its name; all but the quick ones are marked thorough.

    several: a value is a tuple of several parameters.
    """
    unknown = set(quick) - set(table)
    assert not unknown, f"No case is named {', '.join(sorted(unknown))}"
    return [
        pytest.param(
            *(value if several else [value]),
            id=name,
            marks=[] if name in quick else [pytest.mark.thorough],
        )
        for name, value in table.items()
    ]
