# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor: reads Keycloak and Cells, compares, and says why a login would fail. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url
from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import measure
from ansible_collections.cellsops.sso.plugins.module_utils.doctor import (
    check_cells,
    check_claims,
    check_identity,
    check_keycloak,
    check_members,
    check_roles,
    check_times,
    check_user,
    check_user_roles,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.certificate import days_left
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.chain import chain
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    CATALOGUE,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    is_one_of,
    overall,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import (
    connector,
    oidc,
    read_accounts,
    read_cells,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_groups import sources_of
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_keycloak import read_keycloak
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import (
    CellsReadings,
    KeycloakReadings,
    Reading,
    take,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

DEFAULT_SCOPES = ["profile", "email"]

CLAIM = ["client.exists", "client.enabled", "scope.*", "ldap.*"]
"""Findings that can keep the groups out of the claim."""

KEYCLOAK = ["keycloak.reachable", "keycloak.realm"]
CLIENT = ["client.exists", "client.enabled", "client.confidential", "client.standard_flow"]
CONNECTOR = ["connector.client_id", "connector.issuer", "connector.redirect_uri"]

FOLLOWS = {
    "keycloak.reachable": ["tls.keycloak"],
    "client.secret": [*("keycloak.realm", "connector.client_id", "connector.issuer"), *CLIENT],
    "client.login_form": [
        *KEYCLOAK,
        *CLIENT,
        "client.policies",
        "client.login_flow",
        "client.redirect_uri",
        "scope.requested",
        *CONNECTOR,
    ],
    "client.code": [*KEYCLOAK, *CLIENT, "client.policies", "client.secret", *CONNECTOR],
    "client.tokens": ["connector.client_id", "connector.issuer"],
    "connector.issuer": ["keycloak.reachable"],
    "client.redirect_uri": ["connector.redirect_uri"],
    "cells.reachable": ["tls.cells"],
    "mapping.roles": [*CLAIM, "mapping.rule", "mapping.regex", "token.groups"],
    "mapping.role_missing": ["mapping.rule", "mapping.regex"],
    "cells.external_url": ["tls.cells"],
    "connector.login_page": ["connector.sites"],
    "keycloak.reachable_from_cells": ["keycloak.reachable", "tls.keycloak"],
    "token.email": ["token.user"],
    "token.user_id_key": ["scope.basic", "token.user", "token.email"],
    "token.user_name_key": ["scope.basic", "token.user", "token.email"],
    "token.groups": CLAIM,
    "audience.loaded": ["audience.match"],
    "session.login": [
        *("keycloak.*", "client.*", "scope.basic", "ldap.enabled", "ldap.reachable", "cells.*", "connector.*"),
        *("scope.requested", "token.user*", "token.email", "clock.skew", "tls.*"),
    ],
    "session.refresh": ["audience.match", "cells.external_url"],
}
"""Findings that may only follow from other broken ones, so that each cause is reported once."""

SHOWN_BY = {
    "audience.match": {"session.refresh": "a session was refreshed"},
    "client.login_form": {"session.login": "a login works"},
    "client.redirect_uri": {"session.login": "a login works"},
    "connector.redirect_uri": {"session.login": "a login works"},
    "connector.exists": {"session.login": "a login works"},
    "connector.sites": {"session.login": "a login works", "connector.login_page": "the login page offers it"},
}
"""Assumptions that do not matter if another finding is ok, and what that finding shows, as a clause."""

TODO_IF_IT_WORKS = {"connector.redirect_uri": "Set sso_callback_url to the redirect URI of the connector."}
"""The advice in that case, so that nobody changes a working site."""


class Seen(NamedTuple):
    """All that was read: clocks by Keycloak and Cells, certificates by their findings' ids."""

    keycloak: KeycloakReadings
    cells: CellsReadings
    clocks: dict[str, Reading]
    certificates: dict[str, Reading]


def examine(
    keycloak_session: KeycloakSession, cells_session: CellsSession, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the report, as docs/doctor.md describes it. options: those of doctor_info. No secret is in it."""
    cells = read_cells(cells_session, options)
    state = connector(cells)
    scopes = oidc(state).get("scopes") or DEFAULT_SCOPES
    # Cells always requests openid.
    keycloak = read_keycloak(keycloak_session, options, list(dict.fromkeys(["openid", *scopes])), _asks(state, options))
    members = keycloak.members.value
    if members is not None:
        logins = [check_members.login_in_cells(user, state, options) for user in members.users]
        cells.accounts = take(lambda: read_accounts(cells_session, [login for login in logins if login]))
    clocks = {"Keycloak": keycloak.login, "Cells": _clock_of_cells(cells, options)}
    certificates = {
        "tls.keycloak": take(lambda: days_left(options["auth_keycloak_url"], options)),
        "tls.cells": take(lambda: days_left(options["cells_url"], options)),
    }
    found = judge(Seen(keycloak, cells, clocks, certificates), options)
    claims = check_claims.claims_for_cells(keycloak, state)
    return {
        "verdict": overall(found, left_out(options)),
        "checked_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "site": _site(options, keycloak, cells),
        "findings": [finding.shown() for finding in found],
        "chain": chain(keycloak, options, state, found),
        "group": check_members.group_chain(keycloak, cells, state, options),
        # If the result is not known, a finding gives the reason.
        "rules": check_user_roles.rule_steps(claims, state, options).value or [],
        "claims": keycloak.tokens.value,
        "tokens": check_times.life_spans(keycloak, options["cells_config"]),
        "clocks": check_times.shown_clocks(clocks),
        "tls": [r.value for r in certificates.values() if r.value and r.value["days_left"] is not None],
    }


def judge(seen: Seen, options: Mapping[str, Any]) -> list[Finding]:
    """Return all findings in the order of the catalogue. options: those of doctor_info."""
    keycloak, cells, state = seen.keycloak, seen.cells, connector(seen.cells)
    spans = check_times.life_spans(keycloak, options["cells_config"])
    found = [
        *check_keycloak.check_keycloak(keycloak, options, oidc(state)),
        *check_cells.check_cells(cells, options, keycloak.discovery.value),
    ]
    found = check_claims.in_light_of_claims(found, keycloak, state, options)
    found += check_user.check_user(keycloak, options, state, found)
    found += check_roles.check_roles(
        cells, keycloak.group_names, _roles_of_user(keycloak, state, options), state, options
    )
    found.append(check_members.check_members(keycloak, cells, state, options))
    found += check_identity.check_identity(keycloak, options, state)
    found += [
        *check_times.check_session(options["session"]),
        check_times.check_life_spans(spans, options["cells_config"]),
        check_times.check_clocks(seen.clocks, options["max_clock_skew"], spans),
    ]
    checked = options["validate_certs"]
    found += [check_times.check_certificate(name, reading, checked) for name, reading in seen.certificates.items()]
    order = list(CATALOGUE)
    return sorted(_each_break_once(_in_light_of_what_works(found)), key=lambda finding: order.index(finding.id))


def _roles_of_user(keycloak: KeycloakReadings, state: State | None, options: Mapping[str, Any]) -> check_roles.OfUser:
    claims = check_claims.claims_for_cells(keycloak, state)
    return check_roles.OfUser(
        check_user_roles.roles_of_user(keycloak, state, options), check_roles.roles_of_login(options, claims)
    )


def _in_light_of_what_works(found: list[Finding]) -> list[Finding]:
    """Return the findings. If a login or another test shows the real behavior (SHOWN_BY), it counts more than an
    assumption."""
    works = {finding.id for finding in found if finding.verdict == OK}
    return [_given_way(finding, works) if finding.assumes else finding for finding in found]


def _given_way(finding: Finding, works: set[str]) -> Finding:
    """Return a finding that is at most a warning and depends on no assumption, if a test shows the real behavior."""
    shown = [clause for name, clause in SHOWN_BY.get(finding.id, {}).items() if name in works]
    if not shown:
        return finding
    if finding.verdict != BROKEN:
        return finding._replace(assumes=())
    seen, todo = f"{finding.seen} Nevertheless, {shown[0]}.", TODO_IF_IT_WORKS.get(finding.id, finding.todo)
    return Finding(finding.id, WARNING, seen, todo)


def _each_break_once(found: list[Finding]) -> list[Finding]:
    """Return the findings, of which those that only follow from others by FOLLOWS are not checked."""
    broken = [finding.id for finding in found if finding.verdict == BROKEN]
    causes = {f.id: [c for c in broken if is_one_of(c, FOLLOWS.get(f.id, []))] for f in found}
    first = {name: [cause for cause in names if not causes[cause]] for name, names in causes.items()}
    return [
        Finding(finding.id, NOT_CHECKED, f"It follows from {', '.join(first[finding.id])}.")
        if first[finding.id] and finding.verdict in (BROKEN, WARNING)
        else finding
        for finding in found
    ]


def _asks(state: State | None, options: Mapping[str, Any]) -> State | None:
    """Return the connector's settings for a login. A connector without a redirect URI uses the callback URL."""
    config = oidc(state)
    callback = options["callback_url"] or callback_url(options["cells_url"], options["connector_id"])
    return {**config, "redirectURI": config.get("redirectURI") or callback} if config else None


def left_out(options: Mapping[str, Any]) -> list[str]:
    """Return the findings that the user leaves out on purpose, by naming no user or no LDAP provider."""
    user = [] if options["username"] else ["token.*", "connector.email_verified", "mapping.roles"]
    elsewhere = [] if "ldap_attribute" in sources_of(options) else ["ldap.mapper"]
    return user + (elsewhere if options["ldap_provider"] else ["ldap.*"])


def _clock_of_cells(cells: CellsReadings, options: Mapping[str, Any]) -> Reading:
    if cells.bootconf.error:
        return cells.bootconf
    url = f"{options['cells_url'].rstrip('/')}/a/frontend/bootconf"
    return take(lambda: measure({**options, "url": url, "max_skew": None}))


def _site(options: Mapping[str, Any], keycloak: KeycloakReadings, cells: CellsReadings) -> dict[str, Any]:
    state = connector(cells)
    return {
        "keycloak_url": options["auth_keycloak_url"],
        "realm": options["realm"],
        "issuer": keycloak.discovery.value,
        "client_id": options["client_id"],
        "cells_url": options["cells_url"],
        "connector_id": options["connector_id"],
        "connector_name": (state or {}).get("name"),
        "versions": {name: readings.version.value for name, readings in (("keycloak", keycloak), ("cells", cells))},
    }
