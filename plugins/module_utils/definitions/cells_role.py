# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_role: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import Role
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile, shown


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    resource = Role(CellsSession(call.options), call.options)
    result = reconcile(resource, call.check_mode)
    used_by = {"used_by": resource.used_by} if call.options["if_unused"] else {}
    return reconciled(resource, result, role=shown(resource, result.state), **used_by)


DEFINITION = Definition(
    argument_spec=cells_argument_spec(
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        role_id={"type": "str", "required": True},
        label={"type": "str"},
        if_unused={"type": "bool", "default": False},
        apart_from_connectors={"type": "list", "elements": "str", "default": []},
    ),
    answer=answer,
)
