# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of the modules that write to Keycloak: set, read back by python-keycloak, changed, cleared."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mapper_types import GROUP_CONFIG, STRATEGIES
from lab.realm import LDAP_PROVIDER
from lab.site import Site
from support.documented_options import own_options
from support.keycloak_token import Login
from support.module import assert_one_clear_line, call_module, predict_and_run

pytestmark = pytest.mark.usefixtures("one_mapper_an_attribute")

CLIENT, SCOPE, MAPPER = "keycloak_oidc_client", "keycloak_client_scope", "keycloak_ldap_mapper"
Read = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def login(shared_site: Site) -> Login:
    return Login(shared_site)


class Row(NamedTuple):
    """An option with its values in turn, what Keycloak shows then (None: just them), and what it needs besides."""

    option: str
    values: list[Any]
    read: Read
    seen: list[Any] | None
    base: dict[str, Any] = {}  # noqa: RUF012 - never changed


def key(name: str, empty: Any = "") -> Read:
    """Return a function that reads a key. The server may leave out empty values."""
    return lambda state: state.get(name, empty)


def attribute(name: str) -> Read:
    return lambda state: state.get("attributes", {}).get(name, "")


def config(name: str) -> Read:
    return lambda state: state["config"].get(name, [])


def in_any_order(name: str) -> Read:
    return lambda state: sorted(state.get(name, []))


def flag(option: str, name: str, **base: Any) -> Row:
    """Return the row of a bool, which goes there and back."""
    return Row(option, [True, False, True], key(name, False), [True, False, True], base)


def unset_flag(option: str, name: str, **base: Any) -> Row:
    return Row(option, [False, True, False], key(name, False), [False, True, False], base)


CLIENT_ROWS = [
    Row("name", ["Cells Demo", 'Zellen, „Übung" & <b>Söhne</b>', ""], key("name"), None, {}),
    Row("description", ["a 'b' \"c\", d=e\\f", "x" * 255, ""], key("description"), None, {}),
    flag("enabled", "enabled"),
    Row("root_url", ["https://a.example.org", "https://b.example.org/cells", ""], key("rootUrl"), None, {}),
    Row("base_url", ["https://a.example.org/?x=1&y=ü", "/cells/home", ""], key("baseUrl"), None, {}),
    Row(
        "redirect_uris",
        [
            ["https://b.example.org/*", "https://a.example.org/cb"],
            ["https://a.example.org/cb?x=1,2"],
            ["org.a.b:/cb"],
            [],
        ],
        in_any_order("redirectUris"),
        [
            ["https://a.example.org/cb", "https://b.example.org/*"],
            ["https://a.example.org/cb?x=1,2"],
            ["org.a.b:/cb"],
            [],
        ],
    ),
    Row(
        "post_logout_redirect_uris",
        [["https://b.example.org/out", "https://a.example.org/out"], ["+"], []],
        lambda client: sorted(filter(None, attribute("post.logout.redirect.uris")(client).split("##"))),
        [["https://a.example.org/out", "https://b.example.org/out"], ["+"], []],
    ),
    Row(
        "web_origins",
        [["https://b.example.org", "https://a.example.org"], ["+"], []],
        in_any_order("webOrigins"),
        [["https://a.example.org", "https://b.example.org"], ["+"], []],
    ),
    unset_flag("public_client", "publicClient"),
    flag(
        "authorization_services_enabled",
        "authorizationServicesEnabled",
        public_client=False,
        service_accounts_enabled=True,
    ),
    unset_flag("standard_flow_enabled", "standardFlowEnabled"),
    flag("implicit_flow_enabled", "implicitFlowEnabled"),
    flag("direct_access_grants_enabled", "directAccessGrantsEnabled"),
    flag("service_accounts_enabled", "serviceAccountsEnabled", public_client=False),
    flag("bearer_only", "bearerOnly"),
    flag("consent_required", "consentRequired"),
    Row(
        "client_authenticator_type",
        ["client-jwt", "client-secret"],
        lambda client: client["clientAuthenticatorType"],
        ["client-jwt", "client-secret"],
    ),
    Row("pkce_method", ["S256", "plain", ""], attribute("pkce.code.challenge.method"), None, {}),
    Row(
        "attributes",
        [
            {"a b.c": "ü, \"q\" 'r'", "oauth2.device.authorization.grant.enabled": True, "number": 7},
            {"a b.c": "cn=a\\,b,dc=example,dc=org", "number": 8},
            {"a b.c": "", "number": None},
        ],
        lambda client: [
            attribute(name)(client) for name in ("a b.c", "oauth2.device.authorization.grant.enabled", "number")
        ],
        [["ü, \"q\" 'r'", "true", "7"], ["cn=a\\,b,dc=example,dc=org", "true", "8"], ["", "true", ""]],
    ),
    Row(
        "secret",
        ["first-secret-of-a-test-0123456789", 'second, with ümläut and "quotes" 0123456789'],
        key("secret"),
        None,
        {"public_client": False},
    ),
    Row(
        "default_client_scopes",
        [["phone", "roles"], ["address", "email", "roles"], []],
        in_any_order("defaultClientScopes"),
        [["phone", "roles"], ["address", "email", "roles"], []],
        {"client_scopes_mode": "exact"},
    ),
    Row(
        "optional_client_scopes",
        [["phone", "address"], ["acr"], []],
        in_any_order("optionalClientScopes"),
        [["address", "phone"], ["acr"], []],
        {"client_scopes_mode": "exact"},
    ),
]


