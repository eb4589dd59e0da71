# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the role setup on a site, and tells what is not as the guide has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab import rows
from lab.lab import Lab
from lab.site import Site, make_site
from support.playbook import Run, run_playbook

PLAYBOOK = Path(__file__).with_name("role.yml")
"""The role alone, on localhost."""
SITE = Path("cellsops.sso.site")
"""The playbook of the collection, which needs an inventory."""


def run_role(site: Site, *arguments: str, **variables: Any) -> Run:
    """Run the role on the site; its cells command works on the store that the site's Cells has."""
    values = {**site.role_variables, **variables}
    return run_playbook(PLAYBOOK, values, site.folder / "play", *arguments, STANDIN_STORE=site.cells.store)


def site_after_role(lab: Lab, folder: Path, **cells_settings: Any) -> Iterator[Site]:
    """Yield a new site on which the role has run. Its Cells gets the settings, such as edition, store or env."""
    for site in make_site(lab, folder, **cells_settings):
        run = run_role(site)
        assert run.exit_code == 0, run.output
        yield site


def not_ok(site: Site) -> list[rows.Row]:
    """Return the rows of the guide that the servers do not show as the guide has them."""
    return [row for row in rows.check(site.rows()) if not row.ok]
