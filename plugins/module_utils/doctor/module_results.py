# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of doctor_info that take results of other modules, and the values that they take from a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REASON = {"type": "str"}
_OWN_NAMES = {"reason": "message"}
"""Suboptions that cannot have the name of the return value, because Ansible accepts no option with that name."""
_MESSAGE = {"msg": {"type": "str"}}
_REFRESH = {
    "after_seconds": {"type": "float", "required": True},
    "status": {"type": "int"},
    "ok": {"type": "bool", "required": True},
    "cause": {"type": "str"},
    "reason": _REASON,
}

RESULT_OPTIONS: dict[str, dict[str, Any]] = {
    "cells_config": {
        # The audience is as it is in the file: if it is not a list of strings, a finding says so.
        "static_clients": {
            "type": "list",
            "elements": "dict",
            "options": {"client_id": {"type": "str"}, "audience": {"type": "raw"}},
        },
        "life_spans": {
            "type": "dict",
            "options": {
                "access_token": {"type": "int", "no_log": False},
                "refresh_token": {"type": "int", "no_log": False},
            },
        },
        "oauth_secret_is_public": {"type": "bool"},
        "username_as_login": {"type": "list", "elements": "str"},
        **_MESSAGE,
    },
    "session": {
        "login": {
            "type": "dict",
            "options": {"username": {"type": "str"}, "roles": {"type": "list", "elements": "str"}},
        },
        "refused": {
            "type": "dict",
            "options": {"by": {"type": "str", "required": True}, "words": {"type": "str", "required": True}},
        },
        "refreshes": {"type": "list", "elements": "dict", "options": _REFRESH},
        "skipped": {"type": "bool"},
        **_MESSAGE,
    },
    "keycloak_from_cells": {
        "url": {"type": "str"},
        "reachable": {"type": "bool"},
        "problem": {"type": "str"},
        "reason": _REASON,
        "seconds": {"type": "float"},
        **_MESSAGE,
    },
}
"""The suboptions of each option, as an argument specification has them."""


def result_option(name: str) -> dict[str, Any]:
    """Return the specification of such an option."""
    return {"type": "dict", "default": {}, "options": RESULT_OPTIONS[name], "no_log": False}


def doctor_reading(result: Mapping[str, Any], option: str) -> dict[str, Any]:
    """Return the values of a registered result that an option of doctor_info takes.

    option: a key of RESULT_OPTIONS. If modules do not run on the host, the result is only msg, which says why.
    """
    if "module_stderr" in result:
        return {"msg": _without_modules(result)}
    return _selected(result, RESULT_OPTIONS[option])


def _selected(values: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: values.get(_OWN_NAMES.get(name, name)) for name in spec}
    known = {name: value for name, value in found.items() if value is not None}
    return {
        name: _selected_below(value, spec[name]["options"]) if "options" in spec[name] else value
        for name, value in known.items()
    }


def _selected_below(value: Any, spec: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        # A damaged configuration file may list something that is not a client.
        return [_selected(item, spec) for item in value if isinstance(item, Mapping)]
    return _selected(value, spec) if isinstance(value, Mapping) else value


def _without_modules(result: Mapping[str, Any]) -> str:
    """Return why modules do not run on a host. result: has module_stderr, as the module returned nothing."""
    lines = f"{result['module_stderr']}".strip().splitlines() or [f"{result.get('msg')}"]
    reason = f"Modules do not run on the Cells host ({lines[-1][:60].rstrip('.')})"
    return f"{reason}: set ansible_python_interpreter to Python 3.8 or newer."