def protocol_mapper(**mapper: Any) -> dict[str, Any]:
    return {"name": "m", "protocol_mapper": "oidc-hardcoded-claim-mapper", **mapper}


def mapper_config(name: str) -> Read:
    return lambda scope: scope["protocolMappers"][0]["config"].get(name, "")


LONG_DN = ",".join([f"ou=Abteilung {n} für Zellen" for n in range(40)] + ["dc=example", "dc=org"])

SCOPE_ROWS = [
    Row("description", ["Defines `a` claim", 'Größe, "x" \\ <y>' + "z" * 200, ""], key("description"), None, {}),
    Row("protocol", ["openid-connect", "saml", "openid-connect"], key("protocol"), None, {}),
    Row(
        "attributes",
        [{"include.in.token.scope": False, "n": 1}, {"include.in.token.scope": True}, {"n": ""}],
        lambda scope: [attribute("include.in.token.scope")(scope), attribute("n")(scope)],
        [["false", "1"], ["true", "1"], ["true", ""]],
    ),
    Row(
        "protocol_mappers",
        [[protocol_mapper()], [protocol_mapper(), protocol_mapper(name="Mäpper, 2")], []],
        lambda scope: sorted(mapper["name"] for mapper in scope.get("protocolMappers", [])),
        [["m"], ["Mäpper, 2", "m"], []],
        {"protocol_mappers_mode": "exact"},
    ),
    Row(
        "protocol_mappers.name",
        [[protocol_mapper(name='a "b", c')], [protocol_mapper(name="ä/ö?ü")]],
        lambda scope: [mapper["name"] for mapper in scope["protocolMappers"]],
        [['a "b", c'], ["ä/ö?ü"]],
        {"protocol_mappers_mode": "exact"},
    ),
    Row(
        "protocol_mappers.protocol_mapper",
        [
            [{"name": "m", "protocol_mapper": "oidc-usermodel-attribute-mapper"}],
            [{"name": "m", "protocol_mapper": "oidc-hardcoded-claim-mapper"}],
        ],
        lambda scope: [mapper["protocolMapper"] for mapper in scope["protocolMappers"]],
        [["oidc-usermodel-attribute-mapper"], ["oidc-hardcoded-claim-mapper"]],
    ),
    Row(
        "protocol_mappers.config",
        [
            [protocol_mapper(config={"claim.name": "a\\.b", "claim.value": LONG_DN, "id.token.claim": True})],
            [protocol_mapper(config={"claim.name": "a.b", "id.token.claim": False})],
            [protocol_mapper(config={"claim.value": ""})],
        ],
        lambda scope: [mapper_config(name)(scope) for name in ("claim.name", "claim.value", "id.token.claim")],
        [["a\\.b", LONG_DN, "true"], ["a.b", LONG_DN, "false"], ["a.b", "", "false"]],
    ),
]

ATTRIBUTES = {"user_model_attribute": "cellsgroups", "ldap_attribute": "memberOf"}


def ldap_flag(option: str, name: str) -> Row:
    return Row(option, [True, False, True], config(name), [["true"], ["false"], ["true"]], ATTRIBUTES)


LDAP_GROUPS = {"groups_dn": "ou=test-pydio-cells,dc=example,dc=org", "mode": "READ_ONLY"}
GROUP_VALUES: dict[str, list[Any]] = {
    "groups_dn": ["ou=test-pydio-cells,dc=example,dc=org", "ou=people,dc=example,dc=org"],
    "groups_path": ["/"],
    "groups_ldap_filter": ["(cn=Test_*)", "(|(cn=Test_*)(cn=a))"],
    "group_name_ldap_attribute": ["cn", "ou"],
    "group_object_classes": [["groupOfNames"], ["groupOfNames", "top"]],
    "preserve_group_inheritance": [True, False],
    "ignore_missing_groups": [True, False],
    "membership_ldap_attribute": ["member", "memberUid"],
    "membership_attribute_type": ["UID", "DN"],
    "membership_user_ldap_attribute": ["uid", "cn"],
    "memberof_ldap_attribute": ["memberOf", "isMemberOf"],
    "user_groups_retrieve_strategy": list(STRATEGIES),
    "mapped_group_attributes": [["description"], ["description", "o"]],
    "drop_non_existing_groups_during_sync": [True, False],
    "mode": ["READ_ONLY", "IMPORT"],
}
"""Values of each option of the group mapper, one after the other."""

