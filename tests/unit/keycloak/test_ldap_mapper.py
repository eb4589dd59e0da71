# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mappers of an LDAP provider (rows L1, L2)."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import RunModule, assert_one_clear_line

MODULE = "keycloak_ldap_mapper"
NAME = "memberOf to group"
TYPE = "user-attribute-ldap-mapper"
PROVIDER_TYPE = "org.keycloak.storage.UserStorageProvider"
MAPPER_TYPE = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
PROVIDERS = [
    {"id": "ldap-uuid", "name": "ldap", "providerId": "ldap", "providerType": PROVIDER_TYPE},
    {"id": "second-uuid", "name": "Büro LDAP", "providerId": "ldap", "providerType": PROVIDER_TYPE},
    {"id": "kerberos-uuid", "name": "kerberos", "providerId": "kerberos", "providerType": PROVIDER_TYPE},
]
NAMES = {"name": NAME, "parentId": "ldap-uuid", "providerId": TYPE, "providerType": MAPPER_TYPE}
ROW = {"user_model_attribute": "cellsgroups", "ldap_attribute": "memberOf"}
WIRE_ROW = {"user.model.attribute": ["cellsgroups"], "ldap.attribute": ["memberOf"]}
OWN_ID = "dee791a6-2f66-50d9-877e-f4884c57fb2d"
"""The id that every run gives it, derived from the provider's id and the mapper's name."""
MASK = "**********"


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "ldap_provider": "ldap", "name": NAME, **own}


def mapper(config: dict[str, list[str]], **own: str) -> dict[str, Any]:
    """Return the mapper as Keycloak shows it."""
    return {"id": "mapper-uuid", **NAMES, "config": config, **own}


def looks(script: Script, *found: dict[str, Any]) -> None:
    """Expect the first look: the realm's providers and the mappers of all of them, by one request."""
    script.get("components", [*PROVIDERS, *_beside(), *found])


def reads(script: Script, *found: dict[str, Any]) -> None:
    """Expect the provider's mappers to be read again; Keycloak does not always heed the query."""
    script.get("components", [*_beside(), *found], parent="ldap-uuid", type=MAPPER_TYPE)


def _beside() -> list[dict[str, Any]]:
    """Return a mapper of the same name at another provider, and one of another name at this one."""
    return [mapper({}, id="elsewhere", parentId="another-uuid"), mapper({}, id="neighbour", name=f"{NAME} 2")]


def runs(script: Script, before: dict[str, Any] | None, *write: Any, after: dict[str, Any] | None) -> None:
    """Expect a whole run: look-up, one write (method, path, body) and a second look."""
    looks(script, *([before] if before else []))
    method, *call = write
    getattr(script, method)(*call)
    script.clears_user_cache()
    reads(script, *([after] if after else []))


FLAGS = {
    "read_only": "read.only",
    "always_read_value_from_ldap": "always.read.value.from.ldap",
    "mandatory_in_ldap": "is.mandatory.in.ldap",
}
ROWS = [
    *(
        (option, value, key, [str(value).lower()], [str(not value).lower()])
        for option, key in FLAGS.items()
        for value in (True, False)
    ),
    ("user_model_attribute", "cellsgroups", "user.model.attribute", ["cellsgroups"], ["groups"]),
    ("ldap_attribute", "memberOf", "ldap.attribute", ["memberOf"], ["member"]),
    ("config", {"attribute.default.value": "x"}, "attribute.default.value", ["x"], ["y"]),
    ("config", {"is.binary.attribute": False}, "is.binary.attribute", ["false"], ["true"]),
    ("config", {"roles": ["b", "a", 1]}, "roles", ["b", "a", "1"], ["a"]),
    ("config", {"roles": []}, "roles", [], ["a"]),
    ("config", {"roles": ""}, "roles", [], ["a"]),
    ("config", {"roles": None}, "roles", [], ["a"]),
    ("ldap_attribute", "", "ldap.attribute", [], ["memberOf"]),
]
CREATED = [row for row in ROWS if row[1]]


@pytest.mark.parametrize(("option", "value", "key", "wire", "_old"), CREATED)
def test_a_new_mapper_gets_the_declared_value_as_a_list_of_strings(
    option: str, value: Any, key: str, wire: list[str], _old: list[str], *, keycloak: Script, run_module: RunModule
) -> None:
    config = {**WIRE_ROW, key: wire}
    runs(keycloak, None, "post", "components", {"id": OWN_ID, **NAMES, "config": config}, after=mapper(config))

    outcome = run_module(MODULE, arguments(**{**ROW, option: value}))

    assert outcome["actions"] == [f"create LDAP mapper {NAME}"]
    assert outcome["ldap_mapper"]["config"] == config


