# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_session_check: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.session_check import SessionCheck
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    session = SessionCheck(call.options)
    if call.check_mode:
        skipped = "Check mode does not log in, so there is no session."
        return read(session.warnings, skipped=True, msg=skipped)
    return read(session.warnings, **session.check())


DEFINITION = Definition(
    argument_spec={
        "cells_url": {"type": "str", "required": True},
        "keycloak_url": {"type": "str", "required": True, "no_log": False},
        "connector_id": {"type": "str", "default": "keycloak"},
        "username": {"type": "str", "required": True},
        "password": {"type": "str", "required": True, "no_log": True},
        "wait": {"type": "int", "default": 0},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "connection_timeout": {"type": "int", "default": 10},
    },
    answer=answer,
)
