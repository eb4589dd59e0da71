# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module without Ansible around it: its options, and the function that answers a task.

Two ways lead in: module.py runs a definition as a module, plugin_utils/in_place.py in the controller's process.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.source import RunCommand
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError, Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Resource, Result

CENSORED_PART, CENSORED_WHOLE = "********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""The texts with which Ansible replaces a secret within a value, and a value that is a secret."""

SHAPE_ERRORS = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""The errors for data of an unexpected shape, such as a list instead of a dict. Caught only here, at the top."""


def no_commands(*_words: Any, **_settings: Any) -> tuple[int, str, str]:
    """Stand for run_command if a task does not run as a module."""
    raise NotImplementedError("Only a module runs commands.")


@dataclass(frozen=True)
class Call:
    """The request of a task."""

    options: Mapping[str, Any]
    """The options, validated, with defaults and environment fallbacks."""
    check_mode: bool
    run_command: RunCommand = no_commands
    """Runs a command on the host, as AnsibleModule.run_command does; only a module can."""


@dataclass(frozen=True)
class Answer:
    """The return values of a task if nothing failed."""

    values: dict[str, Any]
    """The return values, plain data."""
    warnings: list[str] = field(default_factory=list)
    revealed: frozenset[str] = frozenset()
    """Secrets among the values that the task asked for: they are returned although they may also be options."""
    failure: str = ""
    """Why the task fails although it has values to return; empty if it does not."""


@dataclass(frozen=True)
class Outcome:
    """The result that Ansible shows for a task, whichever way it came in."""

    failed: bool
    answer: Answer

    @classmethod
    def failure(cls, message: str, values: Mapping[str, Any] | None = None) -> Outcome:
        """Return the result of a failed task: the message, and the values that were read anyway."""
        return cls(True, Answer({"msg": printable(message), **(values or {})}))


@dataclass(frozen=True)
class Definition:
    """One module: its options and its function."""

    argument_spec: dict[str, Any]
    """The options, as AnsibleModule and ArgumentSpecValidator take them."""
    answer: Callable[[Call], Answer]
    """Answers a task. Raises SsoError."""
    rules: dict[str, Any] = field(default_factory=dict)
    """Rules between options, as AnsibleModule and ArgumentSpecValidator take them, such as mutually_exclusive."""

    def outcome(self, call: Call) -> Outcome:
        """Answer a task."""

        def checked() -> Answer:
            check_secrets(self.argument_spec, call.options)
            return self.answer(call)

        return outcome_of(checked)


def check_secrets(spec: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Refuse a secret in which Ansible has hidden another one, of an earlier task. Raises InvalidInput."""
    for name, about in spec.items():
        value = options.get(name)
        if about.get("no_log") and is_censored(value):
            raise InvalidInput(
                f"{name}: Ansible has replaced a part of this value with ********, because an earlier task had a "
                "password or token that is a part of it. Use a longer password there, or a new secret here."
            )
        for item in value if isinstance(value, list) else [value]:
            if "options" in about and isinstance(item, dict):
                check_secrets(about["options"], item)


def outcome_of(ask: Callable[[], Answer]) -> Outcome:
    """Return the outcome of a task. An error becomes a failure: msg in one line, and the values that were read
    anyway."""
    try:
        answer = ask()
    except Unmet as error:
        return Outcome.failure(str(error), error.values)
    except SsoError as error:
        return Outcome.failure(str(error))
    except SHAPE_ERRORS as error:
        return Outcome.failure(_out_of_shape(error))
    values = {"msg": printable(answer.failure), **answer.values} if answer.failure else answer.values
    warnings = [printable(text) for text in dict.fromkeys(answer.warnings)]
    return Outcome(bool(answer.failure), Answer(values, warnings, answer.revealed))


def read(warnings: list[str], **values: Any) -> Answer:
    """Return the answer of a module that only reads. warnings: those of its session."""
    return Answer({"changed": False, **values}, warnings)


def reconciled(resource: Resource, result: Result, **own: Any) -> Answer:
    """Return the answer of a module that writes, from the engine's result. own: the module's own values."""
    lines = [action.line for action in result.actions]
    return Answer({"changed": result.changed, "diff": result.diff, "actions": lines, **own}, resource.warnings)


def is_censored(value: Any) -> bool:
    """Return whether Ansible has hidden a secret within a value (remove_values of ansible.module_utils).

    A value of nothing but asterisks is a server's mask, which is refused elsewhere, in other words.
    """
    if not isinstance(value, str):
        return False
    return value == CENSORED_WHOLE or (CENSORED_PART in value and bool(value.strip("*")))


def printable(text: str) -> str:
    """Return text with control characters, such as escape sequences in a name, written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _out_of_shape(error: Exception) -> str:
    """Return the line for data whose shape differs from its documentation; never the value itself."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"An answer of a server, or a file, does not have the documented form ({type(error).__name__} in "
        f"{place.name}, {os.path.basename(place.filename)} line {place.lineno}). Check the URL, and that no proxy "
        "answers instead of the server."
    )
