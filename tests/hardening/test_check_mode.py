# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A generated table of states and options: the prediction of check mode is compared with the run and with the server.

The server is asked by python-keycloak, by plain REST calls and by reading the file, not by the collection.
In short the rows are the same each time; in full there are more of them, and others each time.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lab.realm import LDAP_PROVIDER
from lab.site import Site, make_site
from support.keycloak_token import Login
from support.module import SHOWN, assert_one_clear_line, call_module
from support.prediction import assert_predicted_run, contains
from support.role import run_role

FULL = os.environ.get("HARDENING") == "full"
NAME = "predicted"
Options = dict[str, Any]
Made = Callable[[random.Random], Any]


def one_of(*values: Any) -> Made:
    return lambda chance: chance.choice(values)


def some_of(*values: Any) -> Made:
    """Return a maker of lists in any order, the empty one too."""
    return lambda chance: chance.sample(values, chance.randint(0, len(values)))


def dict_of(**values: Made) -> Made:
    """Return a maker of dicts with some of the keys; two underscores stand for a dot."""
    return lambda chance: {
        name.replace("__", "."): make(chance)
        for name, make in chance.sample(list(values.items()), chance.randint(1, len(values)))
    }


flag = one_of(True, False)
text = one_of("", "plain", "Zellen, «Übung» & <b>Söhne</b>", "a\\,b=\"c\" 'd'", "x" * 200)
url = one_of("https://a.example.org", "https://b.example.org/cells?x=1&y=ü", "")


def protocol_mapper(chance: random.Random) -> Options:
    mapper: Options = {"name": chance.choice(["groups", "mail", "other"])}
    if chance.random() < 0.15:
        return {**mapper, "state": "absent"}
    config = dict_of(
        user__attribute=one_of("cellsgroups", "memberOf", "mail"),
        claim__name=one_of("cellsgroups", "groups"),
        jsonType__label=one_of("String", "JSON"),
        id__token__claim=flag,
        access__token__claim=flag,
        multivalued=flag,
    )
    return {**mapper, "protocol_mapper": "oidc-usermodel-attribute-mapper", "config": config(chance)}


def protocol_mappers(chance: random.Random) -> list[Options]:
    mappers = [protocol_mapper(chance) for _number in range(chance.randint(0, 3))]
    return list({mapper["name"]: mapper for mapper in mappers}.values())


def mapping_rule(chance: random.Random) -> Options:
    rule = dict_of(
        rule_string=one_of("", "a,b", "preg:^cn=([^,]+)", "Test_DEM_WebUsers"),
        left_split=one_of("", ";"),
        right_value_template=one_of("", "x-{{.Value}}"),
        no_update=flag,
    )
    return {
        "left_attribute": chance.choice(["cellsgroups", "email", "name"]),
        "right_attribute": chance.choice(["Roles", "GroupPath", "displayName"]),
        **rule(chance),
    }


def mapping_rules(chance: random.Random) -> list[Options]:
    rules = [mapping_rule(chance) for _number in range(chance.randint(0, 3))]
    return list({(rule["left_attribute"], rule["right_attribute"]): rule for rule in rules}.values())


AUDIENCES = some_of("https://a.example.org", "https://b.example.org/x", "https://c.example.org")


def find(objects: list[Options], **wanted: Any) -> Options | None:
    """Return the one object with these values, or None."""
    found = [entry for entry in objects if all(entry.get(key) == value for key, value in wanted.items())]
    assert len(found) <= 1, found
    return found[0] if found else None


def client_seen(site: Site) -> Options | None:
    return find(site.admin.get_clients(), clientId=NAME)


def scope_seen(site: Site) -> Options | None:
    return find(site.admin.get_client_scopes(), name=NAME)


def mapper_seen(site: Site) -> Options | None:
    return find(site.admin.get_components(), name=NAME)


def role_seen(site: Site) -> Options | None:
    roles = call_module("cells_role_info", {**site.cells_options, "role_id": NAME})["roles"]
    return {**roles[0], "LastUpdated": None} if roles else None


