# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is Cells' side as the guide has it: connector, mapping rules, audience (rows C1-C9, M1, A1-A3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.audience import audience_match
from ansible_collections.cellsops.sso.plugins.module_utils.cells.mapping_rules import ROLES, regex_error
from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import STATIC_CLIENT, connector, oidc
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading, Readings, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, MissingLibrary
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

HOME = "PydioHome"
SETUP = "run the role setup"
CONNECTOR_DETAILS = tuple(f"connector.{name}" for name in ("redirect_uri", "issuer", "client_id", "scopes"))
CONNECTOR_IDS = ("connector.exists", "connector.login_page", *CONNECTOR_DETAILS)
RULE_IDS = ("mapping.rule", "mapping.regex")


def check_cells(readings: Readings, options: Mapping[str, Any], realm_issuer: str | None) -> list[Finding]:
    """Return the findings of cells.*, connector.*, mapping.rule, mapping.regex and audience.*.

    readings: those of read_cells. options: those of doctor_info. realm_issuer: None where the realm was not reached.
    """
    bootconf = readings["bootconf"]
    rest = (*CONNECTOR_IDS, *RULE_IDS, "audience.*")
    if bootconf.error:
        todo = f"Start Cells, and see that {options['cells_url']} is its URL."
        return [
            Finding("cells.reachable", BROKEN, str(bootconf.error), todo),
            *skipped("Cells was not reached.", "cells.enterprise", *rest),
        ]
    backend = (bootconf.value.get("backend") if isinstance(bootconf.value, dict) else None) or {}
    label = backend.get("PackageLabel") or "Cells"
    home = backend.get("PackageType") == HOME
    findings = [
        Finding("cells.reachable", OK, f"{options['cells_url']} answers."),
        judged("cells.enterprise", not home, f"It is {label}.", "Install Cells Enterprise, with its licence."),
    ]
    if home:
        return [*findings, *skipped("This edition of Cells has no connectors.", *rest)]
    return [
        *findings,
        *_check_connector(readings, options, realm_issuer),
        *_check_audience(readings["static_client"], options),
    ]


def _check_connector(readings: Readings, options: Mapping[str, Any], realm_issuer: str | None) -> list[Finding]:
    reading, connector_id = readings["connectors"], options["connector_id"]
    if reading.error:
        offered = _check_login_page(readings["login_page"], connector_id)
        return [
            *skipped(why(reading), "connector.exists"),
            offered,
            *skipped(why(reading), *CONNECTOR_DETAILS, *RULE_IDS),
        ]
    state = connector(readings)
    if state is None or state.get("type") != "oidc":
        there = f"is of the type {state.get('type')}" if state else "is not there"
        return [
            Finding("connector.exists", BROKEN, f"Connector {connector_id} {there}.", f"Make it: {SETUP}."),
            *skipped("There is no such connector.", "connector.login_page", *CONNECTOR_DETAILS, *RULE_IDS),
        ]
    config = oidc(state)
    return [
        Finding("connector.exists", OK, f"Connector {connector_id} is there, by the name of {state.get('name')}."),
        _check_login_page(readings["login_page"], connector_id),
        _check_redirect_uri(config, options),
        _check_issuer(config, readings.get("issuer", Reading()), realm_issuer),
        judged(
            "connector.client_id",
            config.get("clientID") == options["client_id"],
            f"The connector's client id is {config.get('clientID') or 'empty'}, the client's {options['client_id']}.",
            f"Give the connector the client id {options['client_id']}.",
        ),
        judged(
            "connector.scopes",
            "openid" in (config.get("scopes") or []),
            f"The connector asks for {', '.join(config.get('scopes') or []) or 'no scope'}.",
            "Let the connector ask for openid, profile and email.",
        ),
        *_check_rules(state.get("mappingRules") or [], options["groups_attribute"]),
    ]


def _check_login_page(reading: Reading, connector_id: str) -> Finding:
    if reading.error:
        return Finding("connector.login_page", NOT_CHECKED, why(reading))
    offered = [entry for entry in reading.value if isinstance(entry, dict)]
    names = ", ".join(str(entry.get("Name")) for entry in offered) or "nothing"
    return judged(
        "connector.login_page",
        any(entry.get("Id") == connector_id for entry in offered),
        f"The login page offers {names}.",
        "See in the console of Cells whether the connector is enabled, and for which sites.",
    )


def _check_redirect_uri(config: State, options: Mapping[str, Any]) -> Finding:
    wanted, given = callback_url(options["cells_url"], options["connector_id"]), config.get("redirectURI") or ""
    seen = f"The connector's redirect URI is {given or 'empty'}" + ("." if given == wanted else f", not {wanted}.")
    return judged("connector.redirect_uri", given == wanted, seen, f"Give the connector the redirect URI {wanted}.")


