# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter group_mappers: one protocol mapper for each type, wanted or absent (row S2)."""

from __future__ import annotations

from typing import Any

import pytest

from support.filters import Filter, FilterError

NAME = "group_mappers"
MAPPER = "User Group Mapper"
TYPES = {
    "ldap_attribute": "oidc-usermodel-attribute-mapper",
    "user_attribute": "oidc-usermodel-attribute-mapper",
    "groups": "oidc-group-membership-mapper",
    "realm_roles": "oidc-usermodel-realm-role-mapper",
    "client_roles": "oidc-usermodel-client-role-mapper",
}
OWN = {
    "ldap_attribute": {"user.attribute": "cells.groups", "multivalued": True, "aggregate.attrs": True},
    "user_attribute": {"user.attribute": "cells.groups", "multivalued": True, "aggregate.attrs": True},
    "groups": {"full.path": True},
    "realm_roles": {"usermodel.realmRoleMapping.rolePrefix": "kc-", "multivalued": True},
    "client_roles": {
        "usermodel.clientRoleMapping.clientId": "portal",
        "usermodel.clientRoleMapping.rolePrefix": "kc-",
        "multivalued": True,
    },
}
SETTINGS = {"full_path": True, "client": "portal", "role_prefix": "kc-"}


def mappers(call_filter: Filter, sources: Any) -> Any:
    """Return the filter's result for sources."""
    return call_filter(NAME, sources, "cells.groups", MAPPER, **SETTINGS)


@pytest.mark.parametrize("source", TYPES)
def test_each_source_has_its_mapper_and_the_others_are_absent(source: str, call_filter: Filter) -> None:
    made = mappers(call_filter, [source])

    (wanted,) = [mapper for mapper in made if mapper["state"] == "present"]
    assert wanted["protocol_mapper"] == TYPES[source]
    tokens = {"id.token.claim": True, "access.token.claim": True, "userinfo.token.claim": True}
    assert {**OWN[source], **tokens, "claim.name": "cells\\.groups"}.items() <= wanted["config"].items()
    absent = {mapper["protocol_mapper"]: mapper["config"] for mapper in made if mapper["state"] == "absent"}
    assert absent == {kind: {"claim.name": "cells\\.groups"} for kind in {*TYPES.values()} - {TYPES[source]}}


def test_two_sources_of_one_type_are_one_mapper_and_all_names_differ(call_filter: Filter) -> None:
    made = mappers(call_filter, list(TYPES))

    assert [mapper["state"] for mapper in made] == ["present"] * 4
    assert len({mapper["name"] for mapper in made}) == 4
    assert made[0]["name"] == MAPPER, "the guide's name"


@pytest.mark.parametrize("sources", [["group"], "groups", [["groups"]], None])
def test_an_invalid_list_of_sources_is_one_line(sources: Any, call_filter: Filter) -> None:
    with pytest.raises(FilterError, match="group_mappers") as raised:
        mappers(call_filter, sources)
    assert "\n" not in str(raised.value)
