# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role setup does the same on the oldest ansible-core, which runs this file, and on the newest, which .venv has."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lab.lab import Lab
from lab.site import make_site
from support.playbook import BIN, run_playbook
from support.role import SITE, not_ok

OTHER = os.environ.get("OTHER_ANSIBLE_BIN", "")
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(not OTHER, reason="OTHER_ANSIBLE_BIN names no folder of another ansible-core"),
]


def recaps(lab: Lab, folder: Path, programs: Path) -> list[dict[str, int]]:
    """Return the recaps of a first and a second run on a new site, with the ansible-playbook of that folder."""
    found = []
    for site in make_site(lab, folder):
        inventory = folder / "inventory"
        host = f"ansible_connection=local ansible_become=false ansible_python_interpreter={sys.executable}"
        inventory.write_text(f"[cells]\ncells1 {host}\n", encoding="utf-8")
        for _run in range(2):
            arguments = (SITE, site.role_variables, folder / "play", "--inventory", str(inventory))
            run = run_playbook(*arguments, programs=programs)
            assert run.exit_code == 0, run.output
            found.append(run.recap())
        assert not_ok(site) == []
    return found


def test_run_and_rerun_have_the_same_recaps_on_the_oldest_and_on_the_newest_ansible_core(
    lab: Lab, tmp_path: Path
) -> None:
    first, second = recaps(lab, tmp_path / "oldest", BIN)

    assert [first, second] == recaps(lab, tmp_path / "newest", Path(OTHER))
    assert first["changed"] > 0
    assert second["changed"] == 0
