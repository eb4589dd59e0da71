# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs one play in the controller's process and once more with modules, and returns the complete results of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support.scripted_servers import Servers

BIN = Path(sys.executable).parent
LIMIT = 900
"""Seconds for a play, of which some run a module twenty times, also on a machine that is busy otherwise."""
VOLATILE = ("skew_seconds", "uncertainty_seconds", "checked_at", "timedout", "delta", "start", "end")
"""Return values that differ from run to run."""


@dataclass(frozen=True)
class Play:
    """Tasks and what is around them."""

    tasks: list[dict[str, Any]]
    """Each with its module's name as the one key that holds a dot."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """Of the play."""
    inventory: str = ""
    arguments: tuple[str, ...] = ()
    """Of ansible-playbook."""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """Beside the playbook: name to content."""


@dataclass(frozen=True)
class Way:
    """The result of a play in one of the two ways."""

    results: dict[str, Any]
    """Each task's whole result, by its name."""
    output: str
    requests: list[str]

    @property
    def modules(self) -> int:
        """How many tasks ran as modules of this collection, which Ansible itself says at this verbosity."""
        return self.output.count("/plugins/modules/")


def both_ways(play: Play, servers: Servers, folder: Path) -> tuple[Way, Way]:
    """Run a play in place and with modules, on servers that are as new each time."""
    return run(play, servers, folder / "in_place", True), run(play, servers, folder / "modules", False)


def run(play: Play, servers: Servers, folder: Path, in_place: bool) -> Way:
    """Run a play one way."""
    (folder / "plays").mkdir(parents=True)
    servers.reset()
    for name, content in play.files.items():
        (folder / "plays" / name).write_text(content, encoding="utf-8")
    registered = [
        {**task, "register": f"result_{number}", "ignore_errors": True} for number, task in enumerate(play.tasks)
    ]
    names = {f"result_{number}": task["name"] for number, task in enumerate(play.tasks)}
    results = folder / "results.json"
    template = "{{ {" + ", ".join(f"'{name}': {name} | default(none)" for name in names) + "} | to_json }}"
    keep = {"ansible.builtin.copy": {"content": template, "dest": str(results)}, "delegate_to": "localhost"}
    quiet = {"no_log": True, "check_mode": False, "diff": False, "environment": {}}
    play_of_all = {"hosts": "localhost", "gather_facts": False, **play.keywords, "tasks": [*registered, keep | quiet]}
    (folder / "plays/play.yml").write_text(yaml.safe_dump([play_of_all], sort_keys=False), encoding="utf-8")
    command = [str(BIN / "ansible-playbook"), "plays/play.yml", "-vvvv", "-e", f"cellsops_sso_in_process={in_place}"]
    if play.inventory:
        (folder / "hosts").write_text(play.inventory, encoding="utf-8")
        command += ["-i", "hosts"]
    output = finish([*command, *play.arguments], folder, play.environment)
    values = json.loads(results.read_text(encoding="utf-8"))
    return Way({names[name]: settled(value) for name, value in values.items()}, output, list(servers.requests))


def finish(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command of Ansible to its end and return all that it printed."""
    env = {
        **os.environ,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PIPELINING": "true",
        **environment,
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT, check=False)
    return done.stdout + done.stderr


def settled(value: Any) -> Any:
    """Return a result without measured values."""
    if isinstance(value, dict):
        return {key: "measured" if key in VOLATILE else settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return value
