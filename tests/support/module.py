# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module as Ansible does on a host: arguments in, the JSON that it prints out.

``run_module`` runs it in this process, in which tests have scripted the answers to its requests. ``call_module`` runs
it in a process of its own. That process is forked, so that libraries are imported once for all calls.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from ansible.module_utils.common import warnings as module_warnings

from support.module_arguments import patch_module_args

MODULES = "ansible_collections.cellsops.sso.plugins.modules"
SHOWN = ("changed", "diff", "actions")
"""The values that check mode must predict exactly."""
COUNTED = ("_global_warnings", "_global_deprecations")
"""The state that ansible-core keeps for a whole process, because a module is usually a separate process."""


@dataclass(frozen=True)
class Outcome:
    """The result of a module."""

    values: dict[str, Any]
    """The whole result."""
    printed: str
    """All output on stdout and stderr, which must not contain a secret."""

    @property
    def failed(self) -> bool:
        """Whether the module called fail_json."""
        return bool(self.values.get("failed"))

    @property
    def msg(self) -> str:
        """The error of a module that failed."""
        return str(self.values["msg"])

    @property
    def warnings(self) -> list[str]:
        """The warnings as text."""
        return [_text(warning) for warning in self.values.get("warnings", [])]

    def __getitem__(self, key: str) -> Any:
        """Return a value of a module that succeeded. If the module failed, the test fails."""
        assert not self.failed, self.msg
        return self.values[key]


RunModule = Callable[..., Outcome]
"""Takes a module's name, its options, and check=True for check mode."""


def run_module(name: str, options: Mapping[str, Any], check: bool = False) -> Outcome:
    """Run plugins/modules/<name>.py in this process, with its diff. Exceptions other than SystemExit are not caught."""
    main = importlib.import_module(f"{MODULES}.{name}").main
    for store in COUNTED:
        getattr(module_warnings, store).clear()
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": True}
    output, errors, code = io.StringIO(), io.StringIO(), None
    streams = (contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors))
    with streams[0], streams[1], _no_controller(), patch_module_args(arguments):
        try:
            main()
        except SystemExit as end:
            code = end.code
    outcome = Outcome(json.loads(output.getvalue()), output.getvalue() + errors.getvalue())
    assert code == (1 if outcome.failed else 0)
    return outcome


@contextlib.contextmanager
def _no_controller() -> Iterator[None]:
    """Tell ansible-core that this is not a controller, even if the tests have imported the controller's code."""
    internal: Any = sys.modules.get("ansible.module_utils._internal")
    before = getattr(internal, "is_controller", False)
    if before:
        internal.is_controller = False
    try:
        yield
    finally:
        if before:
            internal.is_controller = True


def call_module(
    name: str,
    options: Mapping[str, Any],
    *,
    check: bool = False,
    sent: bool = False,
    user: int | None = None,
    **environment: str,
) -> dict[str, Any]:
    """Run a module in a separate process, with its diff, and return its result.

    sent: also return the module's requests to servers, under ``sent``: a list of [method, URL, body]. user: the id of
    the user that it runs as, if this is root.
    """
    importlib.import_module(f"{MODULES}.{name}")
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        with os.fdopen(write_end, "wb") as pipe:
            try:
                answer = _result(name, options, check, sent, user, environment)
            except BaseException:  # noqa: BLE001 - it goes to the test, which fails on it
                answer = {"traceback": traceback.format_exc()}
            pipe.write(json.dumps(answer).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        result: dict[str, Any] = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert "traceback" not in result, result["traceback"]
    return result


def _result(
    name: str, options: Mapping[str, Any], check: bool, record: bool, user: int | None, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Run a module in this process, which ends after it, and return its result without Ansible's own keys."""
    if user is not None and os.geteuid() == 0:
        os.setgid(user)
        os.setuid(user)
    os.environ.update(environment)
    with _recorded() if record else contextlib.nullcontext() as sent:
        outcome = run_module(name, options, check)
    assert "Traceback" not in outcome.printed, outcome.printed
    own = {
        key: value for key, value in outcome.values.items() if key != "invocation" and not key.startswith("_ansible")
    }
    return {**own, "sent": sent} if record else own


@contextlib.contextmanager
def _recorded() -> Iterator[list[Any]]:
    """Yield the list of requests to servers: [method, URL, body]."""
    sent: list[Any] = []
    send = requests.Session.send

    def noting(session: requests.Session, request: requests.PreparedRequest, **settings: Any) -> Any:
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        sent.append([request.method, request.url, body])
        return send(session, request, **settings)

    requests.Session.send = noting  # type: ignore[method-assign,assignment]
    try:
        yield sent
    finally:
        requests.Session.send = send  # type: ignore[method-assign]


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


def assert_one_clear_line(result: Outcome | Mapping[str, Any], *words: str) -> None:
    """Assert that a module or task failed with one line, without a traceback, in which each of the words stands."""
    values = result.values if isinstance(result, Outcome) else result
    assert values.get("failed"), values
    message = str(values["msg"])
    assert message
    # The library responses says this of a call that is not in the script.
    assert "Connection refused by Responses" not in message, message
    assert "\n" not in message, message
    assert "Traceback" not in message, message
    assert values.get("exception") in (None, "(traceback unavailable)"), values["exception"]
    assert not isinstance(result, Outcome) or "Traceback" not in result.printed
    for word in words:
        assert word in message, message


def _text(warning: Any) -> str:
    """Return a warning's text: ansible-core 2.19 and later print a summary object, older ones a string."""
    if isinstance(warning, str):
        return warning
    event = warning.get("event") or warning["details"][0]
    return str(event["msg"])
