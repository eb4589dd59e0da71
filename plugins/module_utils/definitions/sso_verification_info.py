# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module sso_verification_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import GROUP_SOURCE_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.verification import Verification


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError, Unmet if something is not as it should be."""
    verification = Verification(call.options, after_check_mode=call.check_mode)
    values = verification.values()
    return read(verification.warnings, **values)


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        **cells_argument_spec(
            realm={"type": "str", "required": True},
            client_id={"type": "str", "required": True},
            connector_id={"type": "str", "default": "keycloak"},
            connector_name={"type": "str", "required": True},
            scopes={"type": "list", "elements": "str", "default": ["openid", "profile", "email"]},
            username={"type": "str", "default": ""},
            expect_claims={"type": "list", "elements": "str", "default": []},
            audience={"type": "list", "elements": "str", "default": []},
            client_scope={"type": "str", "default": "cellsscope"},
            ldap_provider={"type": "str", "default": ""},
            ldap_attribute={"type": "str", "default": "memberOf"},
            **GROUP_SOURCE_OPTIONS,
            groups_claim={"type": "str", "default": "cellsgroups"},
            mapping_rules={"type": "list", "elements": "dict"},
            keycloak_clock={
                "no_log": False,
                "type": "dict",
                "options": {
                    "skew_seconds": {"type": "float", "required": True},
                    "uncertainty_seconds": {"type": "float", "required": True},
                    "source": {"type": "str"},
                },
            },
            max_clock_skew={"type": "float", "default": 5},
        )
    ),
    answer=answer,
)