LDAP_ROWS = [
    Row(
        "user_model_attribute",
        ["cellsgroups", 'Grüppen, "2"'],
        config("user.model.attribute"),
        [["cellsgroups"], ['Grüppen, "2"']],
        {"ldap_attribute": "memberOf"},
    ),
    Row(
        "ldap_attribute",
        ["memberOf", "description;lang-de"],
        config("ldap.attribute"),
        [["memberOf"], ["description;lang-de"]],
        {"user_model_attribute": "cellsgroups"},
    ),
    ldap_flag("read_only", "read.only"),
    ldap_flag("always_read_value_from_ldap", "always.read.value.from.ldap"),
    ldap_flag("mandatory_in_ldap", "is.mandatory.in.ldap"),
    Row(
        "config",
        [{"attribute.default.value": LONG_DN}, {"attribute.default.value": 'a, "b"'}, {"attribute.default.value": ""}],
        config("attribute.default.value"),
        [[LONG_DN], ['a, "b"'], []],
        ATTRIBUTES | {"read_only": True},
    ),
    *(
        Row(
            option,
            values,
            config(GROUP_CONFIG[option]),
            [[",".join(value) if isinstance(value, list) else str(value).lower()] for value in values]
            if isinstance(values[0], (bool, list))
            else [[value] for value in values],
            {"mapper_type": "group-ldap-mapper", **LDAP_GROUPS},
        )
        for option, values in GROUP_VALUES.items()
    ),
    Row(
        "mapper_type",
        ["full-name-ldap-mapper"],
        lambda mapper: [mapper["providerId"], config("ldap.full.name.attribute")(mapper)],
        [["full-name-ldap-mapper", ["cn"]]],
        {"config": {"ldap.full.name.attribute": "cn", "read.only": True, "write.only": False}},
    ),
]


def client_of(site: Site, client_id: str) -> dict[str, Any]:
    (client,) = [c for c in site.admin.get_clients() if c["clientId"] == client_id]
    return dict(client)


def scope_of(site: Site, name: str) -> dict[str, Any]:
    (scope,) = [s for s in site.admin.get_client_scopes() if s["name"] == name]
    return dict(scope)


def mapper_of(site: Site, name: str) -> dict[str, Any]:
    (mapper,) = [c for c in site.admin.get_components() if c["name"] == name]
    return dict(mapper)


class Kind(NamedTuple):
    """A module, its table, the option with the object's name, and how python-keycloak reads the object."""

    module: str
    rows: list[Row]
    name_option: str
    find: Callable[[Site, str], dict[str, Any]]
    base: dict[str, Any]
    elsewhere: dict[str, str]
    """Options that a test of their own is about: option to that test."""


KINDS = [
    Kind(
        CLIENT,
        CLIENT_ROWS,
        "client_id",
        client_of,
        {},
        {
            "realm": "test_another_realm_is_another_object",
            "state": "test_removing_is_predicted_and_done_once",
            "client_id": "test_a_client_id_with_awkward_characters",
            "client_scopes_mode": "test_scopes_in_mode_add_stay_and_move",
            "rotate_secret_on": "test_the_secret_is_rotated_once_for_a_value",
            "return_secret": "test_the_secret_is_returned_on_request_only",
            "default_client_scopes_if_present": "test_scopes_are_assigned_only_if_the_realm_has_them",
            "predicted_client_scopes": "test_scopes_that_an_earlier_task_makes_need_no_warning",
        },
    ),
    Kind(
        SCOPE,
        SCOPE_ROWS,
        "name",
        scope_of,
        {},
        {
            "realm": "test_another_realm_is_another_object",
            "state": "test_removing_is_predicted_and_done_once",
            "name": "test_a_scope_name_that_keycloak_refuses",
            "protocol_mappers_mode": "test_protocol_mappers_in_mode_add_stay",
            "protocol_mappers.state": "test_an_absent_protocol_mapper_is_removed_if_it_is_that_one",
            "if_unused": "test_objects_that_another_client_uses_stay",
            "apart_from_clients": "test_objects_that_another_client_uses_stay",
        },
    ),
    Kind(
        MAPPER,
        LDAP_ROWS,
        "name",
        mapper_of,
        {"ldap_provider": LDAP_PROVIDER},
        {
            "realm": "test_another_realm_is_another_object",
            "state": "test_removing_is_predicted_and_done_once",
            "name": "test_a_mapper_name_with_awkward_characters",
            "ldap_provider": "test_an_ldap_provider_by_its_id",
            "take_over": "test_a_mapper_of_another_name_is_taken_over",
            "provider_cache_policy": "test_the_cache_policy_of_the_provider_is_set_on_request",
            "if_unused": "test_objects_that_another_client_uses_stay",
            "apart_from_clients": "test_objects_that_another_client_uses_stay",
            "apart_from_client_scopes": "test_objects_that_another_client_uses_stay",
        },
    ),
]


