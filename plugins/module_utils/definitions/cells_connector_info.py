# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_connector_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import (
    list_connectors,
    login_connectors,
    without_secrets,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    session = CellsSession(call.options)
    connectors = without_secrets(list_connectors(session, call.options["connector_id"]))
    return read(session.warnings, connectors=connectors, login_connectors=login_connectors(session))


DEFINITION = Definition(
    argument_spec=cells_argument_spec(connector_id={"type": "str"}),
    answer=answer,
)
