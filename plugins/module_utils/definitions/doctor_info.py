# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module doctor_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.examine import examine
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.module_results import (
    RESULT_OPTIONS,
    result_option,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import GROUP_SOURCE_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    keycloak, cells = KeycloakSession(call.options, call.options["realm"]), CellsSession(call.options)
    report = examine(keycloak, cells, call.options)
    return read([*keycloak.warnings, *cells.warnings], report=report)


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        **cells_argument_spec(
            realm={"type": "str", "required": True},
            client_id={"type": "str", "required": True},
            connector_id={"type": "str", "default": "keycloak"},
            client_scope={"type": "str", "default": "cellsscope"},
            groups_attribute={"type": "str", "default": "cellsgroups"},
            **GROUP_SOURCE_OPTIONS,
            ldap_provider={"type": "str", "default": ""},
            ldap_attribute={"type": "str", "default": "memberOf"},
            roles={"type": "dict", "default": {}},
            username={"type": "str", "default": ""},
            group={"type": "str", "default": ""},
            dn_to_name={"type": "bool", "default": True},
            max_clock_skew={"type": "float", "default": 5},
            callback_url={"type": "str", "default": ""},
            **{name: result_option(name) for name in RESULT_OPTIONS},
        )
    ),
    answer=answer,
)
