# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all Cells modules share (doc fragment cells)."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback


def cells_argument_spec(**own: Any) -> dict[str, Any]:
    """Return the argument spec of a Cells module: the shared options and the module's own."""
    return {
        "cells_url": {"type": "str", "fallback": (env_fallback, ["CELLS_URL"])},
        "cells_token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["CELLS_TOKEN"])},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "connection_timeout": {"type": "int", "default": 10},
        **own,
    }


MAPPING_RULES: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "left_attribute": {"type": "str", "required": True},
        "right_attribute": {"type": "str", "required": True},
        "rule_string": {"type": "str"},
        "left_split": {"type": "str"},
        "right_value_template": {"type": "str"},
        "no_update": {"type": "bool"},
    },
}
"""The option with the mapping rules of a connector."""
