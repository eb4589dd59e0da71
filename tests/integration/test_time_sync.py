# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role time_sync without the right to install chrony: in check mode, with the test's own chrony commands.

The scenario time_sync tests its effect on a host.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.playbook import Run, run_playbook

pytestmark = pytest.mark.thorough

ROLE = Path(__file__).parents[2] / "roles/time_sync"
TRACKING = "C0A80001,192.168.0.1,3,1798000000.0,-0.000123,0.0,0.0,1.0,0.0,0.1,0.0,0.0,64.0,Normal"
COMMANDS = {
    "systemctl": """
if [ "$1" = show ]; then
  case "$*" in
    *chrony*) printf 'LoadState=loaded\nActiveState={state}\nUnitFileState=enabled\n' ;;
    *) printf 'LoadState=not-found\nActiveState=inactive\n' ;;
  esac
fi
""",
    "chronyc": """
[ {state} = active ] && exec echo {tracking}
echo '506 Cannot talk to daemon'
exit 1
""",
}
PACKAGE = """
from ansible.module_utils.basic import AnsibleModule

AnsibleModule(argument_spec={"name": {}, "state": {}}, supports_check_mode=True).exit_json(changed=False)
"""
PLAY = """
- hosts: behind
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        ansible_pkg_mgr: ansible.legacy.no_package
        cacheable: true
- hosts: front
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: cellsops.sso.time_sync
        apply:
          delegate_to: behind
    - ansible.builtin.debug:
        msg:
          front: "{{ hostvars['front'].ansible_facts }}"
          behind: "{{ hostvars['behind'].ansible_facts }}"
          stratum: "{{ hostvars['behind'].time_sync_stratum | default('') }}"
      check_mode: false
"""


def check(folder: Path, state: str, **variables: Any) -> Run:
    """Run the role in check mode for a host behind another one, on which chrony is installed and active or inactive."""
    bin_folder, library = folder / "bin", folder / "library"
    for path in (bin_folder, library):
        path.mkdir()
    for name, text in COMMANDS.items():
        (bin_folder / name).write_text("#!/bin/sh" + text.format(state=state, tracking=TRACKING), encoding="utf-8")
        (bin_folder / name).chmod(0o755)
    (library / "no_package.py").write_text(PACKAGE, encoding="utf-8")
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"front": host, "behind": host}}}), encoding="utf-8")
    play = folder / "play.yml"
    play.write_text(PLAY, encoding="utf-8")
    values = {
        "time_sync_family": {
            "service": "chrony",
            "config": str(folder / "chrony.conf"),
            "driftfile": "/drift",
            "keyfile": "/keys",
            "lines": [],
        },
        "time_sync_has_systemd": True,
        "time_sync_may_set_clock": True,
        **variables,
    }
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    arguments = ("--inventory", str(inventory), "--check")
    return run_playbook(play, values, folder / "run", *arguments, PATH=path, ANSIBLE_LIBRARY=str(library))


def test_check_mode_continues_if_chrony_is_stopped(tmp_path: Path) -> None:
    run = check(tmp_path, "inactive")

    assert run.exit_code == 0, run.output
    assert "Start chrony" in run.changes
    assert [task.status for task in run.tasks if "Read the state of the clock" in task.task] == ["skipped"]


def test_the_facts_belong_to_the_host_that_was_checked(tmp_path: Path) -> None:
    run = check(tmp_path, "active")

    assert run.exit_code == 0, run.output
    shown = run.tasks[-1].result["msg"]
    assert shown["front"] == {}
    assert "os_family" in shown["behind"]
    assert shown["stratum"] == 3


@pytest.mark.parametrize(
    ("given", "served"), [("false", False), ("no", False), ("true", True), (False, False), (True, True)]
)
def test_a_host_serves_time_only_if_the_variable_is_true(given: Any, served: bool, tmp_path: Path) -> None:
    """Variables of the command line are text."""
    play = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars_files": [str(ROLE / "defaults/main.yml"), str(ROLE / "vars/main.yml")],
            "tasks": [
                {
                    "ansible.builtin.debug": {
                        "msg": f"{{{{ lookup('ansible.builtin.template', '{ROLE}/templates/chrony.conf.j2') }}}}"
                    }
                }
            ],
        }
    ]
    file = tmp_path / "play.yml"
    file.write_text(json.dumps(play), encoding="utf-8")
    values = {"time_sync_host": {"ansible_facts": {"ansible_os_family": "Debian"}}, "time_sync_serve": given}

    text = run_playbook(file, values, tmp_path / "run").tasks[-1].result["msg"]

    assert ("\nallow" in text) is served
    assert ("\nlocal stratum" in text) is served


@pytest.mark.parametrize(("given", "started"), [("false", False), ("true", True)])
def test_chrony_starts_anyway_only_if_the_variable_is_true(given: str, started: bool, tmp_path: Path) -> None:
    run = check(tmp_path, "inactive", time_sync_may_set_clock=False, time_sync_start_anyway=given)

    assert run.exit_code == 0, run.output
    assert ("Start chrony" in run.changes) is started


def test_a_number_of_looks_may_be_text(tmp_path: Path) -> None:
    run = check(tmp_path, "active", time_sync_wait_tries="0")

    assert run.exit_code == 0, run.output


def test_a_host_whose_python_is_too_old_is_told_in_one_line(tmp_path: Path) -> None:
    """Python 3.7: no module of this ansible-core runs there."""
    python = shutil.which("python3.7")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode != 0:
        pytest.skip("there is no Python 3.7 here")
    inventory, play = tmp_path / "inventory", tmp_path / "play.yml"
    inventory.write_text(f"host ansible_connection=local ansible_python_interpreter={python}", encoding="utf-8")
    play.write_text("[{hosts: all, gather_facts: false, roles: [cellsops.sso.time_sync]}]", encoding="utf-8")

    run = run_playbook(play, {}, tmp_path / "run", "--inventory", str(inventory))

    assert run.exit_code != 0
    assert re.fullmatch(
        r"Modules do not run on this host \(\w+Error: .*\): set ansible_python_interpreter to Python 3\.8 or newer"
        r" that ansible-core \S+ supports\.",
        run.failure,
    )
    assert run.changes == []
