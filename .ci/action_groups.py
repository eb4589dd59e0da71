# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the action groups of meta/runtime.yml with what the documentation of each module says it belongs to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PREFIX = "cellsops.sso."


def documented() -> dict[str, set[str]]:
    """Return the modules of each group, as ansible-doc shows them."""
    modules = sorted(PREFIX + path.stem for path in (ROOT / "plugins/modules").glob("[!_]*.py"))
    shown = subprocess.run(["ansible-doc", "--json", *modules], stdout=subprocess.PIPE, check=True).stdout
    groups: dict[str, set[str]] = {}
    for module, page in json.loads(shown).items():
        membership = page["doc"].get("attributes", {}).get("action_group", {}).get("membership")
        # An empty list says that there is none; nothing at all, that somebody forgot.
        if membership is None:
            sys.exit(f"{module} names no action group in its documentation (attributes: action_group: membership)")
        for group in membership:
            groups.setdefault(group.removeprefix(PREFIX), set()).add(module.removeprefix(PREFIX))
    return groups


def main() -> None:
    """Exit with the differences, one line each."""
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    declared = {group: set(modules) for group, modules in runtime["action_groups"].items()}
    shown = documented()
    wrong = [
        f"action group {group}: meta/runtime.yml and the documentation differ in "
        + ", ".join(sorted(declared.get(group, set()) ^ shown.get(group, set())))
        for group in sorted({*declared, *shown})
        if declared.get(group) != shown.get(group)
    ]
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
