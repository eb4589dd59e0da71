# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_role_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import list_roles, search_roles, shown_roles
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    session = CellsSession(call.options)
    role_id, label = call.options["role_id"], call.options["label"]
    roles = list_roles(session) if role_id is None else search_roles(session, {"Uuid": [role_id]})
    # Cells may find others too: it knows patterns, and its database need not tell small letters from capitals.
    wanted = {key: value for key, value in (("Uuid", role_id), ("Label", label)) if value is not None}
    found = [role for role in roles if all(role.get(key) == value for key, value in wanted.items())]
    return read(session.warnings, roles=shown_roles(found))


DEFINITION = Definition(
    argument_spec=cells_argument_spec(role_id={"type": "str"}, label={"type": "str"}),
    answer=answer,
)
