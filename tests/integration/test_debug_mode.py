# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debug mode (D1): on, a login, its ID token, off again. Commands of the test stand for systemd and its journal."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from lab.errors import LabError
from lab.login import Browser
from lab.site import Site
from support.playbook import Run, run_playbook
from support.role import site_after_role

pytestmark = pytest.mark.thorough

SYSTEMCTL = """#!{python}
import json, os, subprocess, sys
words = [word for word in sys.argv[1:] if not word.startswith("-")]
with open("{folder}/systemd.log", "a") as log:
    print(*words, file=log)
control = [{python!r}, "-m", "lab.cells_control", {cells!r}]
if words[0] == "show":
    print("Id=cells.service\\nLoadState=loaded\\nActiveState=active\\nSubState=running")
elif words[0] == "restart":
    if os.path.exists("{folder}/refuse"):
        os.unlink("{folder}/refuse")
        sys.exit("Job for cells.service failed.")
    path = {cells!r} + "/control.json"
    state = json.load(open(path))
    state["env"] = {{"CELLS_LOG": "debug"}} if os.path.exists("{dropin}") else {{}}
    json.dump(state, open(path, "w"))
    subprocess.run([*control, "stop"], check=True)
    subprocess.run([*control, "start"], check=True)
elif words[0] == "is-active":
    print("active")
"""
JOURNALCTL = """#!{python}
import datetime, json, sys
since = sys.argv[sys.argv.index("--since") + 1]
if not since.startswith("@"):
    sys.exit("Failed to parse timestamp: " + since)
for line in open("{log}"):
    logged = datetime.datetime.strptime(json.loads(line)["ts"], "%Y-%m-%d %H:%M:%S,%f")
    if logged.timestamp() >= float(since[1:]):
        print(line, end="")
"""
SYSTEMD_RUN = """#!/bin/sh
echo systemd-run "$@" >> {folder}/systemd.log
"""


@pytest.fixture(scope="module")
def whole(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site after the role."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("site"))


class Systemd:
    """The commands of the test in front of PATH."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.units = folder / "units"
        self.dropin = self.units / "cells.service.d/zz-cellsops-sso-debug.conf"
        self.commands = folder / "commands"
        self.commands.mkdir()
        values = {
            "python": sys.executable,
            "folder": folder,
            "dropin": self.dropin,
            "cells": str(site.cells.directory),
            "log": site.cells.working_dir / "logs/pydio.log",
        }
        for name, text in (("systemctl", SYSTEMCTL), ("journalctl", JOURNALCTL), ("systemd-run", SYSTEMD_RUN)):
            path = self.commands / name
            path.write_text(text.format(**values), encoding="utf-8")
            path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """The tasks that changed something, in order."""
        log = self.folder / "systemd.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [line for line in lines if line.split()[0] in ("restart", "stop", "systemd-run")]

    def run(self, *arguments: str, seconds: int = 60) -> Run:
        playbook = self.folder / "debug.yml"
        playbook.write_text(
            "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
            "    - ansible.builtin.include_role:\n        name: cellsops.sso.doctor\n        tasks_from: debug\n",
            encoding="utf-8",
        )
        variables = {
            "sso_cells_service": "cells",
            "doctor_systemd_folder": str(self.units),
            "doctor_debug_seconds": seconds,
        }
        path = f"{self.commands}{os.pathsep}{os.environ['PATH']}"
        return run_playbook(playbook, variables, self.folder / "play", *arguments, PATH=path)


@pytest.fixture
def systemd(whole: Site, tmp_path: Path) -> Systemd:
    return Systemd(whole, tmp_path)


def log_in_once_debug_mode_is_on(systemd: Systemd, stop: threading.Event) -> None:
    """Log dora in as soon as there is a drop-in and Cells is up; the restart may still cut a login short."""
    site = systemd.site
    while not stop.is_set():
        time.sleep(0.2)
        if systemd.dropin.exists():
            try:
                Browser(site.cells.url).log_in("keycloak", "dora", site.lab.ldap.users["dora"])
            except (LabError, requests.RequestException):
                continue
            if "id_token" in (site.cells.working_dir / "logs/pydio.log").read_text(encoding="utf-8"):
                return


def test_the_id_token_of_a_login_is_shown_and_the_mode_ends(systemd: Systemd) -> None:
    stop = threading.Event()
    person = threading.Thread(target=log_in_once_debug_mode_is_on, args=(systemd, stop))
    person.start()
    try:
        run = systemd.run("-vvvv", seconds=120)
    finally:
        stop.set()
        person.join()

    assert run.exit_code == 0, run.output
    assert "dora@example.org" in run.output
    assert "Test_DEM_WebUsers" in run.output
    log = (systemd.site.cells.working_dir / "logs/pydio.log").read_text(encoding="utf-8")
    token = next(word for word in log.replace('"', " ").split() if word.startswith("eyJ"))
    for part in token.split("."):
        assert part not in run.output
    assert not systemd.dropin.exists()
    assert [call.split()[0] for call in systemd.calls] == ["stop", "systemd-run", "restart", "restart", "stop"]
    assert "--on-active=180" in systemd.calls[1]
    assert ";" not in systemd.calls[1], "systemd spoils it where it reads its units again"
    assert str(systemd.dropin) in systemd.calls[1]

    again = systemd.run(seconds=2)
    assert again.exit_code == 0, again.output
    assert "The journal contained no ID token within 2 s" in again.output


def test_a_slow_journal_does_not_prolong_it(systemd: Systemd) -> None:
    journalctl = systemd.commands / "journalctl"
    journalctl.write_text("#!/bin/sh\nsleep 4\n", encoding="utf-8")
    run = systemd.run(seconds=12)
    assert run.exit_code == 0, run.output
    assert run.task("Wait for a login to Cells").result["attempts"] <= 3


def test_nobody_logs_in(systemd: Systemd) -> None:
    run = systemd.run(seconds=2)
    assert run.exit_code == 0, run.output
    assert "The journal contained no ID token within 2 s" in run.output
    assert not systemd.dropin.exists()


def test_debug_mode_ends_even_if_a_task_in_between_fails(systemd: Systemd) -> None:
    (systemd.folder / "refuse").touch()
    run = systemd.run()
    assert run.exit_code == 2
    assert "Job for cells.service failed" in run.output
    assert not systemd.dropin.exists()
    assert [call.split()[0] for call in systemd.calls] == ["stop", "systemd-run", "restart", "restart", "stop"]


def test_a_journal_that_cannot_be_read_is_said_and_the_mode_ends(systemd: Systemd) -> None:
    journalctl = systemd.commands / "journalctl"
    journalctl.write_text("#!/bin/sh\necho No journal files were opened >&2\nexit 1\n", encoding="utf-8")
    run = systemd.run()
    assert run.exit_code == 2
    assert "could not be read: No journal files were opened" in run.output
    assert not systemd.dropin.exists()
    assert [call.split()[0] for call in systemd.calls] == ["stop", "systemd-run", "restart", "restart", "stop"]


def test_check_mode_restarts_nothing(systemd: Systemd) -> None:
    run = systemd.run("--check", seconds=2)
    assert run.exit_code == 0, run.output
    assert not systemd.dropin.exists()
    assert "restart" not in " ".join(systemd.calls)
