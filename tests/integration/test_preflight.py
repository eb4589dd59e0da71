# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before its first write, the role names everything that is missing: each alone, and all at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lab import rows
from lab.realm import create_service_account
from lab.site import Site, make_site
from support.console import put_connector
from support.module import call_module
from support.playbook import Run, run_playbook
from support.quick import with_quick
from support.role import PLAYBOOK, run_role, site_after_role

BAD_TOKEN = "standin-token-that-no-cells-has-made-0123456789abcdef"
OLD_PYTHON = "#!/bin/sh\necho 'SyntaxError: future feature annotations is not defined' >&2\nexit 1\n"


class Broken(NamedTuple):
    """One precondition that does not hold: the variables that make it so, and a word of each that has to be named."""

    variables: Callable[[Site], dict[str, Any]]
    words: tuple[str, ...]


def without_rights(site: Site) -> dict[str, Any]:
    """Return the variables of an account that may only read clients."""
    account = create_service_account(site.admin, ["view-clients", "view-realm"])
    return {
        "sso_keycloak_auth_realm": site.realm,
        "sso_keycloak_client_id": account.client_id,
        "sso_keycloak_client_secret": account.client_secret,
        "sso_keycloak_username": None,
        "sso_keycloak_password": None,
    }


BROKEN = {
    "the token of Cells": Broken(lambda _: {"sso_cells_token": BAD_TOKEN}, ("oauth2connectors: HTTP 401",)),
    "the rights": Broken(without_rights, ("lacks the role manage-clients", "lacks the role view-users")),
    "the issuer": Broken(lambda site: {"sso_issuer": f"{site.issuer}/"}, ("sso_issuer: ", "Give exactly that one")),
    "the LDAP provider": Broken(lambda _: {"sso_ldap_provider": "nowhere"}, ("no LDAP provider 'nowhere'",)),
    "the configuration": Broken(
        lambda site: {"sso_cells_config_path": str(site.folder / "pydio.json")}, ("sso_cells_config_path: there is no",)
    ),
    "the unit": Broken(
        lambda _: {"sso_cells_service": "no-such-unit", "sso_cells_stop_command": [], "sso_cells_start_command": []},
        ("sso_cells_service",),
    ),
    "the command to start": Broken(
        lambda _: {"sso_cells_start_command": []}, ("sso_cells_stop_command is given without sso_cells_start_command",)
    ),
    "nothing stops Cells": Broken(
        lambda _: {"sso_cells_stop_command": [], "sso_cells_start_command": []}, ("Cells is running in",)
    ),
    "a unit for the login name": Broken(
        lambda _: {"sso_username_as_login": True}, ("CELLS_CONNECTOR_USERNAME_AS_LOGIN=keycloak",)
    ),
    "the place of the LDAP groups": Broken(
        lambda _: {"sso_ldap_groups": {"name": "x"}}, ("sso_ldap_groups has no groups_dn",)
    ),
    "lists": Broken(lambda _: {"sso_cells_hosts": "c1"}, ("sso_cells_hosts is 'c1'. Give a list",)),
}
AT_ONCE = ("the token of Cells", "the rights", "the LDAP provider", "the configuration", "lists")


# Of a site that is set up already.
UNCHANGED: dict[str, dict[str, Any]] = {
    "LDAP": {},
    "LDAP, roles to create": {"sso_roles": {"Test_DEM_WebUsers": "Web users"}},
    "LDAP, the audience by the API": {"sso_audience_method": "api"},
}


def cells_log(site: Site) -> list[dict[str, Any]]:
    """Return the requests that Cells has served so far."""
    log = site.cells.working_dir / "standin-requests.log"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