@pytest.fixture
def one_mapper_an_attribute(shared_site: Site) -> None:
    """Remove mappers of earlier tests for the same user attribute, because a second one is refused."""
    for component in shared_site.admin.get_components():
        if component["config"].get("user.model.attribute") == [ATTRIBUTES["user_model_attribute"]]:
            shared_site.admin.delete_component(component["id"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.module)
def test_the_tables_have_every_option(kind: Kind) -> None:
    assert {row.option for row in kind.rows} | set(kind.elsewhere) == own_options(kind.module)
    assert {name for name in kind.elsewhere.values() if name not in globals()} == set()


def table() -> list[Any]:
    return [
        pytest.param(kind, row, f"row-{number}", id=f"{kind.module}-{row.option}")
        for kind in KINDS
        for number, row in enumerate(kind.rows)
    ]


@pytest.mark.parametrize(("kind", "row", "name"), table())
@pytest.mark.thorough
def test_each_option_is_set_changed_and_cleared(
    kind: Kind, row: Row, name: str, shared_site: Site, login: Login
) -> None:
    option = row.option.partition(".")[0]
    for value, seen in zip(row.values, row.seen or row.values, strict=True):
        given = {**kind.base, **row.base, kind.name_option: name, option: value}
        predict_and_run(kind.module, {**login.options(), **given})
        assert row.read(kind.find(shared_site, name)) == seen


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (KINDS[0], {"name": "n", "redirect_uris": ["https://a.example.org/cb"], "attributes": {"a": "b"}}),
        (KINDS[1], {"description": "d", "protocol_mappers": [protocol_mapper()], "attributes": {"a": "b"}}),
        (KINDS[2], ATTRIBUTES | {"read_only": True}),
    ],
    ids=[CLIENT, SCOPE, MAPPER],
)
def test_options_that_are_left_out_stay_unchanged(
    kind: Kind, options: dict[str, Any], shared_site: Site, login: Login
) -> None:
    named = {**kind.base, kind.name_option: "left-out"}
    predict_and_run(kind.module, {**login.options(), **named, **options})
    before = kind.find(shared_site, "left-out")

    predict_and_run(kind.module, {**login.options(), **named}, changed=False)
    other = {MAPPER: {"config": {"is.binary.attribute": "false"}}}.get(kind.module, {"attributes": {"other": "1"}})
    done = predict_and_run(kind.module, {**login.options(), **named, **other})

    after = kind.find(shared_site, "left-out")
    part = "config" if kind.module == MAPPER else "attributes"
    (new,) = other.values()
    new = {name: [value] if kind.module == MAPPER else value for name, value in new.items()}
    assert {**after, part: None} == {**before, part: None}
    assert after[part] == {**before[part], **new}
    assert set(done["diff"]["after"]) <= {part, "providerId", "name"}, "the diff shows declared keys only"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.module)
def test_removing_is_predicted_and_done_once(kind: Kind, shared_site: Site, login: Login) -> None:
    options = {**kind.base, kind.name_option: "removed"}
    made = ATTRIBUTES if kind.module == MAPPER else {}
    predict_and_run(kind.module, {**login.options(), **options, **made}, again=False)
    kind.find(shared_site, "removed")

    gone = predict_and_run(kind.module, {**login.options(), **options, "state": "absent"})

    assert gone["diff"]["after"] == {}
    with pytest.raises(ValueError, match="not enough values"):
        kind.find(shared_site, "removed")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.module)
def test_another_realm_is_another_object(kind: Kind, shared_site: Site, login: Login) -> None:
    options = {**login.options(), "realm": "master", **kind.base, kind.name_option: "other-realm"}
    made = ATTRIBUTES if kind.module == MAPPER else {}

    result = call_module(kind.module, {**options, **made}, check=True)

    if kind.module == MAPPER:
        assert_one_clear_line(result, "Realm master has no LDAP provider 'ldap'")
    else:
        assert result["changed"]
    with pytest.raises(ValueError, match="not enough values"):
        kind.find(shared_site, "other-realm")


