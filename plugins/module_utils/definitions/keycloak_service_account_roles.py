# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_service_account_roles: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.service_accounts import ROLES, ServiceAccountRoles
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    resource = ServiceAccountRoles(KeycloakSession(call.options, call.options["realm"]), call.options)
    result = reconcile(resource, call.check_mode)
    return reconciled(resource, result, roles=(result.state or {})[ROLES])


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        realm={"type": "str", "required": True},
        client_id={"type": "str", "required": True},
        roles_client={"type": "str"},
        roles={"type": "list", "elements": "str", "required": True},
        mode={"type": "str", "choices": ["add", "exact"], "default": "add"},
    ),
    answer=answer,
)
