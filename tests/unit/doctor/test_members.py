# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's findings about a group's members; tests/integration reads them from real servers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_members import (
    check_members,
    group_chain,
    login_in_cells,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import NOT_CHECKED, OK, WARNING
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_members import Members, Place
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import (
    CellsReadings,
    KeycloakReadings,
    Reading,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError

RULE = {"LeftAttribute": "cellsgroups", "RightAttribute": "Roles", "RuleString": ""}
CONNECTOR = {"mappingRules": [RULE], "configoidc": {"userNameKey": "email"}}
OPTIONS: dict[str, Any] = {
    "group": "staff",
    "groups_attribute": "cellsgroups",
    "connector_id": "keycloak",
    "cells_config": {},
}
DORA = {"id": "1", "username": "dora", "email": "Dora@example.org"}
FAILED = Reading(error=SsoError("no answer"))


def members(*users: dict[str, Any], complete: bool = True) -> KeycloakReadings:
    """Return the readings of Keycloak with these members."""
    return KeycloakReadings(members=Reading(Members(list(users), complete)))


def account(*roles: str) -> CellsReadings:
    """Return the readings of Cells with dora's account."""
    return CellsReadings(accounts=Reading([{"Login": "dora@example.org", "Roles": [{"Uuid": role} for role in roles]}]))


@pytest.mark.parametrize(
    ("keycloak", "cells", "connector", "verdict", "words"),
    [
        (members(DORA), account("staff"), CONNECTOR, OK, "With the role staff in Cells: 1."),
        (members(DORA), account(), CONNECTOR, OK, "The role comes with the next login: dora."),
        (members(DORA), CellsReadings(accounts=Reading([])), CONNECTOR, OK, "No login to Cells so far: dora."),
        (members(DORA, complete=False), account("staff"), CONNECTOR, OK, "Members of the group staff: 1 or more."),
        (KeycloakReadings(members=Reading(None)), CellsReadings(), CONNECTOR, WARNING, "Keycloak has no group staff."),
        (
            members(DORA),
            account(),
            {**CONNECTOR, "mappingRules": [{**RULE, "RuleString": "guests"}]},
            WARNING,
            "No mapping rule lets the group through",
        ),
        (KeycloakReadings(members=FAILED), CellsReadings(), CONNECTOR, NOT_CHECKED, "no answer"),
        (members(DORA), CellsReadings(accounts=FAILED), CONNECTOR, NOT_CHECKED, "no answer"),
        (members(DORA), account(), None, NOT_CHECKED, "The connector is not known."),
        (KeycloakReadings(), CellsReadings(), CONNECTOR, NOT_CHECKED, "Keycloak was not reached"),
    ],
)
def test_the_verdict_on_a_group(
    keycloak: KeycloakReadings, cells: CellsReadings, connector: Any, verdict: str, words: str
) -> None:
    finding = check_members(keycloak, cells, connector, OPTIONS)

    assert finding.verdict == verdict
    assert words in finding.seen


def test_a_member_is_not_known_in_cells_if_cells_did_not_tell() -> None:
    chain = group_chain(members(DORA), CellsReadings(accounts=FAILED), CONNECTOR, OPTIONS)

    assert chain is not None
    assert chain["members"] == [
        {"username": "dora", "login": "Dora@example.org", "in_cells": None, "has_role": None},
    ]


@pytest.mark.parametrize(
    ("key", "listed", "login"),
    [
        ("email", ["keycloak"], DORA["email"]),
        ("preferred_username", ["keycloak"], "dora"),
        ("preferred_username", ["another"], DORA["email"]),
    ],
)
def test_the_login_in_cells_is_the_address_unless_cells_takes_user_names(
    key: str, listed: list[str], login: str
) -> None:
    options = {**OPTIONS, "cells_config": {"username_as_login": listed}}

    assert login_in_cells(DORA, {"configoidc": {"userNameKey": key}}, options) == login


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ([{"cellsgroups": ["CN=Staff"]}, {"cellsgroups": ["cn=other"]}, {}], ["0"]),
        ([{}, {}], ["0", "1"]),
    ],
    ids=["Keycloak 22 adds users without the value", "a newer Keycloak shows no attributes"],
)
def test_users_of_a_query_are_members_unless_keycloak_shows_other_values(
    shown: list[dict[str, Any]], found: list[str]
) -> None:
    place = Place("users", {}, "cellsgroups", "cn=staff")
    users = [{"id": str(number), "attributes": attributes} for number, attributes in enumerate(shown)]

    assert [user["id"] for user in place.members(users)] == found
