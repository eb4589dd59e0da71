# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the variables that the roles share into the role doctor, as the role setup has them; --check only compares.

The role setup is the source: its argument specification and its defaults. The doctor takes the first paragraph of a
description, since the others tell what setup does with the variable.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import yaml

ROLES = Path(__file__).parents[1] / "roles"
SPECS = "meta/argument_specs.yml"
OPTION = re.compile(r"^      (\w+):\n(?:        .*\n|\n)+", re.MULTILINE)


def load(path: str) -> Any:
    """Return a YAML file of a role."""
    return yaml.safe_load((ROLES / path).read_text(encoding="utf-8"))


def options(role: str) -> dict[str, Any]:
    """Return the options of a role by their names."""
    found: dict[str, Any] = load(f"{role}/{SPECS}")["argument_specs"]["main"]["options"]
    return found


def first_paragraph(option: dict[str, Any]) -> dict[str, Any]:
    """Return an option with the first paragraph of its description."""
    description = option["description"]
    return {**option, "description": description if isinstance(description, str) else description[0]}


def block(name: str, option: dict[str, Any]) -> str:
    """Return the lines of an option in the argument specification."""
    lines = [f"{name}:"]
    for key, value in option.items():
        if key == "description":
            lines += [
                "  description: >-",
                *textwrap.wrap(value, 130, initial_indent=" " * 4, subsequent_indent=" " * 4),
            ]
        elif isinstance(value, list):
            lines.append(f"  {key}: [{', '.join(map(str, value))}]")
        else:
            lines.append("  " + yaml.safe_dump({key: value}).strip().replace("''", '""'))
    return textwrap.indent("\n".join(lines), " " * 6) + "\n"


def other_defaults() -> list[str]:
    """Return a line for each variable that has another default in the role doctor."""
    setup, doctor = load("setup/defaults/main.yml"), load("doctor/defaults/main.yml")
    return [
        f"roles/doctor/defaults/main.yml: {name} is {doctor[name]!r}, and the role setup has {setup[name]!r}"
        for name in doctor
        if name in setup and doctor[name] != setup[name]
    ]


def main() -> None:
    """Exit with the differences, one line each."""
    source, target = options("setup"), options("doctor")
    # Lists of dicts have suboptions, which the two roles describe for what they do with them.
    shared = [name for name in target if name in source and "options" not in source[name]]
    wanted = {name: first_paragraph(source[name]) for name in shared}
    wrong = [name for name, option in wanted.items() if target[name] != option]
    if wrong and "--check" not in sys.argv:
        path = ROLES / "doctor" / SPECS
        text = path.read_text(encoding="utf-8")
        blocks = OPTION.sub(lambda found: block(found[1], wanted[found[1]]) if found[1] in wrong else found[0], text)
        path.write_text(blocks, encoding="utf-8")
        wrong = []
    lines = [f"roles/doctor/{SPECS}: {name} is not as in the role setup: run .ci/shared_options.py" for name in wrong]
    sys.exit("\n".join([*lines, *other_defaults()]) or 0)


if __name__ == "__main__":
    main()