class Untouched:
    """The requests to both servers, and their state, to see that nothing is written."""

    def __init__(self, site: Site) -> None:
        """Let Keycloak note who writes to the realm, and note how far both servers' logs are."""
        self.site = site
        site.admin.connection.raw_put(self._realm, data=json.dumps({"adminEventsEnabled": True}))
        site.admin.connection.raw_delete(f"{self._realm}/admin-events")
        self.mark = site.lab.keycloak.mark()
        self.cells_mark = len(cells_log(site))
        self.config = site.cells.config_path.read_bytes()

    @property
    def _realm(self) -> str:
        return f"admin/realms/{self.site.realm}"

    def asked(self) -> tuple[list[str], list[str]]:
        """Return the requests to Keycloak and to Cells: methods and paths, without the logins to Keycloak."""
        keycloak = [f"{r.method} {r.path}" for r in self.site.lab.keycloak.requests_since(self.mark)]
        cells = [f"{r['method']} {r['path']}" for r in cells_log(self.site)[self.cells_mark :]]
        return [line for line in keycloak if self.site.realm in line and not line.endswith("/token")], cells

    def check(self) -> None:
        """Assert that both servers were only asked, and that nothing changed on either."""
        written = [line for side in self.asked() for line in side if not line.startswith("GET ")]
        assert written == []
        events = self.site.admin.connection.raw_get(f"{self._realm}/admin-events").json()
        assert events == []
        assert self.site.cells.config_path.read_bytes() == self.config


def refused(site: Site, variables: dict[str, Any], *arguments: str) -> Run:
    """Run the role, assert that it refused to begin and wrote nothing, and return the run.

    A variable of None is not given.
    """
    values = {key: value for key, value in {**site.role_variables, **variables}.items() if value is not None}
    untouched = Untouched(site)
    run = run_playbook(PLAYBOOK, values, site.folder / "play", *arguments)
    assert run.exit_code != 0, run.output
    assert run.failure.startswith("Nothing has been written"), run.failure
    assert run.changes == []
    untouched.check()
    return run


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.thorough
def test_each_precondition_alone_is_named_before_anything_is_written(broken: Broken, shared_site: Site) -> None:
    run = refused(shared_site, broken.variables(shared_site))

    for word in broken.words:
        assert word in run.failure


def test_a_python_that_runs_no_modules_is_named(shared_site: Site) -> None:
    script, inventory = shared_site.folder / "old-python", shared_site.folder / "inventory.ini"
    script.write_text(OLD_PYTHON, encoding="utf-8")
    script.chmod(0o755)
    inventory.write_text(f"localhost ansible_connection=local ansible_python_interpreter={script}\n", encoding="utf-8")

    run = refused(shared_site, {}, "--inventory", str(inventory))

    assert "Modules do not run on localhost" in run.failure
    assert "ansible_python_interpreter" in run.failure


def test_all_of_them_at_once_are_in_one_message_in_check_mode_too(shared_site: Site) -> None:
    variables = {key: value for name in AT_ONCE for key, value in BROKEN[name].variables(shared_site).items()}

    for arguments in ([], ["--check"]):
        run = refused(shared_site, variables, *arguments)
        for name in AT_ONCE:
            for word in BROKEN[name].words:
                assert word in run.failure


@pytest.mark.thorough
def test_an_old_mapper_of_the_same_attribute_is_named_and_taken_over_on_request(site: Site) -> None:
    options = {**site.keycloak_options, "ldap_provider": "ldap", "name": "my-old-mapper"}
    attributes = {"user_model_attribute": rows.GUIDE_CLAIM, "ldap_attribute": "memberOf"}
    assert not call_module("keycloak_ldap_mapper", {**options, **attributes}).get("failed")

    for arguments in ([], ["--check"]):
        run = refused(site, {}, *arguments)
        assert "'my-old-mapper'" in run.failure
        assert "sso_ldap_mapper_take_over" in run.failure

    assert run_role(site, sso_ldap_mapper_take_over=True).exit_code == 0
    mappers = [c["name"] for c in site.admin.get_components() if "cellsgroups" in str(c.get("config"))]
    assert mappers == [rows.GUIDE_LDAP_MAPPER]