def test_a_client_id_with_awkward_characters(shared_site: Site, login: Login) -> None:
    for client_id in ('https://cells.example.org/ü?a=b&c="d e",f', "Awkward", "awkward", "awk%20ward"):
        predict_and_run(CLIENT, {**login.options(), "client_id": client_id, "name": client_id})
    assert client_of(shared_site, "Awkward")["name"] == "Awkward"
    assert client_of(shared_site, "awkward")["name"] == "awkward"
    (read,) = call_module("keycloak_oidc_client_info", {**login.options(), "client_id": "awk%20ward"})["clients"]
    assert read["clientId"] == "awk%20ward"


def test_a_scope_name_that_keycloak_refuses(shared_site: Site, login: Login) -> None:
    before = len(shared_site.admin.get_client_scopes())
    result = call_module(SCOPE, {**login.options(), "name": 'with blank and "quotes"'})
    assert_one_clear_line(result, "HTTP 400", 'with blank and "quotes"')
    assert len(shared_site.admin.get_client_scopes()) == before


def test_a_scope_name_with_awkward_characters(shared_site: Site, login: Login) -> None:
    name = "a/b?c=%20,d'e&<f>"
    predict_and_run(SCOPE, {**login.options(), "name": name, "protocol_mappers": [protocol_mapper()]})
    predict_and_run(CLIENT, {**login.options(), "client_id": "awkward-scope", "default_client_scopes": [name]})
    assert scope_of(shared_site, name)["protocolMappers"][0]["name"] == "m"
    assert name in assigned(shared_site, "awkward-scope")[0]


def test_a_mapper_name_with_awkward_characters(shared_site: Site, login: Login) -> None:
    name = 'memberOf, "Größe" & cn=a\\,b/c'
    predict_and_run(MAPPER, {**login.options(), "ldap_provider": LDAP_PROVIDER, "name": name, **ATTRIBUTES})
    assert mapper_of(shared_site, name)["config"]["ldap.attribute"] == ["memberOf"]


def test_objects_that_another_client_uses_stay(shared_site: Site, login: Login) -> None:
    mapper = {"name": "groups", "protocol_mapper": "oidc-usermodel-attribute-mapper"}
    mapper["config"] = {"user.attribute": "shared", "claim.name": "shared"}
    scope = {**login.options(), "name": "shared"}
    ldap = {**login.options(), "ldap_provider": LDAP_PROVIDER, "name": "shared mapper"}
    predict_and_run(SCOPE, {**scope, "protocol_mappers": [mapper]})
    predict_and_run(MAPPER, {**ldap, "user_model_attribute": "shared", "ldap_attribute": "memberOf"})
    predict_and_run(CLIENT, {**login.options(), "client_id": "user", "default_client_scopes": ["shared"]})

    unused = {"state": "absent", "if_unused": True}
    for module, options in ((MAPPER, ldap), (SCOPE, scope)):
        kept = predict_and_run(module, {**options, **unused}, changed=False)
        assert kept["used_by"] == ["user"]
        if module == MAPPER:
            apart = {"apart_from_client_scopes": ["shared"]}
            assert call_module(module, {**options, **unused, **apart}, check=True)["changed"]
        predict_and_run(module, {**options, **unused, "apart_from_clients": ["user"]})


def test_scopes_are_assigned_only_if_the_realm_has_them(shared_site: Site, login: Login) -> None:
    options = {**login.options(), "client_id": "if-present", "default_client_scopes_if_present": ["address", "nobodys"]}

    predict_and_run(CLIENT, options)

    client = client_of(shared_site, "if-present")
    assert "address" in client["defaultClientScopes"]
    assert "address" not in client["optionalClientScopes"]
    assert "nobodys" not in client["defaultClientScopes"]


def test_scopes_that_an_earlier_task_makes_need_no_warning(shared_site: Site, login: Login) -> None:
    options = {**login.options(), "client_id": "early", "default_client_scopes": ["later"]}
    warned = call_module(CLIENT, options, check=True)
    assert "no client scope later" in json.dumps(warned["warnings"])
    told = call_module(CLIENT, {**options, "predicted_client_scopes": ["later"]}, check=True)
    assert not told.get("warnings")
    assert told["actions"] == warned["actions"]


