# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles in Cells by groups: made before the first login, followed by it, drift, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from lab.login import Browser
from lab.site import Site, make_site
from support.role import run_role

FIRST, SECOND = "Test_DEM_WebUsers", "Test_Etrange_Gov"
LABELS = {FIRST: "Web users", SECOND: "Gouvernement étrange"}
MAKE, REMOVE = (
    "Create the roles of the groups in Cells (M1)",
    "Remove the roles of the groups, unless they are used (M1)",
)
TIMEOUT = 10


def call(site: Site, method: str, path: str, body: Any = None) -> Any:
    """Ask Cells as its administrator; path below /a."""
    headers = {"Authorization": f"Bearer {site.cells.token}"}
    response = requests.request(method, f"{site.cells.url}/a/{path}", json=body, headers=headers, timeout=TIMEOUT)
    response.raise_for_status()
    return response.json()


def roles_of(site: Site) -> dict[str, str]:
    """Return the labels of the roles that somebody made, by their ids."""
    built_in = {"ROOT_GROUP", "ADMINS", "EXTERNAL_USERS", "MINISITE", "MINISITE_NODOWNLOAD"}
    plain = [{flag: True, "not": True} for flag in ("IsUserRole", "IsGroupRole", "IsTeam")]
    found = call(site, "POST", "role", {"Queries": plain, "Operation": "AND"})["Roles"]
    return {role["Uuid"]: role["Label"] for role in found if role["Uuid"] not in built_in}


def by_dn(site: Site) -> dict[str, str]:
    """Return sso_roles with the groups as the directory names them."""
    return {site.lab.ldap.group_dn(group): label for group, label in LABELS.items()}


def log_in(site: Site) -> list[str]:
    """Return the roles that dora has after a login."""
    return Browser(site.cells.url).log_in("keycloak", "dora", site.lab.ldap.users["dora"]).roles


@pytest.fixture
def strict(lab: Any, tmp_path: Path) -> Any:
    """A site whose Cells makes no roles at a login."""
    yield from make_site(lab, tmp_path, env={"STANDIN_MISSING_ROLES": "ignored"})


@pytest.mark.thorough
def test_roles_are_created_before_the_first_login_fixed_and_removed_if_nobody_has_them(strict: Site) -> None:
    site, variables = strict, {"sso_roles": by_dn(strict)}
    predicted = run_role(site, "--check", "--diff", **variables)
    first = run_role(site, "--diff", **variables)
    assert first.exit_code == 0, first.output
    assert predicted.changes == first.changes
    assert MAKE in first.changes
    assert roles_of(site) == LABELS
    again = run_role(site, **variables)
    assert (again.changes, again.recap()["skipped"]) == ([], 0), again.output

    call(site, "PUT", f"role/{FIRST}", {"Label": "Renamed", "ForceOverride": True})
    call(site, "DELETE", f"role/{SECOND}")
    drifted = run_role(site, "--check", "--diff", "--tags", "mapping", **variables)
    mended = run_role(site, "--diff", "--tags", "mapping", **variables)
    assert predicted.exit_code == mended.exit_code == 0, mended.output
    assert drifted.changes == mended.changes == [MAKE]
    assert [result["actions"] for result in mended.task(MAKE).result["results"]] == [
        [f"update role {FIRST}: Label"],
        [f"create role {SECOND}"],
    ]
    assert roles_of(site) == LABELS
    assert call(site, "GET", f"role/{FIRST}")["ForceOverride"], "what is not declared stays"

    back = {**variables, "sso_state": "absent"}
    predicted = run_role(site, "--check", **back)
    gone = run_role(site, **back)
    assert gone.exit_code == 0, gone.output
    assert predicted.changes == gone.changes
    assert REMOVE in gone.changes
    assert roles_of(site) == {}
    assert run_role(site, **back).changes == []


def test_a_login_gives_the_roles_that_exist_and_those_stay_on_the_way_back(strict: Site) -> None:
    site = strict
    assert run_role(site).exit_code == 0
    assert log_in(site) == [], "this Cells makes no roles at a login"

    only = {"sso_roles": {site.lab.ldap.group_dn(FIRST): LABELS[FIRST], site.lab.ldap.group_dn("unused"): "Nobody"}}
    assert run_role(site, "--tags", "mapping", **only).exit_code == 0
    assert log_in(site) == [FIRST]

    gone = run_role(site, sso_state="absent", **only)
    assert gone.exit_code == 0, gone.output
    assert roles_of(site) == {FIRST: LABELS[FIRST]}
    assert gone.task("Show which objects stay").result["msg"] == [
        f"The roles {LABELS[FIRST]} of Cells: 1 user (dora@example.org)"
    ]


@pytest.mark.thorough
def test_only_the_declared_groups_get_through_in_mode_exact(site: Site) -> None:
    only = {"sso_roles": {FIRST: LABELS[FIRST]}, "sso_roles_mode": "exact"}

    run = run_role(site, **only)

    assert run.exit_code == 0, run.output
    assert run.task("Show the user's groups and roles").result["msg"]["roles"] == [FIRST]
    assert log_in(site) == [FIRST]
    assert run_role(site, **only).changes == []
    assert run_role(site, "--tags", "mapping", sso_roles=only["sso_roles"]).changes != []
    assert log_in(site) == [FIRST, SECOND]


@pytest.mark.thorough
def test_a_role_that_cannot_be_is_said_before_anything_is_written(site: Site) -> None:
    user = call(site, "GET", "user/admin")["Uuid"]
    before = site.cells.config_path.read_bytes()

    run = run_role(site, sso_roles={"cn=a, ou=b": "A", user: "Mine"})

    assert run.exit_code != 0
    assert "there are 2 problems" in run.failure
    assert "sso_roles: cn=a, ou=b: " in run.failure
    assert f"{user} is the role of a user in Cells" in run.failure
    assert site.cells.config_path.read_bytes() == before
    assert roles_of(site) == {}
    empty = run_role(site, sso_roles_mode="exact")
    assert "sso_roles_mode is exact and sso_roles is empty" in empty.failure
