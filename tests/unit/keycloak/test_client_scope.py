# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client scopes and their protocol mappers (rows S1, S2)."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import RunModule, assert_one_clear_line

MODULE = "keycloak_client_scope"
NAME = "cellsscope"
OIDC = "openid-connect"
TYPE = "oidc-usermodel-attribute-mapper"
OPTION_CONFIG = {"claim.name": "cellsgroups", "multivalued": True, "max.length": 10}
WIRE_CONFIG = {"claim.name": "cellsgroups", "multivalued": "true", "max.length": "10"}
OPTION = {"name": "Group Mapper", "protocol_mapper": TYPE, "config": OPTION_CONFIG}
WIRE = {"name": "Group Mapper", "protocol": OIDC, "protocolMapper": TYPE, "config": WIRE_CONFIG}
OTHER = {"id": "other-id", "name": "other", "protocol": OIDC, "protocolMapper": "oidc-audience-mapper", "config": {}}
MAPPERS = "client-scopes/scope-id/protocol-mappers/models"
OWN_ID = "3223425a-c510-5670-a70b-8fd28d05255a"
"""The id that every run gives it, derived from the scope's id and the mapper's name."""


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "name": NAME, **own}


def scope(*mappers: dict[str, Any], **own: Any) -> dict[str, Any]:
    """Return the scope as Keycloak shows it: without the key protocolMappers if there are none."""
    shown = {"id": "scope-id", "name": NAME, "protocol": OIDC, "attributes": {"display.on.consent.screen": "true"}}
    return {**shown, **({"protocolMappers": list(mappers)} if mappers else {}), **own}


def shown(mapper_id: str = "mapper-id", **config: str) -> dict[str, Any]:
    """Return the declared mapper as Keycloak shows it, with Keycloak's additions, and other values in config."""
    return {"id": mapper_id, "consentRequired": False, **WIRE, "config": {**WIRE_CONFIG, "added": "x", **config}}


def reads(script: Script, *found: dict[str, Any], times: int = 1) -> None:
    """Expect the realm's scopes to be read; another one of nearly that name is always there."""
    for _time in range(times):
        script.get("client-scopes", [{"id": "x", "name": f"{NAME}2"}, *found])


@pytest.mark.parametrize(
    ("own", "wire"),
    [
        ({"description": "Defines `cellsgroups` claim"}, {"description": "Defines `cellsgroups` claim"}),
        ({"protocol": "saml"}, {"protocol": "saml"}),
        (
            {"attributes": {"include.in.token.scope": False, "gui.order": 3, "x": None}},
            {"attributes": {"include.in.token.scope": "false", "gui.order": "3", "x": ""}},
        ),
    ],
    ids=["description", "protocol", "attributes"],
)
def test_a_new_scope_gets_the_declared_value_and_nothing_undeclared(
    own: dict[str, Any], wire: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak)
    keycloak.post("client-scopes", {"name": NAME, "protocol": OIDC, **wire})
    reads(keycloak, scope(**wire))

    outcome = run_module(MODULE, arguments(**own))

    assert outcome["actions"] == [f"create client scope {NAME}"]