def test_a_mapper_of_another_name_is_taken_over(shared_site: Site, login: Login) -> None:
    attribute = {"user_model_attribute": "taken", "ldap_attribute": "memberOf"}
    options = {**login.options(), "ldap_provider": LDAP_PROVIDER, **attribute}
    predict_and_run(MAPPER, {**options, "name": "of somebody else"})
    for check in (True, False):
        refused = call_module(MAPPER, {**options, "name": "of the guide"}, check=check)
        assert_one_clear_line(refused, "'of somebody else'", "taken", "take_over")
    predict_and_run(MAPPER, {**options, "name": "of the guide", "take_over": True})


def test_the_cache_policy_of_the_provider_is_set_on_request(shared_site: Site, login: Login) -> None:
    def provider() -> dict[str, list[str]]:
        config: dict[str, list[str]] = mapper_of(shared_site, LDAP_PROVIDER)["config"]
        return config

    before = provider()
    options = {**login.options(), "ldap_provider": LDAP_PROVIDER, "name": "beside", **ATTRIBUTES}
    for policy in ("DEFAULT", "NO_CACHE"):
        predict_and_run(MAPPER, {**options, "provider_cache_policy": policy})
        assert provider() == {**before, "cachePolicy": [policy]}
    predict_and_run(MAPPER, options, changed=False)
    # The password to the directory, which shows masked, is still the right one.
    assert shared_site.admin.get_users({"username": "dora", "exact": True})
    refused = call_module(MAPPER, {**options, "provider_cache_policy": "DEFAULT", "state": "absent"})
    assert_one_clear_line(refused, "provider_cache_policy")


def test_an_ldap_provider_by_its_id(shared_site: Site, login: Login) -> None:
    provider = mapper_of(shared_site, LDAP_PROVIDER)["id"]
    options = {**login.options(), "name": "by id", **ATTRIBUTES}
    predict_and_run(MAPPER, {**options, "ldap_provider": provider})
    predict_and_run(MAPPER, {**options, "ldap_provider": LDAP_PROVIDER}, changed=False)
    assert mapper_of(shared_site, "by id")["parentId"] == provider


@pytest.mark.parametrize("option", ["user_model_attribute", "ldap_attribute"])
def test_an_ldap_mapper_cannot_lose_its_attributes(option: str, shared_site: Site, login: Login) -> None:
    options = {**login.options(), "ldap_provider": LDAP_PROVIDER, "name": f"keeps {option}"}
    predict_and_run(MAPPER, {**options, **ATTRIBUTES}, again=False)
    before = mapper_of(shared_site, options["name"])

    assert_one_clear_line(call_module(MAPPER, {**options, option: ""}))

    assert mapper_of(shared_site, options["name"]) == before


def test_a_mappers_type_is_not_changed(shared_site: Site, login: Login) -> None:
    options = {**login.options(), "ldap_provider": LDAP_PROVIDER, "name": "of one type"}
    predict_and_run(MAPPER, {**options, **ATTRIBUTES}, again=False)

    other = {"mapper_type": "full-name-ldap-mapper", "config": {"ldap.full.name.attribute": "cn"}}
    result = call_module(MAPPER, {**options, **other})

    assert_one_clear_line(result, "user-attribute-ldap-mapper", "full-name-ldap-mapper")
    assert mapper_of(shared_site, "of one type")["providerId"] == "user-attribute-ldap-mapper"


def test_a_full_name_mapper_is_changed(shared_site: Site, login: Login) -> None:
    options = {
        **login.options(),
        "ldap_provider": LDAP_PROVIDER,
        "name": "a full name",
        "mapper_type": "full-name-ldap-mapper",
    }
    first = {"ldap.full.name.attribute": "cn", "read.only": True, "write.only": False}
    predict_and_run(MAPPER, {**options, "config": first})
    predict_and_run(MAPPER, {**options, "config": {"ldap.full.name.attribute": "displayName"}})
    assert {k: v for k, v in mapper_of(shared_site, "a full name")["config"].items() if k in first} == {
        "ldap.full.name.attribute": ["displayName"],
        "read.only": ["true"],
        "write.only": ["false"],
    }


def test_the_providers_own_mappers_are_left_alone(shared_site: Site, login: Login) -> None:
    def others() -> list[dict[str, Any]]:
        return sorted(
            (c for c in shared_site.admin.get_components() if c["name"] != "mine"), key=lambda c: str(c["id"])
        )

    before = others()
    assert len([c for c in before if c["providerType"].endswith("LDAPStorageMapper")]) >= 6
    options = {**login.options(), "ldap_provider": LDAP_PROVIDER, "name": "mine"}
    predict_and_run(MAPPER, {**options, **ATTRIBUTES}, again=False)
    predict_and_run(MAPPER, {**options, "ldap_attribute": "description"}, again=False)
    predict_and_run(MAPPER, {**options, "state": "absent"}, again=False)
    assert others() == before


