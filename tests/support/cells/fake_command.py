# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command that takes the arguments of cells admin config set, and behaves well or badly in one of several ways."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

BEHAVIOUR = "FAKE_CELLS_BEHAVIOUR"
"""The environment variable that names a behavior; "good" if it is not set."""

CALLS = "calls.jsonl"
"""The file beside the command to which each call adds one line: its arguments, environment and folder."""


def install(folder: Path) -> Path:
    """Write the command cells into a folder and return its path."""
    command = folder / "cells"
    command.write_text(f"#!{sys.executable}\n{Path(__file__).read_text(encoding='utf-8')}", encoding="utf-8")
    command.chmod(0o755)
    return command


def calls(command: Path) -> list[dict[str, Any]]:
    """Return the calls so far, each with the keys arguments, working_dir and folder."""
    log = command.parent / CALLS
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def put(document: Any, names: list[str], value: str) -> None:
    """Set a value as version 4 does: other values stay, and a list that is too short is padded with null."""
    *parents, last = [int(name) if name.isdigit() else name for name in names]
    for name, below in zip(parents, [*parents[1:], last], strict=True):
        if isinstance(document, dict) and not isinstance(document.get(name), dict | list):
            document[name] = [] if isinstance(below, int) else {}
        document = document[name]
    if isinstance(document, list):
        document += [None] * (int(last) + 1 - len(document))
    document[last] = value


def misbehave(behaviour: str, document: Any, clients: list[Any], index: int, position: int) -> None:
    """Damage a configuration as a bad command does when it sets the value at clients[index].audience[position]."""
    if behaviour == "drops later clients":
        del clients[index + 1 :]
    elif behaviour == "clears earlier entries":
        clients[index]["audience"][:position] = [None] * position
    elif behaviour == "clears earlier clients":
        clients[:index] = [None] * index
    elif behaviour == "drops a field":
        del clients[index]["revokeRefreshTokenAfterInactivity"]
    elif behaviour == "adds a key":
        document["migrated"] = True
    elif behaviour == "sets another value":
        clients[index]["audience"][position] = clients[index]["audience"][position].upper()
    elif behaviour == "writes a string":
        clients[index]["audience"] = clients[index]["audience"][position]


def main() -> None:
    path = Path(os.environ["CELLS_WORKING_DIR"]) / "pydio.json"
    with (Path(__file__).parent / CALLS).open("a") as log:
        call = {"arguments": sys.argv[1:], "working_dir": os.environ["CELLS_WORKING_DIR"], "folder": str(Path.cwd())}
        log.write(json.dumps(call) + "\n")
    if sys.argv[1:4] != ["admin", "config", "set"] or len(sys.argv) != 7:
        sys.exit("Requires at least three arguments")
    behaviour = os.environ.get(BEHAVIOUR, "good")
    if behaviour == "fails":
        sys.exit("cannot open the store\nfor this reason")
    if behaviour == "does nothing":
        return
    if behaviour == "removes the file":
        path.unlink()
        return

    service, key, value = sys.argv[4:]
    names = [name for name in re.split(r"[\[\]/]+", key) if name]
    integer = (lambda text: int(float(text))) if "float" in behaviour else int
    document = json.loads(path.read_bytes(), parse_int=integer)
    put(document["services"][service], names, value)
    misbehave(behaviour, document, document["services"][service]["staticClients"], int(names[1]), int(names[3]))
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    if "half" in behaviour:
        text = text[: len(text) // 2]
    path.write_text("" if behaviour == "empties the file" else text, encoding="utf-8")
    if "panics" in behaviour:
        sys.stderr.write("panic: runtime error: index out of range [-1]\n\ngoroutine 1 [running]:\n")
        sys.stderr.write("main.x()\n" * 99)
        sys.exit(2)
    print("Config set", file=sys.stderr)


if __name__ == "__main__":
    main()
