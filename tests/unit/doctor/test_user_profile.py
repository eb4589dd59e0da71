# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data that Keycloak asks a user for at the login because of the realm's user profile."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.user_profile import unfit

LAST = "lastName"


@pytest.mark.parametrize(
    ("about", "user", "asked"),
    [
        ({"required": {"roles": ["user"]}}, {}, ["the missing lastName"]),
        ({"required": {"roles": ["user"]}}, {LAST: "Demo"}, []),
        ({"required": {}}, {}, ["the missing lastName"]),
        ({"required": None}, {}, []),
        ({"required": {"roles": ["admin"]}}, {}, []),
        ({"required": {"scopes": ["phone"]}}, {}, []),
        ({"required": {"scopes": ["email"]}}, {}, ["the missing lastName"]),
        ({"required": {"roles": ["admin"], "scopes": ["email"]}}, {}, ["the missing lastName"]),
        ({"validations": {"length": {"min": 5}}}, {LAST: "Demo"}, ["a valid lastName"]),
        ({"validations": {"length": {"max": 3}}}, {LAST: "Demo"}, ["a valid lastName"]),
        ({"validations": {"pattern": {"pattern": "X.*"}}}, {LAST: "Demo"}, ["a valid lastName"]),
        ({"validations": {"pattern": {"pattern": "D.*"}}}, {LAST: "Demo"}, []),
        ({"validations": {"pattern": {"pattern": "("}}}, {LAST: "Demo"}, []),
        ({"validations": {"length": {"max": 3}}}, {LAST: "Demo", "federationLink": "of-the-provider"}, []),
        ({"validations": {"length": {"max": 3}}}, {"attributes": {LAST: ["Do", "Demo"]}}, ["a valid lastName"]),
    ],
)
def test_the_questions_of_the_user_profile(about: dict[str, Any], user: dict[str, Any], asked: list[str]) -> None:
    assert unfit({"attributes": [{"name": LAST, **about}]}, user, ["email", "profile"]) == asked
