# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of the doctor, and the catalogue of all there can be; docs/doctor.md lists the same ids."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import caveat

OK, WARNING, BROKEN, NOT_CHECKED, UNKNOWN = "ok", "warning", "broken", "not checked", "unknown"
"""The verdicts. A finding is never unknown, and a report is never not checked."""


class Kind(NamedTuple):
    """The subject of a finding: the guide's row, empty if there is none, and why it matters."""

    row: str
    why: str


CATALOGUE: dict[str, Kind] = {
    "keycloak.reachable": Kind("G1", "Without Keycloak and its realm, nobody can log in."),
    "keycloak.realm": Kind("G1", "Nobody can log in to a disabled realm."),
    "client.exists": Kind("G1", "Keycloak identifies Cells by this client."),
    "client.enabled": Kind("G1", "Keycloak refuses logins for a disabled client."),
    "client.confidential": Kind("G6", "A public client has no secret, so anybody could impersonate Cells."),
    "client.standard_flow": Kind("G6", "Browser logins use the standard flow."),
    "client.secret": Kind("G7", "Cells sends this secret with each login. Keycloak refuses any other secret."),
    "client.consent": Kind("G6", "A user name and a password must be enough to reach Cells."),
    "client.policies": Kind("G6", "Keycloak refuses requests that its client policies do not allow."),
    "client.login_flow": Kind("G6", "If users cannot complete a step of the login flow, they cannot log in."),
    "client.login_form": Kind("G6", "Cells sends users to Keycloak's login form. An error there ends the login."),
    "client.code": Kind("G7", "Cells exchanges the code of a login for tokens, with the client id and the secret."),
    "client.tokens": Kind("C7", "Cells must be able to verify the ID token, and to read userinfo if it asks for it."),
    "client.redirect_uri": Kind("G4", "Keycloak refuses a login that would end at an unregistered URI."),
    "client.redirect_wildcard": Kind("G4", "With a wildcard, a login can end at an unintended address."),
    "client.web_origin": Kind("G3", "Keycloak answers scripts only from web pages of these origins."),
    "scope.assigned": Kind("S1", "A client scope adds its claims only to the tokens of clients that have it."),
    "scope.requested": Kind("C8", "Keycloak refuses a login that asks for a scope the client does not have."),
    "scope.mapper": Kind("S2", "The mapper writes the groups into the claim."),
    "scope.basic": Kind("S1", "Since Keycloak 25, tokens contain sub only if the client has the client scope basic."),
    "scope.roles": Kind("S2", "Keycloak puts a role into tokens only if the client's scope has it."),
    "ldap.enabled": Kind("L1", "Users and their groups come from this provider."),
    "ldap.reachable": Kind("L1", "Keycloak queries the directory at each login."),
    "ldap.mapper": Kind("L2", "The mapper copies the LDAP groups to a user attribute."),
    "ldap.cache": Kind("L2", "A cached user keeps the old groups, in tokens and in the preview."),
    "cells.reachable": Kind("C1", "Users and the doctor must be able to reach Cells."),
    "cells.external_url": Kind("C1", "Cells redirects users to its external URL and binds their sessions to it."),
    "cells.oauth_secret": Kind("A1", "Anyone who knows this secret can forge signatures of Cells."),
    "cells.enterprise": Kind("C1", "Only Cells Enterprise has connectors."),
    "connector.exists": Kind("C1", "The connector sends users to Keycloak."),
    "connector.login_page": Kind("C9", "Users choose the connector on the login page."),
    "connector.sites": Kind("C9", "If a connector is limited to sites, only their login pages offer it."),
    "connector.redirect_uri": Kind("C3", "Keycloak sends users back to this URI. Cells listens at one URI only."),
    "connector.issuer": Kind("C4", "Cells refuses tokens if the issuer is not exactly the same."),
    "keycloak.reachable_from_cells": Kind(
        "C4",
        "Cells contacts Keycloak when it starts. If it gets no answer, the connector is missing from the login page.",
    ),
    "connector.client_id": Kind("C5", "Cells identifies itself to Keycloak by this id."),
    "connector.email_verified": Kind(
        "C6", "Cells refuses users whose e-mail address is not verified, unless it is configured to skip this check."
    ),
    "connector.scopes": Kind(
        "C8", "Cells always asks for openid. If the list is empty, it also asks for profile and email."
    ),
    "connector.login_name": Kind("C8", "Cells finds its user by this name. A change creates a second account."),
    "mapping.rule": Kind("M1", "Without a rule for the claim, no group becomes a role."),
    "mapping.regex": Kind("M1", "If RE2 does not support a regular expression, Cells silently drops every value."),
    "mapping.roles": Kind("M1", "A rule that drops every value gives no role."),
    "mapping.role_missing": Kind(
        "M1", "Only a role that exists in Cells gives rights. It is not known whether a login creates missing roles."
    ),
    "mapping.role_unused": Kind(
        "M1", "If no group gives a role, only an administrator of Cells does, or a group was renamed."
    ),
    "mapping.group": Kind("M1", "Members of a group get its role in Cells at their next login, not before."),
    "user_profile.attribute": Kind("L2", "Keycloak hides attributes that its user profile does not define."),
    "token.user": Kind("T1", "Only users who exist and are enabled in Keycloak can log in."),
    "token.email": Kind("C8", "If the token has no e-mail address, the login fails."),
    "token.user_id_key": Kind("C8", "Cells identifies its user by this claim. Without it, the login fails."),
    "token.user_name_key": Kind("C8", "Cells names its user by this claim. Without it, the login fails."),
    "token.groups": Kind("T1", "Cells derives roles from this claim."),
    "token.size": Kind("C7", "Cells sends the access token to userinfo in a header, and headers have limits."),
    "audience.match": Kind(
        "A1", "If the audience is missing, refreshing a session fails with 401, and users are logged out."
    ),
    "audience.loaded": Kind("A2", "Cells reads its file when it starts and ignores later edits."),
    "session.login": Kind("A3", "Users log in the same way."),
    "session.refresh": Kind(
        "A3", "A session that is not refreshed ends with its access token, after about ten minutes."
    ),
    "session.life_spans": Kind(
        "A3", "Sessions are refreshed when the access token expires, until the refresh token expires."
    ),
    "clock.skew": Kind(
        "K1",
        "If Keycloak's clock is behind by the lifetime of an ID token, Cells refuses every login. If it "
        "is ahead, Cells accepts them. Users' devices matter too: the web interface refuses a session "
        "that seems to have expired.",
    ),
    "tls.keycloak": Kind("G1", "Browsers and Cells refuse a certificate that is untrusted or expired."),
    "tls.cells": Kind("C1", "Browsers refuse a certificate that is untrusted or expired."),
}
"""Every id there is, in the order of the guide."""


