# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_oidc_client_info: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import list_clients
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    session = KeycloakSession(call.options, call.options["realm"])
    return read(session.warnings, clients=list_clients(session, call.options["client_id"]))


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(realm={"type": "str", "required": True}, client_id={"type": "str"}),
    answer=answer,
)
