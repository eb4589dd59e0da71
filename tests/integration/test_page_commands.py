# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of the pages, in their order: the tutorial sets a site up, and the other pages change it and undo it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.site import Site, make_site
from support.playbook import Run, run_playbook
from support.role import not_ok

pytestmark = pytest.mark.thorough

DOCS = Path(__file__).parents[2] / "docs"
COMMAND = re.compile(r"^ansible-playbook -i inventory site\.yml(.*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site before the guide, with the tutorial's playbook and an inventory in its folder."""
    for made in make_site(lab, tmp_path_factory.mktemp("site")):
        page = (DOCS / "tutorial.md").read_text(encoding="utf-8")
        (playbook,) = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "hosts:" in block]
        (made.folder / "site.yml").write_text(playbook, encoding="utf-8")
        # The test runs on this machine, which may not have sudo.
        here = f"here ansible_connection=local ansible_become=false ansible_python_interpreter={sys.executable}"
        (made.folder / "inventory").write_text(f"[cells]\n{here}\n", encoding="utf-8")
        yield made


def commands(page: str) -> list[list[str]]:
    """Return the arguments of each run of the site playbook that a page shows."""
    found = []
    for line in COMMAND.findall((DOCS / page).read_text(encoding="utf-8")):
        text = line.replace("-e @vault.yml --ask-vault-pass", "")
        found.append(shlex.split(text))
    assert found, f"{page} shows no command"
    return found


def run_page(site: Site, page: str) -> list[Run]:
    """Run every command of a page that runs the site playbook; all of them must succeed."""
    vault = {"vault_keycloak_password": site.lab.keycloak.admin_password, "vault_cells_token": site.cells.token}
    # Extra variables beat those of the playbook, which names the servers of the pages.
    variables = {**site.role_variables, **vault}
    runs = []
    for arguments in commands(page):
        inventory = ("--inventory", str(site.folder / "inventory"))
        run = run_playbook(site.folder / "site.yml", variables, site.folder / "play", *inventory, *arguments)
        assert run.exit_code == 0, f"{arguments}: {run.output}"
        runs.append(run)
    return runs


def secret(site: Site) -> str:
    """Return the secret of the client."""
    client_id = site.admin.get_client_id("localhost")
    return str(site.admin.get_client_secrets(client_id)["value"])


def test_the_tutorial_leads_to_a_complete_site(site: Site) -> None:
    run_page(site, "tutorial.md")
    assert not_ok(site) == []


def test_the_page_on_the_secret_replaces_it_on_both_sides(site: Site) -> None:
    before = secret(site)
    run_page(site, "secret.md")
    after = secret(site)
    assert after != before
    assert after in site.cells.config_path.read_text(encoding="utf-8")
    assert not_ok(site) == []


def test_the_page_on_undoing_leaves_nothing(site: Site) -> None:
    preview, done = run_page(site, "undo.md")
    assert preview.changes == done.changes != []
    assert not any(client["clientId"] == "localhost" for client in site.admin.get_clients())
    left = site.rows().cells("config/oauth2connectors").get("connectors", [])
    assert "keycloak" not in [connector["id"] for connector in left]
