# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks and modules as a user does, in separate processes, and reads their results."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PLAY_LIMIT = 900
"""Seconds that a play may take: much longer than any does, unless many tests share the machine."""
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class TaskResult:
    """The result of one task on one host."""

    status: str
    task: str
    action: str
    result: dict[str, Any]

    @property
    def changed(self) -> bool:
        """Whether it changed something, or would in check mode."""
        return self.status == "ok" and bool(self.result.get("changed"))


@dataclass(frozen=True)
class Run:
    """A finished ansible-playbook."""

    exit_code: int
    output: str
    tasks: list[TaskResult] = field(default_factory=list)

    @property
    def changes(self) -> list[str]:
        """The names of the tasks that changed something."""
        return [task.task.partition(" : ")[2] or task.task for task in self.tasks if task.changed]

    @property
    def failure(self) -> str:
        """The message of the last task that failed: one that hides its result is followed by one that says why."""
        return next(str(task.result.get("msg")) for task in reversed(self.tasks) if task.status == "failed")

    def task(self, part_of_name: str) -> TaskResult:
        """Return the one task with that in its name."""
        found = [task for task in self.tasks if part_of_name in task.task]
        assert len(found) == 1, f"{part_of_name!r} is in {[task.task for task in self.tasks]}"
        return found[0]

    def recap(self) -> dict[str, int]:
        """Return the counts of the closing line: ok, changed, failed, …"""
        line = self.output.split("PLAY RECAP")[1]
        return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)}


def run_playbook(
    playbook: Path,
    variables: Mapping[str, Any],
    folder: Path,
    *arguments: str,
    programs: Path = BIN,
    **environment: str,
) -> Run:
    """Run a playbook with variables from a file that only its owner can read, and return the result.

    programs: the folder of the ansible-playbook to run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    values, results = folder / "vars.json", folder / "results.jsonl"
    values.touch(mode=0o600)
    values.write_text(json.dumps(dict(variables)), encoding="utf-8")
    results.unlink(missing_ok=True)
    env = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "task_results",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "TASK_RESULTS": str(results),
        **environment,
    }
    command = [str(programs / "ansible-playbook"), str(playbook), "--extra-vars", f"@{values}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=folder, timeout=PLAY_LIMIT, check=False)
    tasks = []
    if results.exists():
        for line in results.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            entry.pop("host")
            tasks.append(TaskResult(**entry))
    return Run(done.returncode, done.stdout + done.stderr, tasks)
