# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module clock_skew_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import exposed, measure
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError, Unmet if the clocks are too far apart."""
    values = measure(call.options)
    return read(exposed(call.options), **values)


DEFINITION = Definition(
    argument_spec={
        "url": {"type": "str", "required": True},
        "max_skew": {"type": "float"},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "connection_timeout": {"type": "int", "default": 10},
    },
    answer=answer,
)
