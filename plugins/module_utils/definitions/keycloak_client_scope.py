# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_client_scope: its options and what it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.client_scopes import ClientScope
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import OPTIONS as USAGE_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile, shown

OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "protocol": {"type": "str", "choices": ["openid-connect", "saml"]},
    "attributes": {"type": "dict"},
    "protocol_mappers": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "protocol_mapper": {"type": "str", "required": True},
            "config": {"type": "dict"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "protocol_mappers_mode": {"type": "str", "choices": ["add", "exact"], "default": "add"},
}
"""The options of one client scope, also of each client scope of keycloak_oidc_clients."""


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    resource = ClientScope(KeycloakSession(call.options, call.options["realm"]), call.options)
    result = bring_about(resource, call.check_mode)
    used_by = {"used_by": resource.used_by} if call.options["if_unused"] else {}
    return replace(result, values={**result.values, **used_by})


def bring_about(scope: ClientScope, check_mode: bool) -> Answer:
    """Bring a client scope to the state that its options declare. Raises SsoError."""
    result = reconcile(scope, check_mode)
    return reconciled(scope, result, client_scope=shown(scope, result.state))


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        realm={"type": "str", "required": True},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        **OPTIONS,
        **USAGE_OPTIONS,
    ),
    answer=answer,
)
