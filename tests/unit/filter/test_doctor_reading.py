# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter doctor_reading: the values of a registered result that an option of doctor_info takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.doctor_info import DEFINITION
from support.filters import Filter, FilterError

NAME = "doctor_reading"
ANSIBLE = {"changed": False, "failed": False, "failed_when_result": False, "warnings": ["old"], "invocation": {}}
RESULTS = {
    "cells_config": {
        "static_clients": [{"client_id": "cells-frontend", "audience": ["https://cells.example.org"]}],
        "life_spans": {"access_token": 600, "refresh_token": 5184000},
        "oauth_secret_is_public": False,
        "username_as_login": ["keycloak"],
    },
    "session": {
        "login": {"username": "dora", "roles": ["staff"]},
        "refreshes": [{"after_seconds": 0.2, "status": 200, "ok": True, "cause": "", "message": ""}],
    },
    "keycloak_from_cells": {
        "url": "https://sso.example.org/realms/cells/.well-known/openid-configuration",
        "reachable": True,
        "problem": "",
        "message": "",
        "seconds": 0.03,
    },
}


@pytest.mark.parametrize("option", RESULTS)
def test_only_values_of_the_option_are_returned(option: str, call_filter: Filter) -> None:
    # Ansible does not let an option have the name message.
    expected = json.loads(json.dumps(RESULTS[option]).replace('"message"', '"reason"'))
    assert call_filter(NAME, {**ANSIBLE, **RESULTS[option]}, option) == expected


def test_further_values_within_a_value_are_left_out(call_filter: Filter) -> None:
    client, span = {"client_name": "CellsFrontend", "grant_types": []}, {"id_token": 3600}
    wanted = RESULTS["cells_config"]
    result = {
        **wanted,
        "static_clients": [{**wanted["static_clients"][0], **client}],
        "life_spans": {**wanted["life_spans"], **span},
        "version": "4.4.13",
    }
    assert call_filter(NAME, result, "cells_config") == wanted


def test_what_is_not_known_is_left_out(call_filter: Filter) -> None:
    result = {"static_clients": [None, {"client_id": "other"}], "username_as_login": None}
    assert call_filter(NAME, result, "cells_config") == {"static_clients": [{"client_id": "other"}]}


@pytest.mark.parametrize("result", [{"failed": True, "msg": "There is no file."}, {"unreachable": True, "msg": "Gone"}])
def test_a_failure_gives_its_reason(result: dict[str, Any], call_filter: Filter) -> None:
    assert call_filter(NAME, result, "cells_config") == {"msg": result["msg"]}


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (
            'Traceback:\n  File "_loader.py", line 50\n    def f(_name, /):\nSyntaxError: invalid syntax\n',
            "SyntaxError",
        ),
        ("/bin/sh: 1: /opt/python3: not found\n", "/bin/sh: 1: /opt/python3: not found"),
        ("", "MODULE FAILURE"),
    ],
)
def test_a_host_on_which_no_module_runs_gives_one_line(stderr: str, reason: str, call_filter: Filter) -> None:
    failed = {"failed": True, "module_stderr": stderr, "module_stdout": "", "rc": 1, "msg": "MODULE FAILURE"}
    found = call_filter(NAME, failed, "cells_config")

    assert list(found) == ["msg"]
    assert found["msg"].startswith(f"Modules do not run on the Cells host ({reason}")
    assert found["msg"].endswith("): set ansible_python_interpreter to Python 3.8 or newer.")
    assert "\n" not in found["msg"]


@pytest.mark.parametrize(
    ("result", "option", "message"),
    [
        ("a text", "session", "takes the registered result of a task, not str"),
        ({}, "config", "takes no result in config. Choose one of cells_config, session, keycloak_from_cells."),
    ],
)
def test_anything_else_is_refused_in_one_line(result: Any, option: str, message: str, call_filter: Filter) -> None:
    with pytest.raises(FilterError, match=message) as raised:
        call_filter(NAME, result, option)
    assert "\n" not in str(raised.value)


def validated(option: str, value: dict[str, Any]) -> ValidationResult:
    """Return an option of the doctor as Ansible validates it."""
    return ArgumentSpecValidator({option: DEFINITION.argument_spec[option]}).validate({option: value})


@pytest.mark.parametrize("option", RESULTS)
def test_the_doctor_takes_the_values_that_the_filter_returns(option: str, call_filter: Filter) -> None:
    reading = call_filter(NAME, {**ANSIBLE, **RESULTS[option]}, option)
    result = validated(option, reading)

    assert result.error_messages == []
    assert reading.items() <= result.validated_parameters[option].items()


@pytest.mark.parametrize("option", RESULTS)
def test_the_doctor_refuses_a_value_that_it_does_not_read(option: str, call_filter: Filter) -> None:
    reading = call_filter(NAME, RESULTS[option], option)
    (message,) = validated(option, {**reading, "wrong": True}).error_messages

    assert message.startswith(f"{option}.wrong. Supported parameters include: ")
