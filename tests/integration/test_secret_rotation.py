# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A realm whose client policy lets secrets expire, which is an optional feature of Keycloak."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from lab.keycloak_server import Keycloak
from lab.login import Browser
from lab.site import Site, make_site
from support.changes.change import Change
from support.changes.of_realm import policy
from support.console import client_of
from support.doctor import ask, finding_of
from support.role import run_role

pytestmark = pytest.mark.thorough

DAY = 24 * 60 * 60
EXPIRES = "client.secret.expiration.time"


def rotation(expires: int, kept: int, due: int) -> Change:
    """Secrets expire; all arguments are in seconds. kept: how long the secret before is accepted. due: how long before
    its end an update of the client replaces the secret."""
    periods = {"expiration_period": expires, "rotated_expiration_period": kept, "remaining_rotation_period": due}
    return policy("secret-rotation", "client-access-type", {"type": ["confidential"]}, **periods)


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a Keycloak of its own, before the guide."""
    folder = tmp_path_factory.mktemp("rotation")
    with Keycloak(folder / "keycloak", version=lab.keycloak.version, features="client-secret-rotation") as keycloak:
        own = copy.copy(lab)
        own.keycloak = keycloak
        yield from make_site(own, folder / "site")


def log_in(site: Site) -> None:
    """Log dora in and refresh her session. Raises LoginError."""
    browser = Browser(site.cells.url)
    browser.log_in("keycloak", "dora", site.lab.ldap.users["dora"])
    browser.refresh()


def test_a_secret_with_an_end_reaches_cells_and_keeps_its_end(site: Site) -> None:
    with rotation(30 * DAY, 2 * DAY, 10 * DAY)(site):
        first = run_role(site, sso_rotate_secret_on="before")
        assert first.exit_code == 0, first.output
        ends = client_of(site)["attributes"][EXPIRES]

        rotated = run_role(site, sso_rotate_secret_on="first")
        assert rotated.exit_code == 0, rotated.output
        log_in(site)

        fixed = run_role(site, sso_rotate_secret_on="first", sso_client_name="Drift")
        finding = finding_of(ask(site)["report"], "client.secret")

    assert fixed.exit_code == 0, fixed.output
    assert int(client_of(site)["attributes"][EXPIRES]) >= int(ends)
    assert finding["verdict"] == "ok"
    assert "It expires on " in finding["seen"]
