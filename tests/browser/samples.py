# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of the doctor as it makes them, of sites in different states, for the templates."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import CATALOGUE

Report = dict[str, Any]

GROUPS = {
    "cn=Test_DEM_WebUsers,ou=groups,dc=example,dc=org": "Test_DEM_WebUsers",
    "cn=Test_Etrange_Gov,ou=groups,dc=example,dc=org": "Test_Etrange_Gov",
}
SEEN = {
    "client.redirect_uri": "http://localhost/auth/login/keycloak/callback is registered.",
    "connector.issuer": "The issuer is https://sso.example.org/realms/staff on both sides.",
    "mapping.roles": "Roles that follow: Test_DEM_WebUsers, Test_Etrange_Gov.",
    "clock.skew": "Keycloak's clock is 0.1 s ahead of that of Cells, give or take 1.0 s.",
}
HOSTILE = (
    "</title></style><script>window.taken = 1</script><img src=https://evil.example.org/x onerror='window.taken = 2'>"
    "\"'><svg onload=window.taken=3>&lt;b&gt;{{ 7 * 191 }}{% raw %}\x1b[31m\r\n\u202e"
)


def healthy() -> Report:
    """A site on which all is well, but for a login that was not tried."""
    findings = [
        {"id": name, "row": kind.row, "verdict": "ok", "seen": SEEN.get(name, "As the guide has it."), "why": kind.why}
        for name, kind in CATALOGUE.items()
    ]
    report: Report = {
        "verdict": "ok",
        "checked_at": "2026-11-24T12:00:00Z",
        "site": {
            "keycloak_url": "https://sso.example.org",
            "realm": "staff",
            "issuer": "https://sso.example.org/realms/staff",
            "client_id": "cells.example.org",
            "cells_url": "https://cells.example.org",
            "connector_id": "keycloak",
            "connector_name": "SSO with Keycloak",
            "versions": {"keycloak": "26.7.3", "cells": "4.4.13"},
        },
        "findings": [{**finding, "todo": ""} for finding in findings],
        "chain": {
            "username": "dora",
            "links": [
                link("ldap_group", "LDAP: memberOf", ["uid=dora,ou=people,dc=example,dc=org"]),
                link("keycloak_attribute", "Keycloak: attribute cellsgroups", list(GROUPS)),
                link("claim", "Token: claim cellsgroups", list(GROUPS)),
                link("rule", "Cells: mapping rules", ["cellsgroups to Roles, preg:^Test_.*"]),
                link("role", "Cells: roles", list(GROUPS.values())),
            ],
        },
        "rules": [
            {
                "rule": "cellsgroups to Roles, preg:^Test_.*",
                "steps": [
                    *({"value": dn, "name": name, "passes": True, "role": name} for dn, name in GROUPS.items()),
                    {
                        "value": "cn=Printers,ou=groups,dc=example,dc=org",
                        "name": "Printers",
                        "passes": False,
                        "role": None,
                    },
                ],
            }
        ],
        "tokens": [
            {"name": "Keycloak: access token", "seconds": 300},
            {"name": "Keycloak: session, idle", "seconds": 1800},
            {"name": "Keycloak: session, at most", "seconds": 36000},
            {"name": "Cells: access token", "seconds": 600},
            {"name": "Cells: refresh token", "seconds": 5184000},
        ],
        "clocks": [
            {"name": "Keycloak", "skew_seconds": 0.3, "uncertainty_seconds": 0.5},
            {"name": "Cells", "skew_seconds": 0.2, "uncertainty_seconds": 0.5},
        ],
        "tls": [
            {"url": "https://sso.example.org", "days_left": 74},
            {"url": "https://cells.example.org", "days_left": 1},
        ],
    }
    for name in ("session.login", "session.refresh"):
        change(report, name, "not checked", "No account to log in with is given.")
    return report


def link(name: str, title: str, values: list[str], verdict: str = "ok", note: str = "") -> Report:
    """Return a link of the chain."""
    return {"id": name, "title": title, "values": values, "verdict": verdict, "note": note}