class Finding(NamedTuple):
    """One comparison: its id, its verdict, what was seen, the one thing to do, and on which assumptions it rests."""

    id: str
    verdict: str
    seen: str
    todo: str = ""
    assumes: tuple[str, ...] = ()
    """Ids of conformance/assumptions.py."""

    def resting_on(self, *assumptions: str) -> Finding:
        """Return the finding, resting on these assumptions if it has a verdict."""
        return self if self.verdict == NOT_CHECKED else self._replace(assumes=assumptions)

    def shown(self) -> dict[str, Any]:
        """Return the finding as reports have it."""
        row, why = CATALOGUE[self.id]
        return {
            "id": self.id,
            "row": row,
            "verdict": self.verdict,
            "seen": f"{self.seen} {caveat(*self.assumes)}".rstrip(),
            "why": why,
            "todo": self.todo if self.verdict in (BROKEN, WARNING) else "",
            "assumptions": list(self.assumes),
        }


def judged(
    finding_id: str, good: bool, seen: str, todo: str, worse: str = BROKEN, assumes: tuple[str, ...] = ()
) -> Finding:
    """Return a finding that is ok if good holds, else worse."""
    return Finding(finding_id, OK if good else worse, seen, todo, assumes)


def is_one_of(finding_id: str, ids: Iterable[str]) -> bool:
    """Return whether an id is among others, of which one such as ``client.*`` means all of the group."""
    return any(fnmatchcase(finding_id, wanted) for wanted in ids)


def skipped(reason: str, *ids: str) -> list[Finding]:
    """Return findings that were not checked, all for one reason; ids as for is_one_of."""
    names = [name for wanted in ids for name in CATALOGUE if is_one_of(name, [wanted])]
    return [Finding(name, NOT_CHECKED, reason) for name in names]


def are_broken(findings: Iterable[Finding], *ids: str) -> bool:
    """Return whether one of the findings is broken; ids as for is_one_of."""
    return any(finding.verdict == BROKEN and is_one_of(finding.id, ids) for finding in findings)


MAIN = (
    *("keycloak.realm", "client.exists", "client.secret", "client.redirect_uri", "client.login_form", "scope.assigned"),
    *("ldap.enabled", "ldap.mapper", "cells.enterprise", "connector.exists", "connector.issuer"),
    *("connector.email_verified", "mapping.rule", "mapping.roles", "token.*", "audience.match"),
)
"""The main questions: if one of them has no answer, nobody knows whether users can log in and get their roles."""


def overall(findings: Iterable[Finding], not_asked: Iterable[str] = ()) -> str:
    """Return the verdict of a report: the worst of its findings, or unknown if a main question has no answer.

    not_asked: ids, as for is_one_of, that the user left out on purpose. unknown is worse than a warning, and broken is
    worse than unknown.
    """
    found = [finding for finding in findings if not is_one_of(finding.id, not_asked)]
    unanswered = any(finding.verdict == NOT_CHECKED and is_one_of(finding.id, MAIN) for finding in found)
    verdicts = {finding.verdict for finding in found}
    if BROKEN in verdicts or unanswered:
        return BROKEN if BROKEN in verdicts else UNKNOWN
    return WARNING if WARNING in verdicts else OK
