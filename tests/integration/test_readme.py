# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README's playbook works, word for word, on the servers of the lab."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from lab.site import Site
from support.playbook import run_playbook
from support.role import not_ok

README = Path(__file__).parents[2] / "README.md"


def test_the_site_playbook_of_the_readme_sets_up_the_guide(site: Site) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(block.splitlines()) <= 15
    playbook = site.folder / "site.yml"
    playbook.write_text(block, encoding="utf-8")
    inventory = site.folder / "inventory"
    # The test runs on this machine, which may not have sudo.
    here = f"here ansible_connection=local ansible_become=false ansible_python_interpreter={sys.executable}"
    inventory.write_text(f"[cells]\n{here}\n", encoding="utf-8")

    vault = {"vault_keycloak_password": site.lab.keycloak.admin_password, "vault_cells_token": site.cells.token}
    run = run_playbook(playbook, {**site.role_variables, **vault}, site.folder / "play", "--inventory", str(inventory))

    assert run.exit_code == 0, run.output
    assert not_ok(site) == []