@pytest.mark.parametrize(("option", "value", "key", "wire", "old"), ROWS)
def test_a_changed_value_goes_with_the_whole_config_and_check_mode_promises_it(
    option: str, value: Any, key: str, wire: list[str], old: list[str], *, keycloak: Script, run_module: RunModule
) -> None:
    before, after = {"kept": ["1", "2"], key: old}, {"kept": ["1", "2"], key: wire}
    looks(keycloak, mapper(before))
    promised = run_module(MODULE, arguments(**{option: value}), check=True)
    body = {"id": "mapper-uuid", **NAMES, "config": after}
    runs(keycloak, mapper(before), "put", "components/mapper-uuid", body, after=mapper(after))
    done = run_module(MODULE, arguments(**{option: value}))

    assert promised["actions"] == done["actions"] == [f"update LDAP mapper {NAME}: {key}"]
    assert promised["diff"] == done["diff"]
    assert promised["ldap_mapper"] == done["ldap_mapper"]
    assert done["diff"]["before"]["config"] == {key: old}


@pytest.mark.parametrize(("option", "value", "key", "wire", "_old"), ROWS)
def test_an_equal_value_is_not_sent(
    option: str, value: Any, key: str, wire: list[str], _old: list[str], *, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak, mapper({"kept": ["1"], key: wire}))

    assert run_module(MODULE, arguments(**{option: value}))["changed"] is False


@pytest.mark.parametrize(
    ("asked", "parent"), [("ldap", "ldap-uuid"), ("second-uuid", "second-uuid"), ("Büro LDAP", "second-uuid")]
)
def test_a_provider_is_found_by_its_name_or_id(
    asked: str, parent: str, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak, mapper({}, parentId=parent))

    assert run_module(MODULE, arguments(ldap_provider=asked))["ldap_mapper"]["parentId"] == parent


@pytest.mark.parametrize("check", [True, False])
def test_an_unknown_provider_is_an_error_that_names_those_there(
    check: bool, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak)

    outcome = run_module(MODULE, arguments(ldap_provider="kerberos"), check=check)

    assert_one_clear_line(outcome, "Realm cells", "'kerberos'", "Büro LDAP, ldap")


@pytest.mark.parametrize("check", [True, False])
def test_a_mapper_is_absent_if_its_provider_does_not_exist_and_a_warning_says_so(
    check: bool, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak)

    outcome = run_module(MODULE, arguments(ldap_provider="kerberos", state="absent"), check=check)

    assert outcome["changed"] is False
    assert outcome["ldap_mapper"] == {}
    [warning] = outcome.warnings
    assert "no LDAP provider 'kerberos'" in warning
    assert "Büro LDAP, ldap" in warning