def change(report: Report, name: str, verdict: str, seen: str, todo: str = "") -> None:
    """Give a finding another verdict."""
    finding = next(finding for finding in report["findings"] if finding["id"] == name)
    finding.update(verdict=verdict, seen=seen, todo=todo)


def all_in_order() -> Report:
    """A site on which everything was checked and is well."""
    report = healthy()
    for finding in report["findings"]:
        finding["verdict"] = "ok"
    return report


def broken() -> Report:
    """The claim is missing, and a clock is off."""
    report = healthy()
    report["verdict"] = "broken"
    note = "The client scope cellsscope is not assigned to cells.example.org."
    change(report, "scope.assigned", "broken", note, "Assign cellsscope to the client as a default one.")
    change(
        report,
        "clock.skew",
        "broken",
        "Keycloak's clock is 41.9 s ahead of that of Cells, give or take 1.0 s.",
        "Let both hosts follow the same time servers, such as with the role time_sync.",
    )
    change(
        report,
        "client.redirect_wildcard",
        "warning",
        "https://cells.example.org/* has a wildcard.",
        "Register the connector's redirect URI only.",
    )
    change(report, "token.groups", "not checked", "The claim is missing, which follows from another finding.")
    change(report, "mapping.roles", "not checked", "There is nothing to map, or no rule that could.")
    links = report["chain"]["links"]
    links[2].update({"verdict": "broken", "note": note, "values": []})
    links[3].update({"values": []})
    links[4].update({"verdict": "not checked", "note": "There is nothing to map.", "values": []})
    report["rules"][0]["steps"] = []
    report["clocks"][0]["skew_seconds"] = 42.1
    return report


def warnings() -> Report:
    """A rule keeps none of the values, and a redirect URI has a wildcard."""
    report = healthy()
    report["verdict"] = "warning"
    seen = "Roles that follow: none. No value passes cellsgroups to Roles, Nobody."
    change(report, "mapping.roles", "warning", seen, "See whether the rule's list has the groups it should.")
    change(report, "client.redirect_wildcard", "warning", "https://cells.example.org/* has a wildcard.", "Name it.")
    report["chain"]["links"][4].update({"verdict": "warning", "note": seen, "values": []})
    report["rules"] = [
        {
            "rule": "cellsgroups to Roles, Nobody",
            "steps": [{"value": dn, "name": name, "passes": False, "role": None} for dn, name in GROUPS.items()],
        }
    ]
    return report


def not_checked() -> Report:
    """Nobody could look at much: Keycloak's rights are few, and no user is named."""
    report = healthy()
    for name in list(CATALOGUE)[:20]:
        change(report, name, "not checked", "HTTP 403: the account may not read it.")
    return report | {"chain": None, "rules": [], "tokens": [], "clocks": [], "tls": []}


def down() -> Report:
    """Keycloak does not answer, so much is not known, and null."""
    report = not_checked()
    report["verdict"] = "broken"
    change(report, "keycloak.reachable", "broken", "GET https://sso.example.org: no answer.", "Start Keycloak.")
    report["site"].update(issuer=None, connector_name=None, versions={"keycloak": None, "cells": "4.4.13"})
    return report


def with_text(text: str) -> Report:
    """Each text of the report is the given one."""

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            fixed = ("verdict",)
            return {key: value[key] if key in fixed else replaced(value[key]) for key in value}
        if isinstance(value, list):
            return [replaced(item) for item in value]
        return text if isinstance(value, str) else value

    report: Report = replaced(broken())
    for a, b in zip(report["chain"]["links"], broken()["chain"]["links"], strict=True):
        a["values"] = [text] * max(1, len(b["values"]))
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
    "healthy": healthy(),
    "all-in-order": all_in_order(),
    "broken": broken(),
    "warnings": warnings(),
    "not-checked": not_checked(),
    "down": down(),
    "hostile": with_text(HOSTILE),
    "long": long_values(),
}


def sample(name: str) -> Report:
    """Return a copy of a sample."""
    return deepcopy(SAMPLES[name])