def _check_issuer(config: State, document: Reading, realm_issuer: str | None) -> Finding:
    finding_id, issuer = "connector.issuer", config.get("issuer") or ""
    wanted = realm_issuer or "the realm's issuer"
    todo = f"Give the connector {wanted}, to the letter."
    if not issuer:
        return Finding(finding_id, BROKEN, "The connector has no issuer.", todo)
    if isinstance(document.error, InvalidInput):
        return Finding(finding_id, BROKEN, str(document.error), todo)
    if document.error:
        return Finding(finding_id, NOT_CHECKED, why(document))
    if document.value != issuer:
        seen = f"The connector's issuer is {issuer}, and the discovery document names {document.value}."
        return Finding(finding_id, BROKEN, seen, f"Give the connector {document.value}, to the letter.")
    if realm_issuer and issuer != realm_issuer:
        return Finding(finding_id, BROKEN, f"The connector's issuer is {issuer}, that of the realm {wanted}.", todo)
    return Finding(finding_id, OK, f"The connector and the discovery document say {issuer}.")


def _check_rules(rules: list[State], claim: str) -> list[Finding]:
    for_roles = [rule for rule in rules if rule.get("RightAttribute") == ROLES]
    there = "; ".join(f"{rule.get('LeftAttribute')} to {rule.get('RightAttribute')}" for rule in rules) or "none"
    found = any(rule.get("LeftAttribute") == claim for rule in for_roles)
    rule = judged("mapping.rule", found, f"Mapping rules: {there}.", f"Map {claim} to {ROLES}: {SETUP}.")
    try:
        errors = [(rule["RuleString"], regex_error(rule["RuleString"])) for rule in for_roles]
    except MissingLibrary as error:
        return [rule, Finding("mapping.regex", NOT_CHECKED, str(error))]
    wrong = [f"{text!r}: {error}" for text, error in errors if error]
    seen = f"RE2 does not take {'; '.join(wrong)}." if wrong else "Every rule can be read."
    return [rule, judged("mapping.regex", not wrong, seen, "Mend the regular expression: Cells takes RE2's syntax.")]


def _check_audience(reading: Reading, options: Mapping[str, Any]) -> list[Finding]:
    file_clients = options["cells_config"].get("static_clients")
    audience, source = None, f"the running Cells' {STATIC_CLIENT}"
    url = options["cells_url"].rstrip("/")
    todo = f"Give {STATIC_CLIENT} the audience {url}: {SETUP}."
    if reading.error is None:
        audience = reading.value.get("audience")
    elif isinstance(reading.error, InvalidInput):
        return [
            Finding("audience.match", BROKEN, str(reading.error), "See whether the configuration of Cells is whole."),
            *skipped("There is no such static client.", "audience.loaded"),
        ]
    elif file_clients is None:
        return skipped(why(reading), "audience.*")
    else:
        audience, source = _in_file(file_clients), f"{STATIC_CLIENT} in the configuration file"
    if audience is not None and not (isinstance(audience, list) and all(isinstance(a, str) for a in audience)):
        seen = f"The audience of {source} is no list of strings, so that Cells cannot read its clients."
        return [Finding("audience.match", BROKEN, seen, todo), *skipped("It cannot be compared.", "audience.loaded")]
    hint = audience_match(audience, [url])
    seen = f"The audience of {source} is {', '.join(audience or []) or 'empty'}."
    match = judged("audience.match", hint is None, seen + (f" {hint}" if hint else ""), todo)
    if reading.error or file_clients is None:
        reason = (
            why(reading)
            if reading.error
            else options["cells_config"].get("msg") or "The configuration file was not read."
        )
        return [match, *skipped(reason, "audience.loaded")]
    written = _in_file(file_clients)
    same = sorted(written or []) == sorted(audience or [])
    seen = (
        "File and running Cells agree."
        if same
        else f"The file says {', '.join(written or []) or 'nothing'}, the running Cells not."
    )
    if match.verdict == BROKEN and not same and audience_match(written, [url]) is None:
        # The file is right already: one break, named once.
        match = Finding(
            match.id, BROKEN, match.seen, "Restart Cells: its file has the audience, and it has not read it."
        )
    return [match, judged("audience.loaded", same, seen, "Restart Cells, so that it reads its file.", WARNING)]


def _in_file(clients: list[State]) -> Any:
    return next((c.get("audience") for c in clients if c.get("client_id") == STATIC_CLIENT), None)
