# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first commands of the README on a new machine: if something is missing, one line says so, and then they work.

The tests of this file use one machine, so each finds the packages that earlier ones installed.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator

import pytest

from support.bare_machine import ROOT, Machine, new_machine

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## Try it\n")[2].partition("\n## ")[0]
COMMANDS = [
    line.partition("#")[0].strip()
    for block in re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)
    for line in block.splitlines()
]
(INSTALL,) = [command for command in COMMANDS if command.startswith("apt-get install ")]
(DEMO,) = [command for command in COMMANDS if command == "make demo"]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with new_machine(os.environ["FRESH_IMAGE"]) as new:
        yield new


def package_in(line: str) -> str:
    """Return the packages that a line tells users of Debian to install."""
    found = re.findall(r"Debian, Ubuntu: (apt-get install [a-z0-9 .-]+)", line)
    assert len(found) == 1, line
    return str(found[0])


@pytest.mark.parametrize(
    ("installed", "missing"),
    [
        ("make", "python3-venv"),
        # Debian's python3 has a module venv that cannot make an environment.
        ("python3", "python3-venv"),
        ("python3-venv", "default-jdk-headless"),
        ("default-jre-headless", "default-jdk-headless"),
        ("default-jdk-headless", "maven"),
    ],
)
def test_one_line_says_what_to_install_if_something_is_missing(installed: str, missing: str, machine: Machine) -> None:
    added = machine.as_root(f"apt-get install --no-install-recommends {installed}")
    assert added.exit_code == 0, added.output

    run = machine.as_user(DEMO)

    assert run.exit_code != 0, run.output
    assert len(run.lines) == 1, run.output
    assert package_in(run.lines[0]) == f"apt-get install {missing}"
    assert missing in shlex.split(INSTALL)


def test_the_checks_say_that_they_need_git(machine: Machine) -> None:
    run = machine.as_user("make build")

    assert run.exit_code != 0, run.output
    (line,) = [each for each in run.lines if "Debian, Ubuntu" in each]
    assert package_in(line) == "apt-get install git"


def test_the_demo_is_green_after_the_download_that_the_readme_announces(machine: Machine) -> None:
    added = machine.as_root(INSTALL)
    assert added.exit_code == 0, added.output

    run = machine.as_user(DEMO)

    assert run.exit_code == 0, run.output
    assert re.search(r"^all \d+ ok, in \d+ s", run.output, re.MULTILINE), run.output
    (announced,) = re.findall(r"downloads about (\d+) MB", SECTION)
    assert sum(machine.downloads) == pytest.approx(int(announced), rel=0.15)


def test_make_test_begins_with_checks_that_pass(machine: Machine) -> None:
    """The whole of make test takes too long here: its first session, and some of the unit tests."""
    # Users have a clone; this checkout is a copy.
    run = machine.as_user("git init --quiet && git add --all && make lint && make unit ARGS='-k callback'")

    assert run.exit_code == 0, run.output
    assert re.search(r"\d+ passed", run.output), run.output


def test_a_library_that_has_to_be_compiled_takes_a_compiler(machine: Machine) -> None:
    machine.as_user("""printf '[pip]\\nno-binary = ["cffi"]\\n' > ../uv.toml""")

    run = machine.as_user("UV_CONFIG_FILE=../uv.toml .ci/venv ../other")

    assert run.exit_code != 0
    assert package_in(run.lines[-1]) == "apt-get install build-essential python3-dev"
