# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor: reads Keycloak and Cells, compares, and says why a login would fail. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import measure
from ansible_collections.cellsops.sso.plugins.module_utils.doctor import (
    check_cells,
    check_keycloak,
    check_times,
    check_user,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.certificate import days_left
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    CATALOGUE,
    NOT_CHECKED,
    Finding,
    overall,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import connector, oidc, read_cells
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_keycloak import read_keycloak
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading, Readings, take
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession

DEFAULT_SCOPES = ["openid", "profile", "email"]


def examine(
    keycloak_session: KeycloakSession, cells_session: CellsSession, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the report, as docs/doctor.md describes it. options: those of doctor_info. No secret is in it."""
    cells = read_cells(cells_session, options)
    state = connector(cells)
    keycloak = read_keycloak(keycloak_session, options, oidc(state).get("scopes") or DEFAULT_SCOPES)
    clocks = {"Keycloak": keycloak.get("login", Reading()), "Cells": _clock_of_cells(cells, options)}
    certificates = {
        "tls.keycloak": take(lambda: days_left(options["auth_keycloak_url"], options)),
        "tls.cells": take(lambda: days_left(options["cells_url"], options)),
    }
    tokens = check_times.life_spans(keycloak, options["cells_config"])

    found: list[Finding] = [
        *check_keycloak.check_keycloak(keycloak, options, oidc(state)),
        *check_cells.check_cells(cells, options, keycloak["discovery"].value),
    ]
    found += check_user.check_user(keycloak, options, state, found)
    found += [
        *check_times.check_session(options["session"]),
        check_times.check_life_spans(tokens, options["cells_config"]),
        check_times.check_clocks(clocks, options["max_clock_skew"]),
        *(check_times.check_certificate(name, r, options["validate_certs"]) for name, r in certificates.items()),
    ]
    found = _without_what_follows_from_tls(found)
    order = list(CATALOGUE)
    found.sort(key=lambda finding: order.index(finding.id))
    return {
        "verdict": overall(found),
        "checked_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "site": _site(options, keycloak, cells),
        "findings": [finding.shown() for finding in found],
        "chain": check_user.chain(keycloak, options, state, found),
        "rules": _rules(keycloak, options, state),
        "claims": keycloak["tokens"].value if "tokens" in keycloak else None,
        "tokens": tokens,
        "clocks": check_times.shown_clocks(clocks),
        "tls": [r.value for r in certificates.values() if r.value and r.value["days_left"] is not None],
    }


def _without_what_follows_from_tls(found: list[Finding]) -> list[Finding]:
    """Return the findings, a server that is out of reach by its certificate alone not being a break of its own."""
    broken = {finding.id for finding in found if finding.verdict == BROKEN}
    follows = {f"{name}.reachable": f"tls.{name}" for name in ("keycloak", "cells")}
    return [
        finding._replace(verdict=NOT_CHECKED, seen=f"Its certificate stands in the way: see {follows[finding.id]}.")
        if finding.id in broken and follows.get(finding.id) in broken
        else finding
        for finding in found
    ]


def _clock_of_cells(cells: Readings, options: Mapping[str, Any]) -> Reading:
    if cells["bootconf"].error:
        return cells["bootconf"]
    url = f"{options['cells_url'].rstrip('/')}/a/frontend/bootconf"
    return take(lambda: measure({**options, "url": url, "max_skew": None}))


def _site(options: Mapping[str, Any], keycloak: Readings, cells: Readings) -> dict[str, Any]:
    state = connector(cells)
    return {
        "keycloak_url": options["auth_keycloak_url"],
        "realm": options["realm"],
        "issuer": keycloak["discovery"].value,
        "client_id": options["client_id"],
        "cells_url": options["cells_url"],
        "connector_id": options["connector_id"],
        "connector_name": (state or {}).get("name"),
        "versions": {
            name: readings["version"].value if "version" in readings else None
            for name, readings in (("keycloak", keycloak), ("cells", cells))
        },
    }


def _rules(keycloak: Readings, options: Mapping[str, Any], state: Any) -> list[dict[str, Any]]:
    tokens = keycloak["tokens"].value if "tokens" in keycloak else None
    if not tokens or not state:
        return []
    try:
        return check_user.rule_steps({**tokens["userinfo"], **tokens["id_token"]}, state, options)
    except SsoError:
        # A finding says why.
        return []
