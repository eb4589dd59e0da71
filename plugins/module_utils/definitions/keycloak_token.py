# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_token: its options and what it does."""

from __future__ import annotations

import time
from dataclasses import replace

from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import of_token
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.jwt import claims_of
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    options = call.options
    given, sent = options["token"], time.time()
    session = KeycloakSession(options, options["realm"] or options["auth_realm"])
    if options["realm"]:
        session.get("")
    # After that look, which has renewed a token that the server does not take any more.
    token, expires_in = session.token()
    skew = {} if token == given else of_token(session.url, claims_of(token), sent, time.time())
    values = {"token": token, "expires_in": expires_in, **({"clock_skew": skew} if skew else {})}
    return replace(read(session.warnings, **values), revealed=frozenset([token]))


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(realm={"type": "str"}),
    answer=answer,
)