@pytest.mark.parametrize(
    ("own", "before", "sent", "key"),
    [
        ({"description": "new"}, {"description": "old"}, {"description": "new"}, "description"),
        ({"description": ""}, {"description": "old"}, {"description": ""}, "description"),
        ({"protocol": "saml"}, {}, {"protocol": "saml"}, "protocol"),
        (
            {"attributes": {"gui.order": 3}},
            {"attributes": {"gui.order": "1", "kept": "yes"}},
            {"attributes": {"gui.order": "3", "kept": "yes"}},
            "attributes",
        ),
        (
            {"attributes": {"gui.order": ""}},
            {"attributes": {"gui.order": "1", "kept": "yes"}},
            {"attributes": {"gui.order": "", "kept": "yes"}},
            "attributes",
        ),
    ],
    ids=["description", "description cleared", "protocol", "attributes", "attribute cleared"],
)
def test_a_changed_value_goes_with_the_name_and_without_mappers(
    own: dict[str, Any],
    before: dict[str, Any],
    sent: dict[str, Any],
    key: str,
    *,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    reads(keycloak, scope(OTHER, **before))
    promised = run_module(MODULE, arguments(**own), check=True)
    reads(keycloak, scope(OTHER, **before))
    keycloak.put("client-scopes/scope-id", {"name": NAME, "protocol": OIDC, **sent})
    reads(keycloak, scope(OTHER, **{**before, **sent}), times=2)
    done = run_module(MODULE, arguments(**own))
    again = run_module(MODULE, arguments(**own))

    assert promised["actions"] == done["actions"] == [f"update client scope {NAME}: {key}"]
    assert promised["diff"] == done["diff"]
    assert again["changed"] is False


def test_a_new_scope_is_made_first_and_then_each_mapper_on_its_own(keycloak: Script, run_module: RunModule) -> None:
    second = {"name": "second", "protocol": OIDC, "protocolMapper": TYPE}
    reads(keycloak)
    keycloak.post("client-scopes", {"name": NAME, "protocol": OIDC})
    reads(keycloak, scope())
    keycloak.post(MAPPERS, {"id": OWN_ID, **WIRE})
    keycloak.post(MAPPERS, {"id": "9b891e62-8fba-571b-aa23-93fa98cfac37", **second})
    reads(keycloak, scope(shown(), {"id": "second-id", **second}), times=2)
    wish = arguments(protocol_mappers=[OPTION, {"name": "second", "protocol_mapper": TYPE}])

    outcome = run_module(MODULE, wish)
    again = run_module(MODULE, wish)

    assert outcome["actions"] == [
        f"create client scope {NAME}",
        f"create protocol mapper Group Mapper of client scope {NAME}",
        f"create protocol mapper second of client scope {NAME}",
    ]
    assert list(outcome["client_scope"]["protocolMappers"]) == ["Group Mapper", "second"]
    assert again["changed"] is False


@pytest.mark.parametrize(
    "drift",
    [
        {"claim.name": "groups"},
        {"multivalued": "false"},
        {"max.length": "11", "claim.name": "x"},
    ],
)
def test_drift_of_a_mapper_is_fixed_and_undeclared_settings_are_kept(
    drift: dict[str, str], keycloak: Script, run_module: RunModule
) -> None:
    wish = arguments(protocol_mappers=[OPTION])
    reads(keycloak, scope(OTHER, shown(**drift)))
    promised = run_module(MODULE, wish, check=True)
    reads(keycloak, scope(OTHER, shown(**drift)))
    keycloak.put(f"{MAPPERS}/mapper-id", shown())
    reads(keycloak, scope(OTHER, shown()))
    done = run_module(MODULE, wish)

    assert promised["actions"] == done["actions"]
    assert done["actions"] == [f"update protocol mapper Group Mapper of client scope {NAME}: config"]
    assert promised["diff"] == done["diff"]
    assert promised["client_scope"] == done["client_scope"]


def test_a_put_of_the_scope_that_ignores_its_mappers_hides_no_drift(keycloak: Script, run_module: RunModule) -> None:
    """Keycloak answers 204 and keeps the old mappers (kc#45294): both writes are needed."""
    reads(keycloak, scope(shown(multivalued="false")))
    keycloak.put("client-scopes/scope-id", {"name": NAME, "protocol": OIDC, "description": "new"})
    keycloak.put(f"{MAPPERS}/mapper-id", shown())
    reads(keycloak, scope(shown(), description="new"))

    outcome = run_module(MODULE, arguments(description="new", protocol_mappers=[OPTION]))

    assert len(outcome["actions"]) == 2


def test_a_mapper_that_the_server_does_not_keep_is_an_error(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, scope(shown(multivalued="false")))
    keycloak.put(f"{MAPPERS}/mapper-id", shown())
    reads(keycloak, scope(shown(multivalued="false")))

    outcome = run_module(MODULE, arguments(protocol_mappers=[OPTION]))

    assert_one_clear_line(outcome, f"client scope {NAME}", "Group Mapper", "multivalued", "'true'", "'false'")


@pytest.mark.parametrize("mappers", [[OPTION], []], ids=["one declared", "none declared"])
def test_mode_add_leaves_other_mappers_alone(
    mappers: list[dict[str, Any]], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, scope(OTHER, shown()))

    assert run_module(MODULE, arguments(protocol_mappers=mappers))["changed"] is False


@pytest.mark.parametrize(
    ("mappers", "removed"),
    [([OPTION], [OTHER]), ([], [OTHER, shown()])],
    ids=["one declared", "none declared"],
)
def test_mode_exact_removes_other_mappers(
    mappers: list[dict[str, Any]], removed: list[dict[str, Any]], keycloak: Script, run_module: RunModule
) -> None:
    wish = arguments(protocol_mappers=mappers, protocol_mappers_mode="exact")
    reads(keycloak, scope(OTHER, shown()))
    promised = run_module(MODULE, wish, check=True)
    reads(keycloak, scope(OTHER, shown()))
    for mapper in removed:
        keycloak.delete(f"{MAPPERS}/{mapper['id']}")
    reads(keycloak, scope(*([shown()] if mappers else [])), times=2)
    done = run_module(MODULE, wish)
    again = run_module(MODULE, wish)

    lines = [f"remove protocol mapper {mapper['name']} of client scope {NAME}" for mapper in removed]
    assert promised["actions"] == done["actions"] == lines
    assert promised["diff"] == done["diff"]
    assert OTHER["name"] not in done["diff"]["after"]["protocolMappers"]
    assert promised["client_scope"]["protocolMappers"] == done["client_scope"]["protocolMappers"]
    assert again["changed"] is False


ABSENT = {**OPTION, "state": "absent"}


def test_an_absent_mapper_is_removed_and_no_other(keycloak: Script, run_module: RunModule) -> None:
    wish = arguments(protocol_mappers=[{**ABSENT, "config": {"claim.name": "cellsgroups"}}])
    reads(keycloak, scope(OTHER, shown()))
    promised = run_module(MODULE, wish, check=True)
    reads(keycloak, scope(OTHER, shown()))
    keycloak.delete(f"{MAPPERS}/mapper-id")
    reads(keycloak, scope(OTHER), times=2)
    done = run_module(MODULE, wish)
    again = run_module(MODULE, wish)

    assert promised["actions"] == done["actions"] == [f"remove protocol mapper Group Mapper of client scope {NAME}"]
    assert promised["diff"] == done["diff"]
    assert again["changed"] is False


@pytest.mark.parametrize(
    "there",
    [[], [shown(**{"claim.name": "groups"})], [{**shown(), "protocolMapper": "oidc-audience-mapper"}]],
    ids=["no such mapper", "another claim", "another type"],
)
def test_a_mapper_that_does_something_else_is_not_the_absent_one(
    there: list[dict[str, Any]], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, scope(OTHER, *there))

    assert run_module(MODULE, arguments(protocol_mappers=[ABSENT]))["changed"] is False


def test_mappers_that_are_not_declared_are_not_touched_even_in_mode_exact(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, scope(OTHER))

    assert run_module(MODULE, arguments(protocol_mappers_mode="exact"))["changed"] is False


def test_two_mappers_of_one_declared_name_are_refused_before_any_call(keycloak: Script, run_module: RunModule) -> None:
    outcome = run_module(MODULE, arguments(protocol_mappers=[OPTION, {**OPTION, "config": {}}]))

    assert_one_clear_line(outcome, "protocol_mappers", "Group Mapper", "more than once")


def test_two_mappers_of_one_name_on_the_server_are_an_error_that_lists_their_ids(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, scope(shown("id-2"), shown("id-1")))

    outcome = run_module(MODULE, arguments(protocol_mappers=[OPTION]))

    assert_one_clear_line(outcome, "Group Mapper", NAME, "id-1, id-2")


def test_a_scope_that_somebody_else_makes_meanwhile_gets_its_mappers_all_the_same(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak)
    keycloak.post("client-scopes", {"name": NAME, "protocol": OIDC}, status=409, json={"errorMessage": "exists"})
    reads(keycloak, scope())
    keycloak.post(MAPPERS, {"id": OWN_ID, **WIRE})
    reads(keycloak, scope(shown()))

    assert run_module(MODULE, arguments(protocol_mappers=[OPTION]))["changed"] is True


def test_a_mapper_that_another_run_makes_at_the_same_time_goes_on_as_an_update(
    keycloak: Script, run_module: RunModule
) -> None:
    theirs = shown(OWN_ID, **{"claim.name": "groups"})
    reads(keycloak, scope())
    keycloak.post(MAPPERS, {"id": OWN_ID, **WIRE}, status=409, json={"errorMessage": "exists with same name"})
    reads(keycloak, scope(theirs), times=2)
    keycloak.put(f"{MAPPERS}/{OWN_ID}", shown(OWN_ID))
    reads(keycloak, scope(shown(OWN_ID)))

    outcome = run_module(MODULE, arguments(protocol_mappers=[OPTION]))

    assert outcome["actions"] == [f"create protocol mapper Group Mapper of client scope {NAME}"]


def test_an_absent_scope_is_removed(keycloak: Script, run_module: RunModule) -> None:
    wish = arguments(state="absent", protocol_mappers=[OPTION])
    reads(keycloak, scope(shown()))
    promised = run_module(MODULE, wish, check=True)
    reads(keycloak, scope(shown()))
    keycloak.delete("client-scopes/scope-id")
    reads(keycloak, times=2)
    done = run_module(MODULE, wish)
    again = run_module(MODULE, wish)

    assert promised.values == done.values
    assert done["actions"] == [f"remove client scope {NAME}"]
    assert again["changed"] is False
