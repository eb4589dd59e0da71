# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module sso_export_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.export.export import Differences, variables_of
from ansible_collections.cellsops.sso.plugins.module_utils.export.hand_made import read_hand_made
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    keycloak, cells = KeycloakSession(call.options, call.options["realm"]), CellsSession(call.options)
    found = read_hand_made(keycloak, cells, call.options)
    variables = variables_of(found, call.options)
    differences = Differences(found, variables, keycloak, cells)
    return read(
        [*keycloak.warnings, *cells.warnings],
        variables=variables,
        not_expressible=differences.changed(call.options),
        left_alone=differences.left_alone(),
        not_checked=[*found.not_checked, *differences.not_checked],
    )


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        **cells_argument_spec(
            realm={"type": "str", "required": True},
            client_id={"type": "str"},
            connector_id={"type": "str"},
            cells_config={
                "type": "dict",
                "options": {
                    "static_clients": {"type": "list", "elements": "dict"},
                    "username_as_login": {"type": "list", "elements": "str"},
                },
            },
        )
    ),
    answer=answer,
)
