# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports that the browser tests look at have the findings that their names promise, on any day."""

from __future__ import annotations

import pytest

from support.report_samples import SAMPLES


@pytest.mark.parametrize(
    ("name", "broken", "warnings"),
    [
        ("all-in-order", [], []),
        ("healthy", [], []),
        ("warnings", [], ["client.redirect_wildcard", "ldap.cache"]),
        ("id-token-only", [], ["scope.mapper", "token.groups"]),
        ("broken", ["scope.assigned", "clock.skew"], ["client.redirect_wildcard"]),
        ("down", ["keycloak.reachable"], []),
        ("not-checked", [], []),
    ],
)
def test_a_sample_has_these_findings(name: str, broken: list[str], warnings: list[str]) -> None:
    found: dict[str, list[str]] = {verdict: [] for verdict in ("broken", "warning")}
    for finding in SAMPLES[name]["findings"]:
        found.setdefault(finding["verdict"], []).append(finding["id"])

    assert found["broken"] == broken
    assert found["warning"] == warnings


def test_the_roles_are_not_in_order_if_the_groups_do_not_reach_cells() -> None:
    links = {link["id"]: link["verdict"] for link in SAMPLES["broken"]["chain"]["links"]}

    assert links == {
        "ldap_group": "ok",
        "keycloak_attribute": "ok",
        "claim": "broken",
        "rule": "ok",
        "role": "not checked",
    }