def assigned(site: Site, client_id: str) -> tuple[set[str], set[str]]:
    """Return the names of a client's default and optional scopes, by the calls that list them."""
    uuid = client_of(site, client_id)["id"]
    return (
        {scope["name"] for scope in site.admin.get_client_default_client_scopes(uuid)},
        {scope["name"] for scope in site.admin.get_client_optional_client_scopes(uuid)},
    )


def test_scopes_in_mode_add_stay_and_move(shared_site: Site, login: Login) -> None:
    named = {"client_id": "moving"}
    predict_and_run(CLIENT, {**login.options(), **named, "default_client_scopes": ["phone"]})
    default, optional = assigned(shared_site, "moving")
    assert {"phone", "roles", "email", "profile"} <= default
    assert "phone" not in optional
    assert "address" in optional

    moved = predict_and_run(CLIENT, {**login.options(), **named, "optional_client_scopes": ["phone", "email"]})

    assert assigned(shared_site, "moving") == (default - {"phone", "email"}, optional | {"phone", "email"})
    assert {line.partition(" client scope")[0] for line in moved["actions"]} == {"remove default", "assign optional"}
    predict_and_run(CLIENT, {**login.options(), **named, "default_client_scopes": ["phone", "email"]})
    assert assigned(shared_site, "moving") == (default, optional)
    predict_and_run(CLIENT, {**login.options(), **named, "default_client_scopes": []}, changed=False)


def test_scopes_in_mode_exact_on_create_and_update(shared_site: Site, login: Login) -> None:
    named = {"client_id": "exact", "client_scopes_mode": "exact"}
    first = {"default_client_scopes": ["roles", "phone"], "optional_client_scopes": ["email"]}
    predict_and_run(CLIENT, {**login.options(), **named, **first})
    assert assigned(shared_site, "exact") == ({"roles", "phone"}, {"email"})

    second = {"default_client_scopes": ["roles", "email"], "optional_client_scopes": ["phone", "address"]}
    predict_and_run(CLIENT, {**login.options(), **named, **second})
    assert assigned(shared_site, "exact") == ({"roles", "email"}, {"phone", "address"})

    predict_and_run(CLIENT, {**login.options(), **named, "optional_client_scopes": []})
    assert assigned(shared_site, "exact") == ({"roles", "email"}, set())


def test_protocol_mappers_in_mode_add_stay(shared_site: Site, login: Login) -> None:
    def names() -> set[str]:
        return {mapper["name"] for mapper in scope_of(shared_site, "adding").get("protocolMappers", [])}

    run = partial(predict_and_run, SCOPE)
    run({**login.options(), "name": "adding", "protocol_mappers": [protocol_mapper(name="a")]})
    run({**login.options(), "name": "adding", "protocol_mappers": [protocol_mapper(name="b")]})
    assert names() == {"a", "b"}
    exact = {"protocol_mappers": [protocol_mapper(name="c")], "protocol_mappers_mode": "exact"}
    run({**login.options(), "name": "adding", **exact})
    assert names() == {"c"}


def test_an_absent_protocol_mapper_is_removed_if_it_is_that_one(shared_site: Site, login: Login) -> None:
    wish = {**login.options(), "name": "removing"}
    mapper = protocol_mapper(name="a")
    predict_and_run(SCOPE, {**wish, "protocol_mappers": [mapper, protocol_mapper(name="b")]})
    other = {**mapper, "state": "absent", "config": {"claim.name": "another"}}
    predict_and_run(SCOPE, {**wish, "protocol_mappers": [other]}, changed=False)
    predict_and_run(SCOPE, {**wish, "protocol_mappers": [{**mapper, "state": "absent"}]})
    assert {mapper["name"] for mapper in scope_of(shared_site, "removing")["protocolMappers"]} == {"b"}


def test_the_secret_is_rotated_once_for_a_value(shared_site: Site, login: Login) -> None:
    def secret() -> str:
        uuid = client_of(shared_site, "rotating")["id"]
        return str(shared_site.admin.get_client_secrets(uuid)["value"])

    named = {"client_id": "rotating", "public_client": False}
    predict_and_run(CLIENT, {**login.options(), **named, "rotate_secret_on": "2026"})
    first = secret()
    done = predict_and_run(CLIENT, {**login.options(), **named, "rotate_secret_on": "2027"})
    second = secret()
    predict_and_run(CLIENT, {**login.options(), **named}, changed=False)
    assert secret() == second != first
    assert len(second) >= 32
    assert sum("rotate the secret" in line for line in done["actions"]) == 1
    assert second not in json.dumps(done)


