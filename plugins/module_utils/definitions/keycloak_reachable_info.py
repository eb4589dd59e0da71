# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_reachable_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.reachability import reach


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    return read([], **reach(call.options["issuer"], call.options["connection_timeout"]))


DEFINITION = Definition(
    argument_spec={
        "issuer": {"type": "str", "required": True},
        "connection_timeout": {"type": "int", "default": 10},
    },
    answer=answer,
)