@pytest.fixture(scope="module")
def ready_site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that is set up, with the fields of static clients in the REST API."""
    yield from site_after_role(lab, tmp_path_factory.mktemp("ready"), env={"STANDIN_OAUTH2CLIENTS": "full"})


@pytest.mark.parametrize("variables", with_quick(UNCHANGED, "LDAP"))
def test_it_takes_two_requests_to_each_server_at_most(variables: dict[str, Any], ready_site: Site) -> None:
    keycloak = ready_site.lab.keycloak
    mark, cells_mark = keycloak.mark(), len(cells_log(ready_site))
    # What is wrong takes no request to see, and the role ends after the preflight.
    run = run_role(ready_site, **variables, sso_cells_hosts="c1")

    assert run.failure.startswith("Nothing has been written, because a step would fail. sso_cells_hosts is 'c1'.")
    sent = [request for request in keycloak.requests_since(mark) if ready_site.realm in request.path]
    assert 0 < len(sent) <= 2, sent
    assert 0 < len(cells_log(ready_site)[cells_mark:]) <= 2


def test_a_rotation_does_not_lock_everybody_out_if_cells_refuses_the_token(site: Site) -> None:
    assert run_role(site, sso_rotate_secret_on="2026").exit_code == 0
    secret = next(c for c in site.admin.get_clients() if c["clientId"] == "localhost")["secret"]

    refused(site, {"sso_cells_token": BAD_TOKEN, "sso_rotate_secret_on": "2027"})

    assert next(c for c in site.admin.get_clients() if c["clientId"] == "localhost")["secret"] == secret


@pytest.mark.thorough
def test_only_the_requirements_of_the_chosen_steps_are_checked(site: Site) -> None:
    everything = ("the token of Cells", "the configuration")
    variables = {key: value for name in everything for key, value in BROKEN[name].variables(site).items()}

    run = run_playbook(PLAYBOOK, {**site.role_variables, **variables}, site.folder / "play", "--tags", "ldap")

    assert run.exit_code == 0, run.output
    assert run.changes == ["Map the groups of LDAP users to a user attribute (L1, L2)"]


@pytest.mark.parametrize("tag", ["scope", "connector", "mapping"])
@pytest.mark.thorough
def test_a_step_that_needs_the_client_makes_none(tag: str, shared_site: Site) -> None:
    for arguments in (["--check"], []):
        run = refused(shared_site, {}, "--tags", tag, *arguments)
        assert "sso_client_id: realm" in run.failure
        assert "has no client localhost" in run.failure


@pytest.mark.thorough
def test_cells_home_is_named(lab: Any, tmp_path: Path) -> None:
    for site in make_site(lab, tmp_path, edition="home"):
        assert "Home" in refused(site, {}).failure


@pytest.mark.thorough
def test_a_client_that_another_connector_has_is_refused(site: Site) -> None:
    assert run_role(site).exit_code == 0

    run = refused(site, {"sso_connector_id": "second", "sso_connector_name": "Another door"})

    assert "sso_client_id: localhost is already the client of the connector keycloak" in run.failure


@pytest.mark.thorough
def test_the_audience_stays_as_long_as_cells_has_another_connector(site: Site) -> None:
    assert run_role(site).exit_code == 0
    # Under another id, it is another connector.
    put_connector(site, lambda connector: connector.update(id="other"))

    gone = run_role(site, sso_state="absent")

    assert gone.exit_code == 0, gone.output
    assert "The audience of Cells: connectors other" in gone.output
    clients = json.loads(site.cells.config_path.read_text(encoding="utf-8"))["services"]["pydio.web.oauth"]
    audience = next(c for c in clients["staticClients"] if c["client_id"] == "cells-frontend")["audience"]
    assert audience == [site.cells.url]
    assert rows.GUIDE_CONNECTOR not in [c["id"] for c in clients["connectors"]]
