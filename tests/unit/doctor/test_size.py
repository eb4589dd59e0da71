# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding token.size: sizes as measured, and what each size means for userinfo."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_size import check_size, token_size
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import BROKEN, OK, WARNING

DN = "cn=department-{:05d}-members,ou=groups,ou=cells,dc=example,dc=org"
OWN = {"iss": "http://localhost:29265/realms/lab-1a2b3c4d", "scope": "openid profile email", "typ": "Bearer"}


def claims(count: int, length: int = 0) -> dict[str, Any]:
    """Return the claims of a user in so many groups, whose names have that length, if one is given."""
    return {**OWN, "cellsgroups": [DN.format(n)[: length or None].ljust(length, "x") for n in range(count)]}


@pytest.mark.parametrize(("count", "measured"), [(50, 5755), (100, 10222), (300, 28089), (400, 37022)])
def test_the_size_is_about_that_of_a_real_token(count: int, measured: int) -> None:
    """Measured on Keycloak 26.7.3, with the claims that it adds itself: about 1,000 bytes more."""
    assert measured - 1500 < token_size(claims(count)) < measured + 200


@pytest.mark.parametrize(
    ("count", "length", "asks_userinfo", "verdict"),
    [
        (50, 0, True, OK),
        (100, 0, True, WARNING),
        (300, 0, True, WARNING),
        (300, 0, False, OK),
        (200, 250, True, BROKEN),
        (200, 250, False, OK),
    ],
)
def test_the_verdict_for_each_size(count: int, length: int, asks_userinfo: bool, verdict: str) -> None:
    tokens = {"access_token": claims(count, length)}

    finding = check_size(tokens, {"getUserInfo": asks_userinfo}, "cellsgroups")

    assert finding.verdict == verdict
    assert f"{count} groups" in finding.seen
    assert bool(finding.todo) is (verdict != OK)
