# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor on sites whose groups come from Keycloak's groups, from roles, or from an identity provider."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import BROKEN, NOT_CHECKED, OK, WARNING
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import NOT_READ, Reading, SourceReading
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import SOURCES, protocol_mappers
from ansible_collections.cellsops.sso.plugins.module_utils.wire import text_map
from support.healthy_site import FORBIDDEN, HealthySite

SETTINGS = {"attribute": "cellsgroups", "full_path": False, "client": "portal", "role_prefix": ""}
GROUP_MAPPER = {
    "name": "ldap groups",
    "parentId": "p",
    "providerId": "group-ldap-mapper",
    "config": {"groups.dn": ["ou=groups,dc=example,dc=org"], "mode": ["READ_ONLY"]},
}
LINKS = {"groups": "keycloak_group", "realm_roles": "realm_role", "client_roles": "client_role"}


class SourceSite(HealthySite):
    """A whole site whose groups come from the sources given; the user is Keycloak's own."""

    def __init__(self, *sources: str, values: tuple[str, ...] = ("staff", "it")) -> None:
        super().__init__()
        self.options.update(groups_source=list(sources), groups_client="portal", ldap_provider="")
        wanted = [m for m in protocol_mappers(sources, "groups", SETTINGS) if m["state"] == "present"]
        self.scope["protocolMappers"] = [
            {"name": m["name"], "protocolMapper": m["protocol_mapper"], "config": text_map(m["config"])} for m in wanted
        ]
        self.user = {"enabled": True, "attributes": {}}
        for claims in self.tokens.values():
            claims["cellsgroups"] = list(values)
        self.groups = list(values)
        self.roles = [{"Uuid": value, "Label": value} for value in values]
        own = Reading([{"name": value, "path": f"/{value}"} for value in values])
        self.identity_providers = NOT_READ
        self.sources = {source: SourceReading(own) for source in sources}

    def seen(self) -> Any:
        """Return all readings, those of the sources too."""
        seen = super().seen()
        for name in () if self.options["ldap_provider"] else ("provider", "mappers", "ldap_test"):
            setattr(seen.keycloak, name, NOT_READ)
        seen.keycloak.sources, seen.keycloak.identity_providers = self.sources, self.identity_providers
        return seen


@pytest.mark.parametrize("source", LINKS)
def test_a_whole_site_has_a_chain_that_begins_at_its_source(source: str) -> None:
    site = SourceSite(source)

    assert site.named(BROKEN) == site.named(WARNING) == []
    links = site.links()
    assert list(links) == [LINKS[source], "claim", "rule", "role"]
    assert {link["verdict"] for link in links.values()} == {OK}
    assert links[LINKS[source]]["values"] == ["staff", "it"]
    assert links["role"]["values"] == ["staff", "it"]


def test_groups_by_path_are_shown_as_the_claim_has_them() -> None:
    site = SourceSite("groups")
    site.options["groups_full_path"] = True
    site.scope["protocolMappers"][0]["config"]["full.path"] = "true"

    assert site.links()["keycloak_group"]["values"] == ["/staff", "/it"]
    assert site.finding("scope.mapper").verdict == OK


def test_groups_of_the_directory_have_their_mapper_in_the_chain() -> None:
    site = SourceSite("groups")
    site.options["ldap_provider"] = "ldap"
    site.mappers = [GROUP_MAPPER]
    site.user["federationLink"] = "p"

    links = site.links()

    assert list(links)[:2] == ["ldap_group", "keycloak_group"]
    assert links["ldap_group"]["title"] == "LDAP: mapper ldap groups"
    assert site.finding("ldap.mapper").verdict == OK

    site.mappers = [{**GROUP_MAPPER, "config": {**GROUP_MAPPER["config"], "mode": ["IMPORT"]}}]  # type: ignore[dict-item]
    assert site.finding("ldap.mapper").verdict == WARNING


def test_an_identity_provider_is_the_first_link_of_an_attribute() -> None:
    site = SourceSite("user_attribute")
    site.user["attributes"] = {"cellsgroups": ["staff", "it"]}
    site.profile = {"attributes": [{"name": "cellsgroups"}]}
    site.identity_providers, site.sources = Reading(["corporate"]), {}

    assert list(site.links()) == ["identity_provider", "keycloak_attribute", "claim", "rule", "role"]
    assert site.links()["identity_provider"]["values"] == ["corporate"]
    assert site.named(BROKEN) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("full.path", "true"), ("id.token.claim", "false"), ("claim.name", "groups")],
)
def test_a_mapper_that_is_set_otherwise_breaks_the_claim(key: str, value: str) -> None:
    site = SourceSite("groups")
    site.scope["protocolMappers"][0]["config"][key] = value
    for claims in site.tokens.values():
        claims.pop("cellsgroups")

    assert site.finding("scope.mapper").verdict == BROKEN
    assert site.links()["claim"]["verdict"] == BROKEN
    assert site.links()["keycloak_group"]["verdict"] == OK


def test_the_mapper_of_another_source_is_told() -> None:
    site = SourceSite("groups")
    site.scope["protocolMappers"][0]["protocolMapper"] = SOURCES["realm_roles"].protocol_mapper

    assert site.finding("scope.mapper").verdict == WARNING
    assert "oidc-group-membership-mapper" in site.finding("scope.mapper").seen


@pytest.mark.parametrize("source", ["realm_roles", "client_roles"])
@pytest.mark.parametrize(
    ("granted", "verdict"),
    [(["staff", "it", "more"], OK), (["staff"], WARNING), (["more"], BROKEN), ([], BROKEN)],
)
def test_roles_that_a_client_without_full_scope_drops_are_named(source: str, granted: list[str], verdict: str) -> None:
    site = SourceSite(source)
    site.client["fullScopeAllowed"] = False
    site.sources[source] = site.sources[source]._replace(granted=Reading(granted))
    kept = [name for name in ("staff", "it") if name in granted]
    for claims in site.tokens.values():
        claims["cellsgroups"] = kept

    finding = site.finding("scope.roles")

    assert finding.verdict == verdict
    assert all(name in finding.seen for name in {"staff", "it"} - {*granted})
    assert site.links()[LINKS[source]]["values"] == kept


def test_findings_without_a_reading_are_not_checked() -> None:
    site = SourceSite("realm_roles")
    site.sources["realm_roles"] = SourceReading(FORBIDDEN)

    assert site.finding("scope.roles").verdict == NOT_CHECKED


def test_a_user_in_no_group_is_a_warning_that_says_what_to_do() -> None:
    site = SourceSite("groups", values=())

    assert site.finding("token.groups").verdict == WARNING
    assert site.finding("scope.mapper").verdict == OK
