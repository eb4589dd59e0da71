# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs contenders side by side: each in turn, on the same Keycloak, in a new realm each time."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.contenders import FIRST, UNCHANGED, Contender
from bench.measure import Command, Cost, measure, run
from bench.place import Place, new_place
from lab.errors import LabError
from lab.lab import Lab

# A contender that takes longer (seconds) is measured once: its share of the whole would be hours.
ONCE_ABOVE = 45
CALLBACKS = Path(__file__).parents[1] / "support" / "callback_plugins"
Costs = dict[str, dict[str, list[Cost]]]
"""{contender: {run: costs}}."""


def compare(
    lab: Lab, contenders: Sequence[Contender], repeat: int, missing: Callable[[Place], list[str]], warm: bool = True
) -> Costs:
    """Measure each contender repeat times, taking turns. missing: the differences between a place and the common end
    state.

    warm: whether each runs once before, not measured, so that nobody pays for cold files. Raises LabError if a
    contender fails, does not reach the end state, or changes anything in an unchanged run.
    """
    costs: Costs = {contender.name: {} for contender in contenders}
    for turn in range(0 if warm else 1, repeat + 1):
        for contender in contenders:
            runs = costs[contender.name]
            if any(cost.wall > ONCE_ABOVE for found in runs.values() for cost in found):
                continue
            with new_place(lab) as place:
                for kind, command in contender.commands(place).items():
                    cost = measure(command, place.folder, lab.keycloak)
                    _check(contender, kind, place, missing)
                    if turn:
                        runs.setdefault(kind, []).append(cost)
                    _tell(contender.name, kind, turn, cost)
    return costs


def repeat_play(lab: Lab, name: str, command: Command, repeat: int, folder: Path) -> dict[str, list[Cost]]:
    """Run a play once to bring everything about, then measure it unchanged, repeat times.

    Returns {"unchanged": costs}.

    Raises LabError if it fails or goes on changing something.
    """
    _tell(name, FIRST, 0, measure(command, folder, lab.keycloak))
    costs = []
    for turn in range(1, repeat + 1):
        cost = measure(command, folder, lab.keycloak)
        check_unchanged(name, folder)
        _tell(name, UNCHANGED, turn, cost)
        costs.append(cost)
    return {UNCHANGED: costs}


def count_module_tasks(commands: Mapping[str, Command], folder: Path) -> int:
    """Run an Ansible contender's commands; return how many tasks of the last one ran a module of this collection."""
    results = folder / "results.jsonl"
    for command in commands.values():
        results.unlink(missing_ok=True)
        env = {"ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS), "ANSIBLE_CALLBACKS_ENABLED": "task_results"}
        run(Command(command.arguments, {**command.env, **env, "TASK_RESULTS": str(results)}), folder)
    tasks = map(json.loads, results.read_text(encoding="utf-8").splitlines())
    return sum(task["status"] == "ok" and task["action"].startswith("cellsops.sso.") for task in tasks)


def _check(contender: Contender, kind: str, place: Place, missing: Callable[[Place], list[str]]) -> None:
    if contender.makes_state:
        lacking = missing(place)
        if lacking:
            raise LabError(f"{contender.name} did not bring about: {'; '.join(lacking[:5])}")
    if kind != FIRST:
        check_unchanged(contender.name, place.folder)


def check_unchanged(name: str, folder: Path) -> None:
    """Raise LabError if the recap of the Ansible run in folder counts changes; other programs have no recap."""
    output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    changes = sum(map(int, re.findall(r"\bchanged=(\d+)", output)))
    if changes:
        raise LabError(f"{name} changes {changes} things in an unchanged run")


def _tell(name: str, kind: str, turn: int, cost: Cost) -> None:
    which = f"turn {turn}" if turn else "warming up"
    figures = f"{cost.wall:7.2f} s, CPU {cost.cpu:6.2f} s, {cost.memory / 1e6:4.0f} MB, {cost.requests:.0f} requests"
    print(f"{name:36} {kind:24} {which:10} {figures}", file=sys.stderr, flush=True)