def connector_seen(site: Site) -> Options | None:
    return find(site.rows().cells("config/oauth2connectors").get("connectors", []), id=NAME)


def stored_audience(site: Site) -> Options | None:
    config = json.loads(site.cells.config_path.read_text(encoding="utf-8"))
    return find(config["services"]["pydio.web.oauth"]["staticClients"], client_id="cells-frontend")


def shown_audience(site: Site) -> Options | None:
    return find(site.rows().cells("config/oauth2clients")["staticClients"], client_id="cells-frontend")


def roles_seen(site: Site) -> Options:
    account = site.admin.get_client_service_account_user(str(site.admin.get_client_id("predicted-account")))
    management = str(site.admin.get_client_id("realm-management"))
    roles = site.admin.get_client_roles_of_user(account["id"], management)
    return {"roles": sorted(role["name"] for role in roles)}


@dataclass(frozen=True)
class Table:
    """A module that writes: the names of its objects, the options to vary, and how to read the object from the
    server."""

    named: Options
    declared: dict[str, Made]
    seen: Callable[[Site], Options | None]
    needed: dict[str, Made]
    """Options that each row with state present has."""
    may_be_absent: bool = True

    def row(self, chance: random.Random) -> Options:
        """Return options of the module, for an object that is to be there or not."""
        needed = {name: make(chance) for name, make in self.needed.items()}
        if self.may_be_absent and chance.random() < 0.15:
            return {**self.named, "state": "absent"}
        most = min(7, len(self.declared))
        chosen = chance.sample(list(self.declared.items()), chance.randint(0, most))
        return {**self.named, **{name: make(chance) for name, make in chosen}, **needed}