def test_the_secret_is_returned_on_request_only(shared_site: Site, login: Login) -> None:
    options = {"client_id": "returning", "public_client": False}
    made = call_module(CLIENT, {**login.options(), **options})
    secret = client_of(shared_site, "returning")["secret"]
    asked = call_module(CLIENT, {**login.options(), **options, "return_secret": True})
    assert "client_secret" not in made
    assert secret not in json.dumps(made)
    assert asked["client_secret"] == secret
    assert secret not in json.dumps({**asked, "client_secret": ""})


def test_values_that_keycloak_computes_are_not_sent_back(shared_site: Site, login: Login) -> None:
    named = {"client_id": "computed"}
    call_module(CLIENT, {**login.options(), **named, "attributes": {"a": "1"}})
    if "realm_client" not in client_of(shared_site, "computed")["attributes"]:
        pytest.skip(f"Keycloak {shared_site.lab.keycloak.version} does not work out realm_client")

    result = call_module(CLIENT, {**login.options(), **named, "attributes": {"a": "2"}}, sent=True)

    (body,) = [json.loads(body) for method, _url, body in result["sent"] if method == "PUT"]
    assert body["attributes"]["a"] == "2"
    assert "realm_client" not in body["attributes"]
    assert set(body) == {"attributes", "frontchannelLogout"}


def test_a_saml_client_is_left_alone_and_none_of_its_keys_are_shown(shared_site: Site, login: Login) -> None:
    key = "private-key-of-a-test-0123456789"
    # Keycloak would make a key itself, which takes it long.
    attributes = {"saml.client.signature": "false", "saml.signing.private.key": key}
    shared_site.admin.create_client({"clientId": "saml", "protocol": "saml", "attributes": attributes})
    before = client_of(shared_site, "saml")
    assert before["attributes"]["saml.signing.private.key"] == key

    for own in ({"name": "mine"}, {"state": "absent"}):
        for check in (True, False):
            result = call_module(CLIENT, {**login.options(), "client_id": "saml", **own}, check=check)
            assert_one_clear_line(result, "protocol saml")
    read = call_module("keycloak_oidc_client_info", login.options())

    assert client_of(shared_site, "saml") == before
    assert "saml" not in [client["clientId"] for client in read["clients"]]
    assert key not in json.dumps(read)


def test_a_scope_for_saml_is_none_that_a_client_can_have(shared_site: Site, login: Login) -> None:
    options = {**login.options(), "client_id": "no-saml", "default_client_scopes": ["role_list"]}

    assert_one_clear_line(call_module(CLIENT, options), "no client scope role_list for openid-connect")
    assert "role_list" in json.dumps(call_module(CLIENT, options, check=True)["warnings"])


def test_post_logout_uris_by_the_attributes_own_name(shared_site: Site, login: Login) -> None:
    uris = {"post.logout.redirect.uris": "https://b.example.org##https://a.example.org"}
    predict_and_run(CLIENT, {**login.options(), "client_id": "by attribute", "attributes": uris})


def test_attributes_of_the_secret_are_those_of_the_new_one_after_a_rotation(shared_site: Site, login: Login) -> None:
    named = {**login.options(), "client_id": "of the new one", "public_client": False}
    predict_and_run(CLIENT, {**named, "rotate_secret_on": "2026"})
    before = client_of(shared_site, "of the new one")["attributes"]["client.secret.creation.time"]
    time.sleep(1.1)

    predict_and_run(CLIENT, {**named, "rotate_secret_on": "2027"})

    assert client_of(shared_site, "of the new one")["attributes"]["client.secret.creation.time"] > before


def test_a_mapper_of_another_type_is_not_removed(shared_site: Site, login: Login) -> None:
    options = {**login.options(), "ldap_provider": LDAP_PROVIDER, "state": "absent", "name": "username"}
    predict_and_run(MAPPER, {**options, "name": "not there"}, changed=False)
    full = {"mapper_type": "full-name-ldap-mapper", "config": {"ldap.full.name.attribute": "cn"}}
    predict_and_run(MAPPER, {**options, **full, "name": "other", "state": "present"}, again=False)

    assert_one_clear_line(call_module(MAPPER, {**options, "name": "other"}), "full-name-ldap-mapper")

    assert mapper_of(shared_site, "other")
    predict_and_run(MAPPER, {**options, "name": "other", "mapper_type": "full-name-ldap-mapper"})


def test_a_mapper_is_absent_if_its_provider_does_not_exist(login: Login) -> None:
    options = {**login.options(), "ldap_provider": "gone", "name": "memberOf to group", "state": "absent"}
    predict_and_run(MAPPER, options, changed=False)
