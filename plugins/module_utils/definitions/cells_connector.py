# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_connector: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import Connector
from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import MAPPING_RULES, cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile, shown


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    resource = Connector(CellsSession(call.options), call.options)
    result = reconcile(resource, call.check_mode)
    return reconciled(resource, result, connector=shown(resource, result.state), callback_url=resource.callback_url)


DEFINITION = Definition(
    argument_spec=cells_argument_spec(
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        connector_id={"type": "str", "required": True},
        name={"type": "str"},
        type={"type": "str", "choices": ["oidc"], "default": "oidc"},
        issuer={"type": "str"},
        client_id={"type": "str"},
        client_secret={"type": "str", "no_log": True},
        update_secret={
            "type": "str",
            "choices": ["when_differs", "always", "on_create"],
            "default": "when_differs",
            "no_log": False,
        },
        redirect_uri={"type": "str"},
        scopes={"type": "list", "elements": "str"},
        insecure_skip_email_verified={"type": "bool"},
        get_user_info={"type": "bool"},
        basic_auth_unsupported={"type": "bool"},
        user_id_key={"type": "str", "no_log": False},
        user_name_key={"type": "str", "no_log": False},
        hosted_domains={"type": "list", "elements": "str"},
        sites={"type": "list", "elements": "str"},
        mapping_rules=MAPPING_RULES,
        mapping_rules_mode={"type": "str", "choices": ["add", "exact"], "default": "add"},
    ),
    answer=answer,
)