TABLES = {
    "keycloak_oidc_client": Table(
        {"client_id": NAME},
        {
            "name": text,
            "description": text,
            "enabled": flag,
            "root_url": url,
            "base_url": url,
            "redirect_uris": some_of("https://a.example.org/cb", "https://b.example.org/*", "com.example.app:/cb"),
            "post_logout_redirect_uris": some_of("https://a.example.org/out", "https://b.example.org/out"),
            "web_origins": some_of("https://a.example.org", "https://b.example.org"),
            "public_client": flag,
            "authorization_services_enabled": flag,
            "standard_flow_enabled": flag,
            "implicit_flow_enabled": flag,
            "direct_access_grants_enabled": flag,
            "service_accounts_enabled": flag,
            "pkce_method": one_of("", "S256", "plain"),
            "attributes": dict_of(
                a=text,
                b__c=one_of("1", 2, True, None, "", ["1"]),
                d=text,
                post__logout__redirect__uris=one_of("https://b.example.org##https://a.example.org", ""),
            ),
            "secret": one_of("secret-of-the-prediction-one-0123456789", "secret-of-the-prediction-two-0123456789", ""),
            "rotate_secret_on": one_of("2026", "2027"),
            "default_client_scopes": some_of("phone", "address", "email", "profile"),
            "optional_client_scopes": some_of("phone", "address", "acr", "email"),
            "client_scopes_mode": one_of("add", "exact"),
        },
        client_seen,
        {},
    ),
    "keycloak_client_scope": Table(
        {"name": NAME},
        {
            "description": text,
            "protocol": one_of("openid-connect", "saml"),
            "attributes": dict_of(
                display__on__consent__screen=flag, consent__screen__text=text, include__in__token__scope=flag
            ),
            "protocol_mappers": protocol_mappers,
            "protocol_mappers_mode": one_of("add", "exact"),
        },
        scope_seen,
        {},
    ),
    "keycloak_ldap_mapper": Table(
        {"name": NAME, "ldap_provider": LDAP_PROVIDER},
        {
            "read_only": flag,
            "always_read_value_from_ldap": flag,
            "mandatory_in_ldap": flag,
            "config": dict_of(
                is__binary__attribute=flag, attribute__default__value=one_of("", "none", {}), read__only=flag
            ),
        },
        mapper_seen,
        {
            "user_model_attribute": one_of("cellsgroups", "groups"),
            "ldap_attribute": one_of("memberOf", "description", "cn"),
        },
    ),
    "keycloak_service_account_roles": Table(
        {"client_id": "predicted-account"},
        {"mode": one_of("add", "exact"), "state": one_of("present", "absent")},
        roles_seen,
        {"roles": some_of("manage-clients", "manage-realm", "view-users", "view-events", "query-groups")},
        may_be_absent=False,
    ),
    "cells_connector": Table(
        {"connector_id": NAME},
        {
            "scopes": some_of("openid", "profile", "email", "groups"),
            "insecure_skip_email_verified": flag,
            "get_user_info": flag,
            "basic_auth_unsupported": flag,
            "user_id_key": one_of("email", "sub", ""),
            "user_name_key": one_of("email", "preferred_username"),
            "hosted_domains": some_of("a.example.org", "b.example.org"),
            "sites": some_of("https://a.example.org", "https://b.example.org"),
            "redirect_uri": url,
            "update_secret": one_of("when_differs", "always", "on_create"),
            "mapping_rules": mapping_rules,
            "mapping_rules_mode": one_of("add", "exact"),
        },
        connector_seen,
        {
            "name": one_of("SSO with Keycloak", "Zellen"),
            "client_id": one_of("one", "two"),
            "client_secret": one_of(
                "secret-of-the-prediction-one-0123456789", "secret-of-the-prediction-two-0123456789"
            ),
        },
    ),
    "cells_role": Table(
        {"role_id": NAME},
        {"label": one_of("Staff", 'Büro „A"', NAME)},
        role_seen,
        {},
    ),
    "cells_config_audience by api": Table(
        {"method": "api"},
        {"mode": one_of("add", "exact"), "state": one_of("present", "absent")},
        shown_audience,
        {"audience": AUDIENCES},
        may_be_absent=False,
    ),
    "cells_config_audience by file": Table(
        {"method": "file", "allow_running": True},
        {
            "mode": one_of("add", "exact"),
            "state": one_of("present", "absent"),
            "backup": flag,
        },
        stored_audience,
        {"audience": AUDIENCES},
        may_be_absent=False,
    ),
}


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    for made in make_site(lab, tmp_path_factory.mktemp("site"), env={"STANDIN_OAUTH2CLIENTS": "full"}):
        made.admin.create_client(
            {"clientId": "predicted-account", "publicClient": False, "serviceAccountsEnabled": True}
        )
        yield made


@pytest.fixture(scope="module")
def login(site: Site) -> Login:
    return Login(site)


def shared_options(site: Site, login: Login, module: str, row: Options) -> Options:
    """Return the options of the connection, and those that are specific to this site."""
    if module.startswith("keycloak"):
        return login.options()
    if module == "cells_connector":
        return {**site.cells_options, **({} if row.get("state") == "absent" else {"issuer": site.issuer})}
    if module == "cells_role":
        return site.cells_options
    if row["method"] == "file":
        return {"config_path": str(site.cells.config_path)}
    return site.cells_options


def assert_shown(seen: Options | None, said: Options) -> None:
    """Assert that the server shows one side of a diff; {} stands for no object, or nothing declared of it."""
    for key, value in said.items():
        # Diffs show the mappers of a scope by their names.
        shown = (seen or {}).get(key)
        if key == "protocolMappers" and isinstance(value, dict):
            shown = {mapper["name"]: mapper for mapper in shown or []}
        assert contains(shown, value), f"{key}: said {value!r}, shown {shown!r}"


def calls_that_write(result: Options) -> list[list[str]]:
    return [
        [method, address]
        for method, address, _body in result["sent"]
        if method not in ("GET", "HEAD") and not address.endswith("/token")
    ]


