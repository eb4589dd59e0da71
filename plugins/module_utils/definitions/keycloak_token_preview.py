# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_token_preview: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.token_preview import preview


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError, Unmet if an expectation does not hold."""
    session = KeycloakSession(call.options, call.options["realm"])
    return read(session.warnings, **preview(session, call.options))


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        realm={"type": "str", "required": True},
        client_id={"type": "str", "required": True},
        username={"type": "str", "required": True},
        scope={"type": "str", "default": "openid"},
        expect_claims={"type": "list", "elements": "str", "default": []},
        expect={"type": "list", "elements": "str", "default": []},
    ),
    answer=answer,
)
