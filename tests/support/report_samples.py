# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of sites in different states, made by the doctor itself from sample readings."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from ansible_collections.cellsops.sso.plugins.module_utils.doctor import examine
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import (
    NOT_READ,
    KeycloakReadings,
    Reading,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import NotAuthorized, Unreachable
from support.healthy_site import CELLS, KEYCLOAK, HealthySite

Report = dict[str, Any]
Values = dict[str, Any]

ISSUER = f"{KEYCLOAK}/realms/staff"
GROUPS = [
    "cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org",
    "cn=Test_Etrange_Gov,ou=test-pydio-cells,dc=example,dc=org",
    "cn=Printers,ou=test-pydio-cells,dc=example,dc=org",
]
HOSTILE = (
    "</title></style><script>window.taken = 1</script><img src=https://evil.example.org/x onerror='window.taken = 2'>"
    "\"'><svg onload=window.taken=3>&lt;b&gt;{{ 7 * 191 }}{% raw %}\x1b[31m\r\n\u202e"
)


class ReportSite(HealthySite):
    """A healthy site with names and claims as long as real ones; a sample changes some of them."""

    def __init__(self) -> None:
        super().__init__()
        self.options.update(realm="staff", client_id="cells.example.org", max_clock_skew=5.0)
        self.options["cells_config"]["life_spans"]["refresh_token"] = 5184000
        self.options["session"].update(
            login={"username": "dora@example.org", "roles": ["Test_DEM_WebUsers", "Test_Etrange_Gov"]},
            refreshes=[{"after_seconds": 0.2, "status": 200, "ok": True, "cause": "", "reason": ""}],
        )
        self.options["keycloak_from_cells"]["url"] = ISSUER
        self.realm.update(ssoSessionIdleTimeout=1800, ssoSessionMaxLifespan=36000)
        self.groups = GROUPS
        self.client["clientId"] = self.oidc["clientID"] = "cells.example.org"
        self.issuer = self.oidc["issuer"] = ISSUER
        self.oidc["getUserInfo"] = True
        self.profile = {"attributes": [{"name": "cellsgroups"}]}
        self.user["attributes"]["cellsgroups"] = GROUPS
        self.tokens = tokens()
        self.rule["RuleString"] = "preg:^Test_.*"
        self.roles = [{"Uuid": role, "Label": role} for role in ("Test_DEM_WebUsers", "Test_Etrange_Gov")]
        self.clocks["Keycloak"].value["skew_seconds"] = 0.3
        self.days = {KEYCLOAK: 74, CELLS: 30}
        self.keycloak: KeycloakReadings | None = None
        """Readings that take the place of all those of Keycloak."""

    def report(self) -> Report:
        """Return the doctor's report about it."""
        seen = self.seen()
        with patch.multiple(
            examine,
            read_keycloak=lambda *_: self.keycloak or seen.keycloak,
            read_cells=lambda *_: seen.cells,
            measure=lambda _: {"skew_seconds": 0.2, "uncertainty_seconds": 0.5},
            days_left=lambda url, _: {"url": url, "days_left": self.days[url], "local": False},
        ):
            report: Report = examine.examine(None, None, self.options)  # type: ignore[arg-type]
        return report | {"checked_at": "2026-11-24T12:00:00Z"}


def tokens() -> Values:
    """Return the claims of dora."""
    person = {
        "sub": "1d0e096c-60a8-48fd-8493-89602b4e795a",
        "email_verified": False,
        "cellsgroups": GROUPS,
        "name": "Dora Démo",
        "preferred_username": "dora",
        "email": "dora@example.org",
    }
    # The token ends in the year 2100: the doctor compares it with the clock.
    token = {"exp": 4102444800, "iat": 1795521900, "iss": ISSUER, "azp": "cells.example.org", "acr": "1"}
    access = {
        "allowed-origins": [CELLS],
        "realm_access": {"roles": ["offline_access", "uma_authorization"]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid email cellsscope profile",
    }
    return {
        "id_token": {**token, "aud": "cells.example.org", "typ": "ID", **person},
        "access_token": {**token, "aud": "account", "typ": "Bearer", **access, **person},
        "userinfo": person,
    }


def all_in_order(_site: ReportSite) -> None:
    """Everything was checked and is well."""


def healthy(site: ReportSite) -> None:
    """All is well, but a login was not tried."""
    site.options["session"] = {}


def broken(site: ReportSite) -> None:
    """The claim is missing, a clock is off, and a redirect URI has a wildcard."""
    healthy(site)
    site.client["defaultClientScopes"].remove("cellsscope")
    for claims in site.tokens.values():
        claims.pop("cellsgroups")
    site.clocks["Keycloak"].value["skew_seconds"] = -342.1
    site.client["redirectUris"].append(f"{CELLS}/*")


def warnings(site: ReportSite) -> None:
    """Keycloak caches the users of the directory, and a redirect URI has a wildcard."""
    healthy(site)
    site.provider["config"]["cachePolicy"] = ["DEFAULT"]
    site.client["redirectUris"].append(f"{CELLS}/*")


def claim_in_the_id_token_only(site: ReportSite) -> None:
    """The protocol mapper leaves the groups out of access token and userinfo."""
    for kind in ("access", "userinfo"):
        site.scope["protocolMappers"][0]["config"][f"{kind}.token.claim"] = "false"
    for kind in ("access_token", "userinfo"):
        site.tokens[kind].pop("cellsgroups")


def not_checked(site: ReportSite) -> None:
    """The account has few rights, nobody is named, and Cells' file was not read."""
    healthy(site)
    site.options |= {"username": "", "cells_config": {"msg": "The configuration file was not read."}}
    paths = {"client": "clients", "client_scopes": "client-scopes", "provider": "components"}
    for name, path in paths.items():
        url = f"{KEYCLOAK}/admin/realms/staff/{path}"
        error = NotAuthorized("GET", url, 403, "no reason given", "The account lacks a right.")
        site.instead[name] = Reading(error=error)
    site.instead.update(user=NOT_READ, tokens=NOT_READ, login=Reading({}))


def down(site: ReportSite) -> None:
    """Keycloak does not answer, so much is not known, and null."""
    healthy(site)
    address = f"{ISSUER}/.well-known/openid-configuration"
    gone = Reading(error=Unreachable("GET", address, "no answer: [Errno 111] Connection refused"))
    site.keycloak = KeycloakReadings(discovery=gone)
    site.instead["issuer"] = gone


def report_of(change: Callable[[ReportSite], None]) -> Report:
    """Return the report of a site after a change."""
    site = ReportSite()
    change(site)
    return site.report()


def with_text(text: str) -> Report:
    """Each text of the report, and each name of a claim, is the given one."""

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            fixed = ("verdict",)
            return {key: value[key] if key in fixed else replaced(value[key]) for key in value}
        if isinstance(value, list):
            return [replaced(item) for item in value]
        return text if isinstance(value, str) else value

    report: Report = replaced(report_of(broken))
    for a in report["chain"]["links"]:
        a["values"] = a["values"] or [text]
    for claims in report["claims"].values():
        claims |= {text: text, f"{text}2": [text, text], f"{text}3": {text: [text, {text: None}]}}
    return report


def long_values() -> Report:
    """Values without an end and without a space, and many of them."""
    report = with_text("cn=" + "x" * 700 + ",dc=example")
    report["chain"]["links"][1]["values"] = [f"cn=group-{number}," + "ou=deep," * 40 for number in range(40)]
    report["clocks"][0]["skew_seconds"] = -123456789.5
    report["tokens"][0]["seconds"] = 10**12
    report["tokens"][1]["seconds"] = 0
    return report


SAMPLES: dict[str, Report] = {
    "healthy": report_of(healthy),
    "all-in-order": report_of(all_in_order),
    "broken": report_of(broken),
    "warnings": report_of(warnings),
    "id-token-only": report_of(claim_in_the_id_token_only),
    "not-checked": report_of(not_checked),
    "down": report_of(down),
    "hostile": with_text(HOSTILE),
    "long": long_values(),
}


def sample(name: str) -> Report:
    """Return a copy of a sample."""
    return deepcopy(SAMPLES[name])
