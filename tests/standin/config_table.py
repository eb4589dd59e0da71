# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table that `cells admin config list` prints. Its contents are known; its layout is simplified (no wrapping)."""

from __future__ import annotations

from typing import Any

from standin import go_json


def table(root: Any, every_value: bool) -> str:
    """Return the configuration as a table.

    every_value: path and JSON of each value, as the newest v5 has it; else only the strings, one column a name.
    """
    rows = _every_value(root, []) if every_value else _strings(root, [])
    if every_value:
        rows = [["PATH", "VALUE"], *rows]
    columns = max((len(row) for row in rows), default=0)
    cells = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(columns)]
    rule = "+".join(["", *("-" * (width + 2) for width in widths), ""])
    lines = [
        "|".join(["", *(f" {cell:<{width}} " for cell, width in zip(row, widths, strict=True)), ""]) for row in cells
    ]
    if every_value:
        lines.insert(1, rule)
    return "\n".join([rule, *lines, rule, ""])


def _strings(value: Any, path: list[str]) -> list[list[str]]:
    if isinstance(value, dict):
        return [row for key in sorted(value) for row in _strings(value[key], [*path, key])]
    return [[*path, value]] if isinstance(value, str) and path else []


def _every_value(value: Any, path: list[str]) -> list[list[str]]:
    if isinstance(value, dict):
        return [row for key in sorted(value) for row in _every_value(value[key], [*path, key])]
    return [["/".join(path), value if isinstance(value, str) else go_json.compact(value)]]
