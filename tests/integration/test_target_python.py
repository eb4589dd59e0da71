# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles on a Cells host with the oldest supported Python, and on one that is too old.

Newer ansible-cores do not support these Pythons at all: the session unit-cores runs this file with the oldest one.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from ansible.release import __version__ as core

from lab.site import Site
from support.playbook import Run, run_playbook
from support.role import SITE, not_ok

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(
        not core.startswith(("2.16.", "2.17.")), reason=f"ansible-core {core} does not run on hosts with Python 3.7"
    ),
]


def run_on_host(site: Site, version: str, playbook: Path = SITE, **variables: str) -> Run:
    """Run a playbook for a Cells host with that Python; skip the test, visibly, if it is not on this machine."""
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"there is no Python {version} here")
    inventory = site.folder / "inventory"
    host = f"ansible_connection=local ansible_become=false ansible_python_interpreter={python}"
    inventory.write_text(f"[cells]\ncells1 {host}\n", encoding="utf-8")
    values = {**site.role_variables, **variables}
    arguments = (playbook, values, site.folder / "play", "--inventory", str(inventory))
    return run_playbook(*arguments, STANDIN_STORE=site.cells.store)


def test_python_3_8_is_enough_on_the_cells_host(site: Site) -> None:
    first = run_on_host(site, "3.8")

    assert first.exit_code == 0, first.output
    assert not_ok(site) == []
    assert run_on_host(site, "3.8").recap()["changed"] == 0


def test_an_older_python_is_one_line_before_anything_is_changed(site: Site) -> None:
    run = run_on_host(site, "3.7")

    assert run.exit_code != 0
    assert "set ansible_python_interpreter to Python 3.8 or newer" in run.failure
    assert "\n" not in run.failure
    assert run.changes == []
    assert "localhost" not in [client["clientId"] for client in site.admin.get_clients()]


def test_the_doctor_says_that_the_python_is_too_old(site: Site) -> None:
    run = run_on_host(site, "3.7", Path("cellsops.sso.doctor"), doctor_username="dora", doctor_fail_on="never")

    report = run.task("Keep the report").result["ansible_facts"]["doctor_report"]
    (finding,) = [each for each in report["findings"] if each["id"] == "cells.oauth_secret"]
    assert finding["verdict"] == "not checked"
    assert finding["seen"].startswith("Modules do not run on the Cells host (")
    assert "set ansible_python_interpreter to Python 3.8 or newer" in finding["seen"]