def test_a_realm_without_providers_says_so(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("components", [])

    assert_one_clear_line(run_module(MODULE, arguments(**ROW)), "'ldap'", "none")


@pytest.mark.parametrize(
    ("options", "advice"), [(ROW, "Remove it first"), ({"state": "absent"}, "mapper_type full-name-ldap-mapper")]
)
@pytest.mark.parametrize("check", [True, False])
def test_a_mapper_of_another_type_is_neither_overwritten_nor_removed(
    check: bool, options: dict[str, Any], advice: str, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak, mapper({}, providerId="full-name-ldap-mapper"))

    outcome = run_module(MODULE, arguments(**options), check=check)

    assert_one_clear_line(outcome, NAME, "full-name-ldap-mapper", TYPE, advice)


def test_a_mapper_of_another_type_is_removed_if_its_type_is_given(keycloak: Script, run_module: RunModule) -> None:
    runs(keycloak, mapper({}, providerId="full-name-ldap-mapper"), "delete", "components/mapper-uuid", after=None)

    assert run_module(MODULE, arguments(mapper_type="full-name-ldap-mapper", state="absent"))["changed"] is True


@pytest.mark.parametrize("option", [*FLAGS, *ROW])
def test_a_setting_that_is_given_twice_is_refused_before_any_call(
    option: str, keycloak: Script, run_module: RunModule
) -> None:
    key = {**FLAGS, "user_model_attribute": "user.model.attribute", "ldap_attribute": "ldap.attribute"}[option]

    outcome = run_module(MODULE, arguments(**{option: "true", "config": {key: "true"}}))

    assert_one_clear_line(outcome, "config", key, option)


@pytest.mark.parametrize("value", [{"a": "b"}, ["a", ["b"]], [{"a": 1}], [None]])
def test_a_setting_that_is_no_text_is_refused(value: Any, keycloak: Script, run_module: RunModule) -> None:
    looks(keycloak, mapper({}))

    assert_one_clear_line(run_module(MODULE, arguments(config={"roles": value})), "roles", "text")


def test_two_mappers_of_one_name_are_an_error_that_lists_their_ids(keycloak: Script, run_module: RunModule) -> None:
    looks(keycloak, mapper({}, id="id-2"), mapper({}, id="id-1"))

    assert_one_clear_line(run_module(MODULE, arguments(**ROW)), NAME, "id-1, id-2")


@pytest.mark.parametrize("lacking", list(ROW))
@pytest.mark.parametrize("check", [True, False])
def test_a_new_attribute_mapper_that_would_map_nothing_is_refused(
    check: bool, lacking: str, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak)
    half = {option: value for option, value in ROW.items() if option != lacking}

    assert_one_clear_line(run_module(MODULE, arguments(**half), check=check), NAME, lacking, "To create it, give")


def test_a_mapper_of_another_type_takes_its_settings_from_config(keycloak: Script, run_module: RunModule) -> None:
    other = {"providerId": "full-name-ldap-mapper"}
    config = {"ldap.full.name.attribute": ["displayName"], "read.only": ["true"]}
    made = mapper(config, **other)
    runs(keycloak, None, "post", "components", {"id": OWN_ID, **NAMES, **other, "config": config}, after=made)

    outcome = run_module(
        MODULE,
        arguments(
            mapper_type="full-name-ldap-mapper",
            config={"ldap.full.name.attribute": "displayName", "read.only": True},
        ),
    )

    assert outcome["changed"] is True


def test_a_mapper_that_another_run_makes_at_the_same_time_goes_on_as_an_update(
    keycloak: Script, run_module: RunModule
) -> None:
    wish = {"id": OWN_ID, **NAMES, "config": WIRE_ROW}
    theirs = mapper({**WIRE_ROW, "ldap.attribute": ["isMemberOf"]}, id=OWN_ID)
    looks(keycloak)
    keycloak.post("components", wish, status=409, json={"error": "conflict"})
    reads(keycloak, theirs)
    reads(keycloak, theirs)
    keycloak.put(f"components/{OWN_ID}", wish)
    keycloak.clears_user_cache()
    reads(keycloak, mapper(WIRE_ROW, id=OWN_ID))

    assert run_module(MODULE, arguments(**ROW))["actions"] == [f"create LDAP mapper {NAME}"]


def test_a_mapper_whose_id_another_name_bears_gets_an_id_of_keycloak(keycloak: Script, run_module: RunModule) -> None:
    wish = {**NAMES, "config": WIRE_ROW}
    renamed = mapper({**WIRE_ROW, "user.model.attribute": ["othergroups"]}, id=OWN_ID, name="renamed")
    looks(keycloak, renamed)
    keycloak.post("components", {"id": OWN_ID, **wish}, status=409, json={"error": "conflict"})
    reads(keycloak, renamed)
    keycloak.post("components", wish)
    keycloak.clears_user_cache()
    reads(keycloak, renamed, mapper(WIRE_ROW))

    assert run_module(MODULE, arguments(**ROW))["ldap_mapper"]["id"] == "mapper-uuid"


@pytest.mark.parametrize("own", [[], [mapper(WIRE_ROW)]])
@pytest.mark.parametrize("check", [True, False])
def test_a_second_mapper_for_a_user_attribute_is_refused_and_the_first_one_named(
    own: list[dict[str, Any]], check: bool, *, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak, mapper(WIRE_ROW, id="old-uuid", name="my-old-mapper"), *own)

    outcome = run_module(MODULE, arguments(**ROW), check=check)

    assert_one_clear_line(outcome, "'my-old-mapper'", "cellsgroups", "take_over")


def test_a_mapper_for_the_same_attribute_is_taken_over_on_request(keycloak: Script, run_module: RunModule) -> None:
    old = mapper({**WIRE_ROW, "ldap.attribute": ["member"]}, name="my-old-mapper")
    body = {"id": "mapper-uuid", **NAMES, "config": WIRE_ROW}
    looks(keycloak, old)
    keycloak.put("components/mapper-uuid", body)
    keycloak.clears_user_cache()
    reads(keycloak, mapper(WIRE_ROW))

    outcome = run_module(MODULE, arguments(**ROW, take_over=True))

    assert outcome["actions"] == [f"update LDAP mapper {NAME}: name (was my-old-mapper), ldap.attribute"]
    assert outcome["diff"]["before"]["name"] == "my-old-mapper"
    assert outcome["diff"]["after"]["name"] == NAME


def test_a_mapper_of_another_type_may_fill_anything(keycloak: Script, run_module: RunModule) -> None:
    looks(
        keycloak, mapper(WIRE_ROW), mapper(WIRE_ROW, id="other", name="other", providerId="hardcoded-attribute-mapper")
    )

    assert not run_module(MODULE, arguments(**ROW))["changed"]


def test_a_masked_secret_is_not_sent_back_to_the_server(keycloak: Script, run_module: RunModule) -> None:
    before, after = {"bind": [MASK], "read.only": ["false"]}, {"bind": [MASK], "read.only": ["true"]}
    body = {"id": "mapper-uuid", **NAMES, "config": {"read.only": ["true"]}}
    runs(keycloak, mapper(before), "put", "components/mapper-uuid", body, after=mapper(after))

    assert run_module(MODULE, arguments(read_only=True))["changed"] is True


@pytest.mark.parametrize("own", [[], [mapper(WIRE_ROW)]], ids=["new", "there"])
def test_the_cache_policy_of_the_provider_goes_along_on_request(
    own: list[dict[str, Any]], *, keycloak: Script, run_module: RunModule
) -> None:
    def provider(**config: list[str]) -> dict[str, Any]:
        return {**PROVIDERS[0], "config": {"editMode": ["READ_ONLY"], **config}}

    wish = arguments(**ROW, provider_cache_policy="NO_CACHE")
    there = [provider(bindCredential=[MASK]), *own]
    keycloak.get("components", there)
    promised = run_module(MODULE, wish, check=True)
    keycloak.get("components", there)
    # Keycloak keeps a secret that does not come along.
    keycloak.put("components/ldap-uuid", provider(cachePolicy=["NO_CACHE"]))
    keycloak.clears_user_cache()
    if not own:
        keycloak.post("components", {"id": OWN_ID, **NAMES, "config": WIRE_ROW})
        keycloak.clears_user_cache()
    keycloak.get("components", [provider(cachePolicy=["NO_CACHE"]), mapper(WIRE_ROW)])

    done = run_module(MODULE, wish)

    made = [] if own else [f"create LDAP mapper {NAME}"]
    assert done["actions"] == promised["actions"] == ["update LDAP provider ldap: cachePolicy", *made]


def test_an_absent_mapper_is_removed_and_no_other(keycloak: Script, run_module: RunModule) -> None:
    wish = arguments(state="absent")
    looks(keycloak, mapper({}))
    promised = run_module(MODULE, wish, check=True)
    runs(keycloak, mapper({}), "delete", "components/mapper-uuid", after=None)
    done = run_module(MODULE, wish)
    looks(keycloak)
    again = run_module(MODULE, wish)

    assert promised.values == done.values
    assert done["actions"] == [f"remove LDAP mapper {NAME}"]
    assert again["changed"] is False
    assert again["ldap_mapper"] == {}


def test_a_mapper_for_another_attribute_than_the_one_given_is_not_removed(
    keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak, mapper({**WIRE_ROW, "user.model.attribute": ["groups"]}))

    assert run_module(MODULE, arguments(**ROW, state="absent"))["changed"] is False


def test_a_client_scope_that_does_not_count_does_not_keep_the_mapper(keycloak: Script, run_module: RunModule) -> None:
    protocol_mapper = {"protocolMapper": "oidc-usermodel-attribute-mapper", "config": {"user.attribute": "cellsgroups"}}
    wish = arguments(**ROW, state="absent", if_unused=True)
    for _run in range(2):
        looks(keycloak, mapper(WIRE_ROW))
        keycloak.get("client-scopes", [{"name": "cellsscope", "protocolMappers": [protocol_mapper]}])
        keycloak.get("clients", [{"clientId": "demo", "defaultClientScopes": ["cellsscope"]}])

    kept = run_module(MODULE, wish, check=True)
    gone = run_module(MODULE, {**wish, "apart_from_client_scopes": ["cellsscope"]}, check=True)

    assert (kept["changed"], kept["used_by"]) == (False, ["demo"])
    assert (gone["changed"], gone["used_by"]) == (True, [])


def test_a_value_that_the_server_does_not_keep_is_an_error_that_shows_both(
    keycloak: Script, run_module: RunModule
) -> None:
    body = {"id": "mapper-uuid", **NAMES, "config": {"read.only": ["true"]}}
    kept = mapper({"read.only": ["false"]})
    runs(keycloak, kept, "put", "components/mapper-uuid", body, after=kept)

    assert_one_clear_line(run_module(MODULE, arguments(read_only=True)), NAME, "read.only", "['true']", "['false']")
