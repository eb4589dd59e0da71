# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory with 5,000 groups, of which one user has 300: the requests of the role, the preview and the doctor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lab.lab import Lab
from lab.ldap_server import BASE_DN, BIND_DN, PEOPLE_DN, Ldap
from lab.secret import new_password
from lab.site import Site, make_site
from support.module import call_module
from support.role import run_role

FEW, MANY, OF_FLORA = 10, 5000, 300
MANY_DN = f"ou=many,{BASE_DN}"
USER = "flora"
BY_ATTRIBUTE: dict[str, Any] = {"sso_verify_username": USER}
BY_GROUPS: dict[str, Any] = {**BY_ATTRIBUTE, "sso_ldap_groups": {"groups_dn": MANY_DN}}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def group_dn(number: int) -> str:
    """Return the DN of a group, with a name as long as those of large companies are."""
    return f"cn=Department_of_Regional_Affairs_{number:04},{MANY_DN}"


def entries(groups: int) -> str:
    """Return the LDIF of that many groups and their user."""
    own = range(min(groups, OF_FLORA))
    lines = [f"dn: {MANY_DN}", "objectClass: organizationalUnit", "ou: many", ""]
    for number in range(groups):
        member = f"uid={USER},{PEOPLE_DN}" if number in own else BIND_DN
        name = group_dn(number).partition(",")[0].removeprefix("cn=")
        lines += [f"dn: {group_dn(number)}", "objectClass: groupOfNames", f"cn: {name}", f"member: {member}", ""]
    lines += [f"dn: uid={USER},{PEOPLE_DN}", "objectClass: inetOrgPerson", f"uid: {USER}", "cn: Flora", "sn: Viele"]
    lines += ["objectClass: organizationalPerson", "objectClass: person", f"mail: {USER}@example.org"]
    lines += [f"userPassword: {new_password(USER)}", *(f"memberOf: {group_dn(number)}" for number in own)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module", params=[BY_ATTRIBUTE, BY_GROUPS], ids=["an LDAP attribute", "LDAP groups"])
def sites(
    request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, tuple[Site, dict[str, Any]]]]:
    """Yield a site with few groups and one with many, both set up, and the variables of the role."""
    variables: dict[str, Any] = request.param
    found: dict[int, tuple[Site, dict[str, Any]]] = {}
    makers = []
    folder = tmp_path_factory.mktemp("many")
    with Ldap(more=entries(FEW)) as few, Ldap(more=entries(MANY)) as many:
        for groups, ldap in ((FEW, few), (MANY, many)):
            maker = make_site(lab, folder / str(groups), ldap)
            makers.append(maker)
            found[groups] = next(maker), variables
            done = run_role(found[groups][0], **variables)
            assert done.exit_code == 0, done.output
        yield found
        for maker in makers:
            next(maker, None)


Sites = dict[int, tuple[Site, dict[str, Any]]]


def requests_of(site: Site, variables: dict[str, Any]) -> list[tuple[str, str]]:
    """Return method and path of each request of an unchanged run to Keycloak, without names and ids."""
    mark = site.lab.keycloak.mark()
    run = run_role(site, **variables)
    assert run.exit_code == 0, run.output
    assert run.changes == []
    sent = site.lab.keycloak.requests_since(mark)
    return [(each.method, ID.sub("ID", each.path.replace(site.realm, "REALM"))) for each in sent]


def test_an_unchanged_run_sends_the_same_requests_for_few_groups_and_for_many(sites: Sites) -> None:
    few, many = (requests_of(*sites[groups]) for groups in (FEW, MANY))

    assert sorted(many) == sorted(few)


def test_the_doctor_follows_all_groups_of_a_user_and_warns_of_the_size_of_the_token(sites: Sites) -> None:
    site, variables = sites[MANY]
    options = {**site.keycloak_options, **site.cells_options, "client_id": "localhost", "username": USER}
    options |= {"ldap_provider": "ldap", "groups_source": ["groups"] if "sso_ldap_groups" in variables else []}

    mark = site.lab.keycloak.mark()
    report = call_module("doctor_info", options)["report"]

    links = {link["id"]: link for link in report["chain"]["links"]}
    assert len(links["ldap_group"]["values"]) == len(links["claim"]["values"]) == len(links["role"]["values"]) == 300
    (size,) = [finding for finding in report["findings"] if finding["id"] == "token.size"]
    assert size["verdict"] == "warning"
    assert len(site.lab.keycloak.requests_since(mark)) <= 32


def test_the_preview_shows_all_groups_of_a_user(sites: Sites) -> None:
    site, _variables = sites[MANY]

    shown = call_module("keycloak_token_preview", {**site.keycloak_options, "client_id": "localhost", "username": USER})

    assert len(shown["id_token"]["cellsgroups"]) == OF_FLORA
