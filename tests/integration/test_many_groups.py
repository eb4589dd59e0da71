# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory with 5,000 groups, of which one user has 300: what the role, the preview and the doctor ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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
pytestmark = pytest.mark.thorough
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


@pytest.fixture(scope="module")
def sites(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Site]]:
    """Yield a site with few groups and one with many, both set up."""
    folder = tmp_path_factory.mktemp("groups")
    with ExitStack() as stack:
        found: dict[int, Site] = {}
        for groups in (FEW, MANY):
            ldap = stack.enter_context(Ldap(more=entries(groups)))
            site = found[groups] = stack.enter_context(contextmanager(make_site)(lab, folder / str(groups), ldap))
            done = run_role(site, sso_verify_username=USER)
            assert done.exit_code == 0, done.output
        yield found


def requests_of(site: Site, mark: int) -> list[tuple[str, str]]:
    """Return method and path of each request to Keycloak about the realm since a mark, without names and ids."""
    sent = [each for each in site.lab.keycloak.requests_since(mark) if site.realm in each.path]
    return [(each.method, ID.sub("ID", each.path.replace(site.realm, "REALM"))) for each in sent]


def test_an_unchanged_run_sends_the_same_requests_for_few_groups_and_for_many(sites: dict[int, Site]) -> None:
    sent: dict[int, list[tuple[str, str]]] = {}
    for groups, site in sites.items():
        mark = site.lab.keycloak.mark()
        run = run_role(site, sso_verify_username=USER)
        assert run.exit_code == 0, run.output
        assert run.changes == []
        sent[groups] = requests_of(site, mark)

    assert len(sent[MANY]) > 1
    assert sorted(sent[MANY]) == sorted(sent[FEW])


def test_the_doctor_follows_all_groups_of_a_user_by_the_same_requests(sites: dict[int, Site]) -> None:
    sent: dict[int, list[tuple[str, str]]] = {}
    for groups, site in sites.items():
        options = {**site.keycloak_options, **site.cells_options, "client_id": "localhost", "username": USER}
        mark = site.lab.keycloak.mark()
        report = call_module("doctor_info", {**options, "ldap_provider": "ldap"})["report"]
        sent[groups] = requests_of(site, mark)

    links = {link["id"]: len(link["values"]) for link in report["chain"]["links"]}
    assert links["ldap_group"] == links["claim"] == links["role"] == OF_FLORA
    (size,) = [finding for finding in report["findings"] if finding["id"] == "token.size"]
    assert size["verdict"] == "warning"
    assert sorted(sent[MANY]) == sorted(sent[FEW])


def test_the_preview_shows_all_groups_of_a_user(sites: dict[int, Site]) -> None:
    options = {**sites[MANY].keycloak_options, "client_id": "localhost", "username": USER}

    shown = call_module("keycloak_token_preview", options)

    assert len(shown["id_token"]["cellsgroups"]) == OF_FLORA
