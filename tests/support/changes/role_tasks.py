# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the role's tasks that use REST APIs without ansible-playbook: reads a JSON object of variables a line.

It takes a second instead of ten. Options come from the role's own task files, templated by Ansible, and go to the
definitions that Ansible would call. The answer is {msg (empty if all is well), warnings, changed (names of tasks)}.
"""

from __future__ import annotations

import copy
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

# Before the first import of a collection: Ansible brings its own way of importing those.
init_plugin_loader([])

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Call, Outcome
from ansible_collections.cellsops.sso.plugins.plugin_utils.in_place import plain

ROLE = Path(__file__).parents[3] / "roles/setup"
DEFINITIONS = "ansible_collections.cellsops.sso.plugins.module_utils.definitions"
NAMESPACE = "cellsops.sso."
STEPS = ("preflight", "ldap", "client", "client_secret", "connector", "audience_api", "verify")
OMITTED = "(omitted)"
ANSIBLES_OWN = {"ansible_check_mode": False, "ansible_run_tags": ["all"], "ansible_skip_tags": [], "omit": OMITTED}


class Role:
    """The role's tasks for one set of variables."""

    def __init__(self, loader: DataLoader, variables: dict[str, Any]) -> None:
        self._loader = loader
        self._variables = {**self._load("defaults/main.yml"), **ANSIBLES_OWN}
        for file in sorted((ROLE / "vars/main").glob("*.yml")):
            self._variables.update(self._load(f"vars/main/{file.name}"))
        self._variables.update(variables, sso_audience_method="api", setup_cells_host={"problems": []})
        (block,) = self._load("tasks/main.yml")
        self._defaults = block["module_defaults"]

    def run(self) -> dict[str, Any]:
        """Run all steps, until one fails."""
        answer: dict[str, Any] = {"msg": "", "warnings": [], "changed": []}
        for task in (task for step in STEPS for task in self._tasks(self._load(f"tasks/{step}.yml"))):
            outcome = self._outcome(task)
            answer["warnings"] += outcome.answer.warnings
            if outcome.failed:
                answer["msg"] = outcome.answer.values["msg"]
                return answer
            if outcome.answer.values.get("changed") and not task.get("check_mode"):
                answer["changed"].append(task["name"])
            if "register" in task:
                self._variables[task["register"]] = outcome.answer.values
                # The role's files say which of two tasks it is from.
                self._variables["setup_secret_now"] = self._variables.get("setup_secret", {}).get("client_secret", "")
        return answer

    def _load(self, path: str) -> Any:
        return self._loader.load_from_file(str(ROLE / path), trusted_as_template=True)

    def _tasks(self, tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the tasks that use a REST API, including those within blocks."""
        for task in tasks:
            yield from self._tasks(task.get("block", []))
            if self._module(task) not in ("", "cells_host_info"):
                yield task

    def _module(self, task: dict[str, Any]) -> str:
        return next((key[len(NAMESPACE) :] for key in task if key.startswith(NAMESPACE)), "")

    def _outcome(self, task: dict[str, Any]) -> Outcome:
        name = self._module(task)
        definition = importlib.import_module(f"{DEFINITIONS}.{name}").DEFINITION
        groups = {**self._defaults["group/cellsops.sso.keycloak"], **self._defaults["group/cellsops.sso.cells"]}
        known = {key: value for key, value in groups.items() if key in definition.argument_spec}
        templar = Templar(self._loader, variables=self._variables)
        given = plain(templar.template({**known, **task[NAMESPACE + name]}))
        options = {key: value for key, value in given.items() if value != OMITTED}
        validator = ArgumentSpecValidator(copy.deepcopy(definition.argument_spec), **definition.rules)
        validation = validator.validate(options)
        assert not validation.error_messages, validation.error_messages
        outcome: Outcome = definition.outcome(Call(validation.validated_parameters, bool(task.get("check_mode"))))
        return outcome


def main() -> None:
    """Answer until there is nothing more to read."""
    loader = DataLoader()
    for line in sys.stdin:
        print(json.dumps(Role(loader, json.loads(line)).run()), flush=True)


if __name__ == "__main__":
    main()
