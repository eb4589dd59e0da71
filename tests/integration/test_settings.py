# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a site for every plausible behavior of Cells Enterprise: the role, the doctor, logins, and removal.

Each open question about Cells has an answer here, and every pair of answers is tried (all of them: COVERING=full). The
collection must work with each of them, or say in one line what it cannot know.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from lab.login import Browser, LoginError
from lab.site import Site, make_site
from support import covering
from support.changes.change import audience, connector_with
from support.console import add_redirect_uri, client_of, rename_the_connector
from support.doctor import ask, finding_of, ids
from support.playbook import Run
from support.role import not_ok, run_role

pytestmark = pytest.mark.thorough

SITES = covering.chosen_sites()
CALLBACKS = {"login": "/auth/login/callback", "dex": "/auth/dex/callback"}
GROUPS = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]
WRONG_SECRET = "wrong-secret-of-the-connector-0123456789"


class Life:
    """A site with the answers that it has."""

    def __init__(self, site: Site, answers: dict[str, str]) -> None:
        self.site = site
        self.answers = answers
        path = CALLBACKS.get(answers["callback_path"])
        self._variables = {"sso_callback_url": site.cells.url + path} if path else {}

    def first_run(self) -> Run:
        """Run the role for the first time. It says so if Cells may have to be started again."""
        if self.answers["reload"] == "at_once":
            return self.run()
        run = run_role(self.site, **self._variables)
        assert run.exit_code == 2
        assert "does not offer" in run.failure
        assert "only when it starts: restart Cells" in run.failure
        self.site.cells.restart()
        return run

    def run(self, *arguments: str, **variables: Any) -> Run:
        """Run the role, which must succeed. A Cells that reads connectors at its start only is started again."""
        run = run_role(self.site, *arguments, **{**self._variables, **variables})
        assert run.exit_code == 0, run.output
        if self.answers["reload"] == "restart":
            self.site.cells.restart()
        return run

    def roles(self) -> list[str]:
        """Return the roles that dora gets."""
        if self.answers["dn_to_name"] == "yes":
            return GROUPS
        if self.answers["missing_roles"] == "ignored":
            # Nobody can make a role whose id has a comma in it.
            return []
        return [self.site.lab.ldap.group_dn(name) for name in GROUPS]

    def log_in(self) -> Browser:
        """Log dora in, who must have the roles."""
        browser = Browser(self.site.cells.url)
        identity = browser.log_in("keycloak", "dora", self.site.lab.ldap.users["dora"])
        assert identity.login == "dora@example.org"
        assert identity.roles == self.roles()
        return browser

    def make_roles(self) -> None:
        """Make the roles that Cells does not make itself."""
        headers = {"Authorization": f"Bearer {self.site.cells.token}"}
        for role in self.roles():
            url = f"{self.site.cells.url}/a/role/{quote(role, safe='')}"
            requests.put(url, json={"Label": role}, headers=headers, timeout=10).raise_for_status()

    def doctor(self, **options: Any) -> dict[str, Any]:
        """Return the doctor's report, with a login of dora."""
        callback = self._variables.get("sso_callback_url", "")
        report: dict[str, Any] = ask(self.site, {}, callback_url=callback, **options)["report"]
        return report


@pytest.fixture(params=SITES, ids=lambda answers: str(SITES.index(answers)))
def life(lab: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """A site for each row of the array."""
    answers = request.param
    for site in make_site(lab, tmp_path, env=covering.environment(answers), store=answers["store"]):
        yield Life(site, answers)


def test_every_pair_of_answers_is_covered() -> None:
    sites = covering.all_sites()
    print(f"{len(sites)} sites have every pair of the answers to {len(covering.NAMES)} questions; tried: {len(SITES)}")
    values = {name: {site[name] for site in sites} for name in covering.NAMES}
    for one, other in itertools.combinations(covering.NAMES, 2):
        assert {(site[one], site[other]) for site in sites} == set(itertools.product(values[one], values[other]))
    assert {name: sorted(found) for name, found in values.items() if name != "store"} == {
        each.id: sorted(each.answers) for each in covering.ASSUMPTIONS
    }
    (part,) = sites[covering.PART]
    assert [each.id for each in covering.ASSUMPTIONS if part[each.id] == each.default] == []


def test_the_life_of_a_site(life: Life) -> None:
    site, hidden = life.site, life.answers["secret_visibility"] != "clear"
    if life.answers["missing_roles"] == "ignored":
        life.make_roles()

    # First run, rerun.
    assert life.first_run().changes != []
    assert life.run().changes == []
    elsewhere = {"C3", "G4"} if life.answers["callback_path"] != "connector" else set()
    assert {row.id for row in not_ok(site)} == ({"C5"} if hidden else set()) | elsewhere

    # Healthy.
    report = life.doctor()
    assert ids(report, "broken") == [], report
    life.log_in().refresh()
    without_a_login = ask(site)["report"]
    assert [
        each for each in without_a_login["findings"] if each["verdict"] == "broken" and not each["assumptions"]
    ] == []

    # Drift.
    add_redirect_uri(site)
    rename_the_connector(site)
    assert life.run("--tags", "client,connector").changes != []
    life.log_in().refresh()

    # Broken, by the secret; rotated, which fixes it, also in a Cells that has not taken the old secret back.
    before = client_of(site)["secret"]
    with connector_with(clientSecret=WRONG_SECRET)(site):
        if life.answers["reload"] == "restart":
            site.cells.restart()
        with pytest.raises(LoginError):
            life.log_in()
        report = life.doctor()
        assert {"session.login", "client.secret"} & {*ids(report, "broken")}, report
    life.run("--tags", "client", sso_rotate_secret_on="2027")
    assert client_of(site)["secret"] != before
    life.log_in().refresh()

    # Broken, by the audience.
    with audience([])(site):
        missing = finding_of(life.doctor(), "audience.match")
    assert missing["verdict"] == ("warning" if life.answers["sso_audience"] == "none" else "broken"), missing

    # Absent.
    life.run(sso_state="absent")
    assert [each["id"] for each in site.rows().cells("config/oauth2connectors")["connectors"]] == ["pydio"]
    config = json.loads(site.cells.config_path.read_text(encoding="utf-8"))
    assert not [client for client in config["services"]["pydio.web.oauth"]["staticClients"] if client.get("audience")]
