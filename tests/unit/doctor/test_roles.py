# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares roles in Cells with groups in Keycloak: missing roles, and roles that no group gives."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import NOT_CHECKED, OK, WARNING
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.group_names import (
    MOST_CALLS,
    MOST_GROUPS,
    group_names,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from support.healthy_site import GROUPS, Change, HealthySite

MISSING, UNUSED = "mapping.role_missing", "mapping.role_unused"
WEB_USERS = {GROUPS[0]: "Web users"}


def not_there(site: HealthySite) -> None:
    site.roles = [{"Uuid": "ADMINS"}]
    site.options["session"] = {}


def logged_in_without(site: HealthySite) -> None:
    site.roles = [{"Uuid": "ADMINS"}]
    site.options["session"]["login"]["roles"] = ["other"]


def declared_and_not_there(site: HealthySite) -> None:
    not_there(site)
    site.options["roles"] = WEB_USERS


def of_others(site: HealthySite) -> None:
    for claims in site.tokens.values():
        claims.pop("cellsgroups")


def of_nobody(site: HealthySite) -> None:
    of_others(site)
    site.groups = []


CASES: dict[str, tuple[Change, str, str, str]] = {
    "declared and there": (
        lambda site: site.options.update(roles=WEB_USERS),
        MISSING,
        OK,
        "every declared role",
    ),
    "declared and missing": (declared_and_not_there, MISSING, WARNING, "lacks the declared roles Web users"),
    "declared by another label": (
        lambda site: site.options.update(roles={GROUPS[0]: "Other"}),
        MISSING,
        WARNING,
        "Test_DEM_WebUsers is labelled 'Web users', not 'Other'",
    ),
    "declared, and no rule lets it through": (
        lambda site: (site.options.update(roles=WEB_USERS), site.rule.update(RuleString="a,b")),
        MISSING,
        WARNING,
        "do not let it through",
    ),
    "not there before the first login": (not_there, MISSING, OK, "Cells lacks the roles Test_DEM_WebUsers so far"),
    "not there after a login": (logged_in_without, MISSING, WARNING, "and a login did not create them"),
    "given by a group": (lambda site: None, UNUSED, OK, "roles that the user would get"),
    "given by a group of others": (of_others, UNUSED, OK, "comes from a group"),
    "nothing but Cells' own": (not_there, UNUSED, OK, "Apart from its own roles"),
    "given by no group": (of_nobody, UNUSED, OK, "No group gives Web users (Test_DEM_WebUsers)"),
    "a group that Keycloak does not have": (
        lambda site: site.options.update(roles={"staff": "Staff"}),
        UNUSED,
        WARNING,
        "sso_roles names staff, which Keycloak does not have",
    ),
    "groups that Keycloak does not list": (
        lambda site: (of_others(site), setattr(site, "groups", None)),
        UNUSED,
        NOT_CHECKED,
        "Keycloak cannot list",
    ),
}


@pytest.mark.parametrize(("change", "finding_id", "verdict", "words"), CASES.values(), ids=CASES)
def test_roles_and_groups(change: Change, finding_id: str, verdict: str, words: str) -> None:
    site = HealthySite()
    site.groups = [*GROUPS]
    change(site)

    found = site.finding(finding_id)

    assert (found.verdict, words in found.seen) == (verdict, True), found
    assert bool(found.todo) is (verdict == WARNING)
    assert found.assumes == (("missing_roles",) if "so far" in found.seen else ())


class Listing:
    """A realm whose lists are scripted, by path."""

    def __init__(self, lists: dict[str, list[dict[str, Any]]]) -> None:
        self._lists = lists

    def get_list(self, path: str, **_query: Any) -> list[dict[str, Any]]:
        return self._lists[path]


LISTS = {
    "groups": [
        {"id": "1", "name": "library", "path": "/library", "subGroupCount": 1, "subGroups": []},
        {"id": "2", "name": "old", "path": "/old", "subGroups": [{"id": "4", "name": "sub", "path": "/old/sub"}]},
    ],
    "groups/1/children": [{"id": "3", "name": "staff", "path": "/library/staff"}],
    "roles": [{"name": "editor"}],
    "clients": [{"id": "c", "clientId": "cells"}],
    "clients/c/roles": [{"name": "reader"}],
}


def mapper(kind: str, claim: str = "groups", **config: str) -> dict[str, Any]:
    return {"protocolMapper": f"oidc-{kind}-mapper", "config": {"claim.name": claim, **config}}


@pytest.mark.parametrize(
    ("mappers", "names"),
    [
        ([mapper("group-membership", **{"full.path": "false"})], ["library", "staff", "old", "sub"]),
        (
            [mapper("group-membership", **{"full.path": "true"})],
            ["/library", "/library/staff", "/old", "/old/sub"],
        ),
        ([mapper("usermodel-realm-role", **{"usermodel.realmRoleMapping.rolePrefix": "kc_"})], ["kc_editor"]),
        ([mapper("usermodel-client-role", **{"usermodel.clientRoleMapping.clientId": "cells"})], ["reader"]),
        ([mapper("usermodel-realm-role"), mapper("usermodel-attribute", "other")], ["editor"]),
        ([mapper("usermodel-realm-role"), mapper("usermodel-attribute")], None),
        ([], None),
    ],
)
def test_the_values_that_a_claim_can_have_are_listed_if_keycloak_can(
    mappers: list[dict[str, Any]], names: list[str] | None
) -> None:
    scopes = [{"name": "cellsscope", "protocolMappers": mappers}, {"name": "other", "protocolMappers": [{}]}]

    assert group_names(Listing(LISTS), scopes, "cellsscope", "groups") == names  # type: ignore[arg-type]


def test_a_realm_with_many_groups_is_not_listed() -> None:
    groups = [{"id": str(each), "name": "g", "path": f"/{each}"} for each in range(MOST_GROUPS + 1)]
    scopes = [{"name": "cellsscope", "protocolMappers": [mapper("group-membership")]}]

    with pytest.raises(SsoError, match=f"more than {MOST_GROUPS} groups: too many to list"):
        group_names(Listing({"groups": groups}), scopes, "cellsscope", "groups")  # type: ignore[arg-type]


def test_a_realm_with_many_groups_below_others_is_not_listed() -> None:
    ids = range(MOST_CALLS + 1)
    parents = [{"id": str(each), "name": "g", "path": f"/{each}", "subGroupCount": 1} for each in ids]
    lists = {"groups": parents, **{f"groups/{each}/children": [] for each in range(MOST_CALLS)}}
    scopes = [{"name": "cellsscope", "protocolMappers": [mapper("group-membership")]}]

    with pytest.raises(SsoError, match="too many to list"):
        group_names(Listing(lists), scopes, "cellsscope", "groups")  # type: ignore[arg-type]
