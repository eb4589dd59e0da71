# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For which clients a client policy is; conditions and executors are those of Keycloak 26.7.3."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.client_policies import refusals

CLIENT = {"publicClient": False, "defaultClientScopes": ["cellsscope"], "attributes": {"kind": "files"}}
REJECT = {"profiles": [{"name": "strict", "executors": [{"executor": "reject-request"}]}]}


def certain(profiles: dict[str, Any], *conditions: dict[str, Any], enabled: bool = True) -> list[bool]:
    """Return for each refusal whether it is certain."""
    policy = {"name": "own", "enabled": enabled, "profiles": ["strict"], "conditions": list(conditions)}
    return [refusal.certain for refusal in refusals({"policies": [policy]}, profiles, CLIENT)]


def on(condition: str, **configuration: Any) -> dict[str, Any]:
    given = {key.replace("_", "-") if key.startswith("is_") else key: value for key, value in configuration.items()}
    return {"condition": condition, "configuration": given}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([on("any-client")], [True]),
        ([], []),
        ([on("any-client", is_negative_logic="true")], []),
        ([on("client-access-type", type=["confidential"])], [True]),
        ([on("client-access-type", type=["public"])], []),
        ([on("client-access-type", type=["public"], is_negative_logic=True)], [True]),
        ([on("client-scopes", type="Default", scopes=["cellsscope"])], [True]),
        ([on("client-scopes", type="Default", scopes=["phone"])], []),
        ([on("client-scopes", type="Optional", scopes=["phone"])], []),
        ([on("client-attributes", attributes='[{"key": "kind", "value": "files"}]')], [True]),
        ([on("client-attributes", attributes='[{"key": "kind", "value": "mail"}]')], []),
        ([on("client-attributes", attributes="nonsense")], [False]),
        ([on("grant-type", grant_types=["authorization_code"])], [True]),
        ([on("client-updater-context", update_client_source=["ByAnonymous"])], []),
        ([on("client-roles", roles=["some-role"])], [False]),
        ([on("client-roles", roles=["some-role"]), on("client-access-type", type=["public"])], []),
    ],
)
def test_a_policy_is_for_the_clients_that_its_conditions_name(
    conditions: list[dict[str, Any]], expected: list[bool]
) -> None:
    assert certain(REJECT, *conditions) == expected


def test_a_disabled_policy_refuses_nothing() -> None:
    assert certain(REJECT, on("any-client"), enabled=False) == []


def test_a_policy_that_refuses_no_login_is_left_alone() -> None:
    harmless = {"profiles": [{"name": "strict", "executors": [{"executor": "reject-implicit-grant"}]}]}
    assert certain(harmless, on("any-client")) == []


def test_profiles_of_keycloak_itself_count() -> None:
    assert certain({"globalProfiles": REJECT["profiles"]}, on("any-client")) == [True]


@pytest.mark.parametrize(("allowed", "expected"), [(["client-jwt"], [True]), (["client-jwt", "client-secret"], [])])
def test_client_authenticators_are_refused_unless_a_secret_is_allowed(allowed: list[str], expected: list[bool]) -> None:
    executor = {
        "executor": "secure-client-authenticator",
        "configuration": {"allowed-client-authenticators": allowed},
    }
    assert certain({"profiles": [{"name": "strict", "executors": [executor]}]}, on("any-client")) == expected
