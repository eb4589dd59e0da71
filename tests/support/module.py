# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules fast: each in a forked process of its own, so that libraries are imported once for a whole table."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import requests
import yaml

from support.module_arguments import patch_module_args

MODULES = "ansible_collections.cellsops.sso.plugins.modules"
FRAGMENTS = "ansible_collections.cellsops.sso.plugins.doc_fragments"
SHOWN = ("changed", "diff", "actions")
"""What check mode must predict exactly."""


def call_module(
    name: str,
    options: Mapping[str, Any],
    *,
    check: bool = False,
    sent: bool = False,
    user: int | None = None,
    **environment: str,
) -> dict[str, Any]:
    """Run a module as Ansible does on a host, with its diff, and return its result.

    sent: also return what the module sent to servers, under ``sent``: a list of [method, URL, body]. user: the id of
    the user that it runs as, where this is root.
    """
    module = importlib.import_module(f"{MODULES}.{name}")
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": True}
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        if user is not None and os.geteuid() == 0:
            os.setgid(user)
            os.setuid(user)
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(_run(module.main, arguments, sent, environment))
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert "Traceback" not in answer["errors"], answer["errors"]
    result: dict[str, Any] = json.loads(answer["output"])
    if sent:
        result["sent"] = answer["sent"]
    return {key: value for key, value in result.items() if key != "invocation" and not key.startswith("_ansible")}


def _run(main: Any, arguments: Mapping[str, Any], record: bool, environment: Mapping[str, str]) -> bytes:
    """Run main in this process, which ends after it, and return what it printed and sent."""
    os.environ.update(environment)
    # A module on its host is no controller, whatever the tests have imported before.
    if internal := sys.modules.get("ansible.module_utils._internal"):
        internal.is_controller = False  # type: ignore[attr-defined]
    output, errors, sent = io.StringIO(), io.StringIO(), []
    if record:
        send = requests.Session.send

        def noting(session: requests.Session, request: requests.PreparedRequest, **settings: Any) -> Any:
            body = request.body.decode() if isinstance(request.body, bytes) else request.body
            sent.append([request.method, request.url, body])
            return send(session, request, **settings)

        requests.Session.send = noting  # type: ignore[method-assign]
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors), patch_module_args(arguments):
        try:
            main()
        except SystemExit:
            pass
        except BaseException:  # noqa: BLE001 - it goes to the test, which fails on it
            traceback.print_exc()
    return json.dumps({"output": output.getvalue(), "errors": errors.getvalue(), "sent": sent}).encode()


def predict_and_run(name: str, options: Mapping[str, Any], *, changed: bool = True, again: bool = True) -> Any:
    """Run a module in check mode, for real, and once more, which must change nothing; return the real result.

    Check mode must predict changed, diff and actions of the real run.
    """
    predicted = call_module(name, options, check=True)
    done = call_module(name, options)
    assert not done.get("failed"), done["msg"]
    assert not predicted.get("failed"), predicted["msg"]
    assert {key: predicted[key] for key in SHOWN} == {key: done[key] for key in SHOWN}
    assert done["changed"] is changed, done
    assert bool(done["actions"]) is changed
    if again:
        repeated = call_module(name, options)
        assert not repeated.get("failed"), repeated["msg"]
        assert not repeated["changed"], repeated
        assert repeated["actions"] == []
        assert repeated["diff"]["before"] == repeated["diff"]["after"]
    return done


def assert_one_clear_line(result: Mapping[str, Any], *words: str) -> None:
    """Assert that a module or task failed with one line, without a traceback, in which each of the words stands."""
    assert result.get("failed"), result
    message = str(result["msg"])
    assert message
    assert "\n" not in message, message
    assert "Traceback" not in message, message
    assert result.get("exception") in (None, "(traceback unavailable)"), result["exception"]
    for word in words:
        assert word in message, message


CONNECTION = ("keycloak", "cells")
"""The fragments of documentation with the options that all modules for a server share."""


def own_options(name: str) -> set[str]:
    """Return the options that a module's documentation has besides the shared ones, sub-options as option.name."""
    documentation = yaml.safe_load(importlib.import_module(f"{MODULES}.{name}").DOCUMENTATION)
    options: dict[str, Any] = documentation["options"]
    for fragment in documentation["extends_documentation_fragment"]:
        collection, _dot, file = fragment.rpartition(".")
        if collection == "cellsops.sso" and file not in CONNECTION:
            documented = importlib.import_module(f"{FRAGMENTS}.{file}").ModuleDocFragment.DOCUMENTATION
            options |= yaml.safe_load(documented).get("options", {})
    below = {f"{option}.{name}" for option, text in options.items() for name in text.get("suboptions", {})}
    return set(options) | below
