# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way in for tasks on the controller: a definition runs in the process that runs the task, without a module.

That saves a task of building, copying and starting a module, which takes longer than the calls to the servers.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as ModuleAction
from ansible.utils.display import Display

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Call, Definition, Outcome

# Ansible loads an action plugin in its main process, before it forks one process per task, so these libraries are
# imported once. If a library is missing, the task that needs it says so. httpx imports httpcore only when
# python-keycloak makes a client, which would be once per task.
for _library in ("requests", "keycloak", "httpcore", "jmespath", "re2"):
    with contextlib.suppress(ImportError):
        importlib.import_module(_library)

SWITCH = "cellsops_sso_in_process"
"""The variable that turns this way off."""

DISCOVERED = ("", "auto", "auto_legacy", "auto_silent", "auto_legacy_silent")
"""Settings of the interpreter with which Ansible looks for one."""

BEFORE_PYTHON = ("PYTHON", "LD_", "DYLD_", "OPENSSL_", "MALLOC_")
"""How names of environment variables begin that count only when a Python starts."""


class InPlaceAction(ModuleAction):
    """Runs a definition in this process if the task is local, and otherwise as the module of the same name."""

    definition: Definition

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the task's result, which is the same either way."""
        variables = task_vars or {}
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        if not self._runs_in_place(variables, environment):
            result: dict[str, Any] = super().run(tmp, task_vars)
            return result
        Display().vvv(f"{self._task.action}: runs in the process of the controller ({SWITCH})")
        with surroundings(environment, self._loader.get_basedir()):
            return self._result(variables)

    def can_run_in_place(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether a task with these arguments only talks to REST APIs."""
        return True

    def _runs_in_place(self, variables: Mapping[str, Any], environment: Mapping[str, Any]) -> bool:
        return (
            self._is_switched_on(variables)
            and self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not any(name.startswith(BEFORE_PYTHON) for name in environment)
            and self.can_run_in_place(self._task.args)
            and is_this_python(self._interpreter(variables))
        )

    def _is_switched_on(self, variables: Mapping[str, Any]) -> bool:
        value = self._templar.template(variables.get(SWITCH, True))
        try:
            return bool(boolean(value))
        except TypeError as error:
            raise AnsibleActionFail(f"{SWITCH} is {value!r}. Give true or false.") from error

    def _interpreter(self, variables: Mapping[str, Any]) -> str:
        """Return the Python that the module would run with, empty if Ansible has yet to look for one."""
        if self._task.delegate_to:
            variables = variables["ansible_delegated_vars"][self._task.delegate_to]
        setting = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        # As it is: a copy of the text would not be known as a template any more.
        interpreter = str(self._templar.template(setting) or "").strip()
        if interpreter in DISCOVERED:
            interpreter = str(variables.get("ansible_facts", {}).get("discovered_interpreter_python") or "")
        return interpreter

    def _result(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Validate the arguments, answer the task and return the same result as AnsibleModule."""
        spec = copy.deepcopy(self.definition.argument_spec)
        validator = ArgumentSpecValidator(spec, **self.definition.rules)
        validation = validator.validate(plain(self._task.args))
        options, secrets = validation.validated_parameters, validation._no_log_values
        warnings = [f"Both option {w['option']} and its alias {w['alias']} are set." for w in validation._warnings]
        if validation.error_messages:
            outcome = Outcome.failure(self._reason(validation.errors))
        else:
            outcome = self.definition.outcome(Call(options, self._task.check_mode))
        warnings += outcome.answer.warnings
        invocation = {"module_args": remove_values(options, secrets)}
        values = {"failed": True, **outcome.answer.values} if outcome.failed else outcome.answer.values
        result = masked_result(plain(values), secrets - outcome.answer.revealed)
        if injects_invocation(variables):
            result["invocation"] = invocation
        if warnings:
            result["warnings"] = remove_values(warnings, secrets)
        if validation._deprecations:
            result["deprecations"] = validation._deprecations
        return result

    def _reason(self, errors: Any) -> str:
        if isinstance(errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._task.action}) module: {errors.msg}"
        return str(errors.msg)


def is_this_python(interpreter: str) -> bool:
    """Return whether a path is that of the Python that runs this, by this name or another one in the same folder."""
    if not os.path.isabs(interpreter) or not os.path.exists(interpreter):
        return False
    here, there = os.path.normpath(sys.executable), os.path.normpath(interpreter)
    # The same file in another folder may be another virtual environment.
    return os.path.dirname(here) == os.path.dirname(there) and os.path.samefile(here, there)


@contextlib.contextmanager
def surroundings(environment: Mapping[str, Any], folder: str) -> Iterator[None]:
    """Give this process the environment of the task, and the folder in which a local module runs, for a while."""
    before = {name: os.environ.get(name) for name in environment}
    place = os.getcwd()
    try:
        os.environ.update({str(name): str(value) for name, value in environment.items()})
        os.chdir(folder)
        yield
    finally:
        os.chdir(place)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def plain(value: Any) -> Any:
    """Return a value as JSON would carry it: without Ansible's own types, such as tagged or vaulted strings."""
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            # The conversion to the type itself drops the attributes of a derived type.
            return kind.__str__(value) if kind is str else kind(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)


def masked_result(values: dict[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Return a result without secrets. As in AnsibleModule, a bool or None at the top level is not a secret."""
    preserved = {key: value for key, value in values.items() if value is None or isinstance(value, bool)}
    return {**remove_values(values, secrets), **preserved}


def injects_invocation(variables: Mapping[str, Any]) -> bool:
    """Return whether results carry the arguments: always before ansible-core 2.21, which has a setting for it."""
    if "INJECT_INVOCATION" not in constants.config.get_configuration_definitions():
        return True
    return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=variables))