def predict_and_compare(site: Site, login: Login, name: str, row: Options) -> str:
    """Run a row in check mode, for real, and in check mode again; return how it ended: changed, same or refused."""
    table, module = TABLES[name], name.partition(" ")[0]
    options = {**shared_options(site, login, module, row), **row}
    before = table.seen(site)
    said = call_module(module, options, check=True, sent=True)
    assert calls_that_write(said) == []
    assert table.seen(site) == before, "check mode has written"
    done = call_module(module, options)
    after = table.seen(site)
    if said.get("failed") or done.get("failed"):
        assert said.get("msg") == done.get("msg"), f"said {said}, done {done}"
        assert_one_clear_line(done)
        assert after == before
        return "refused"

    assert {key: said[key] for key in SHOWN} == {key: done[key] for key in SHOWN}
    assert said.get("warnings") == done.get("warnings")
    again = call_module(module, options, check=True)
    if not done["changed"]:
        assert done["actions"] == []
        assert after == before
        return "same"

    assert done["actions"]
    assert_shown(before, done["diff"]["before"])
    if after is not None:
        assert_shown(after, done["diff"]["after"])
    assert not again["changed"], again
    return "changed"


@pytest.mark.parametrize("name", TABLES)
def test_check_mode_says_what_the_run_does(
    site: Site, login: Login, name: str, scale: Callable[[int, int], int], tally: Callable[[str, int], None]
) -> None:
    """Each row begins where the one before it has ended, and every fourth one asks for the same again."""
    seed = random.SystemRandom().randrange(10**9) if FULL else len(name)
    chance = random.Random(seed)
    ends: set[str] = set()
    misses = []
    row: Options = {}
    rows = scale(12, 100)
    for number in range(rows):
        row = row if number % 4 == 3 else TABLES[name].row(chance)
        try:
            ends.add(predict_and_compare(site, login, name, row))
        except AssertionError as error:
            misses.append(f"row {number}, {row}: {error}")
    assert not misses, f"seed {seed}\n" + "\n".join(misses)
    assert ends >= {"changed", "same"}
    tally("check-mode rows", rows)


ROLE_ROWS: dict[str, list[Any]] = {
    "sso_state": ["present", "present", "present", "absent"],
    "sso_connector_name": ["SSO with Keycloak", "Company login"],
    "sso_scopes": [["openid", "profile", "email"], ["openid", "email"]],
    "sso_user_id_key": ["email", "sub"],
    "sso_groups_attribute": ["cellsgroups", "groups"],
    "sso_mapping_rules_mode": ["add", "exact"],
    "sso_audience_method": ["file", "api"],
    "sso_get_user_info": [True, False],
    "sso_client_name": ["Cells Demo", "Cells"],
    "sso_ldap_provider": [LDAP_PROVIDER, ""],
    "sso_rotate_secret_on": ["", "2027"],
}


def test_check_mode_of_the_role_says_what_the_run_does(
    site: Site, scale: Callable[[int, int], int], tally: Callable[[str, int], None]
) -> None:
    """Each row begins where the one before it has ended; in short they make, rotate the secret, and remove."""
    # The table has edited the file under the running Cells, which would write its own over it at the next change.
    site.cells.restart()
    # It has also left an LDAP mapper for the same user attribute, beside which the role makes none.
    for component in site.admin.get_components():
        if component["name"] == NAME:
            site.admin.delete_component(component["id"])
    seed = random.SystemRandom().randrange(10**9) if FULL else 68
    chance = random.Random(seed)
    for number in range(scale(3, 20)):
        row = {name: chance.choice(values) for name, values in ROLE_ROWS.items()}
        if number == 0:
            row["sso_state"] = "present"
        # Whether a login would bring groups is another question: some rows have no LDAP mapper.
        row["sso_verify_username"] = ""
        said = run_role(site, "--check", "--diff", **row)
        done = run_role(site, "--diff", **row)
        what = f"seed {seed}, row {number}, {row}\n"
        for run in (said, done):
            assert run.exit_code == 0, f"{what}{run.failure}\n{run.output}"
        assert_predicted_run(said, done, what)
        again = run_role(site, **row)
        assert again.changes == [], what + again.output
        tally("check-mode rows of the role", 1)
