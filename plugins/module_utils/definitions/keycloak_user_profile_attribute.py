# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_user_profile_attribute: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import OPTIONS as USAGE_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.user_profile import UserProfileAttribute
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile, shown


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    resource = UserProfileAttribute(KeycloakSession(call.options, call.options["realm"]), call.options)
    result = reconcile(resource, call.check_mode)
    used_by = {"used_by": resource.used_by} if call.options["if_unused"] else {}
    return reconciled(resource, result, attribute=shown(resource, result.state), **used_by)


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        realm={"type": "str", "required": True},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        name={"type": "str", "required": True},
        **USAGE_OPTIONS,
    ),
    answer=answer,
)
