# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is Cells' side as the guide has it: connector, mapping rules, audience (rows C1-C9, M1, A1-A3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.audience_match import audience_match
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import audience_urls
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import ROLES, regex_error
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
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import CellsReadings, Reading, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, MissingLibrary
from ansible_collections.cellsops.sso.plugins.module_utils.transport import origin
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

HOME = "PydioHome"
SLOW = 5.0
"""Seconds for the discovery document above which logins are felt to hang."""
SETUP = "run the role setup"
CONNECTOR_DETAILS = tuple(f"connector.{name}" for name in ("redirect_uri", "issuer", "client_id", "scopes"))
CONNECTOR_IDS = ("connector.exists", "connector.sites", "connector.login_page", *CONNECTOR_DETAILS)
RULE_IDS = ("mapping.rule", "mapping.regex")


def check_cells(readings: CellsReadings, options: Mapping[str, Any], realm_issuer: str | None) -> list[Finding]:
    """Return the findings of cells.*, keycloak.reachable_from_cells, connector.* (but those of check_identity),
    mapping.rule, mapping.regex and audience.*.

    readings: those of read_cells. options: those of doctor_info. realm_issuer: None if the realm was not reached.
    """
    bootconf = readings.bootconf
    rest = (*CONNECTOR_IDS, *RULE_IDS, "audience.*")
    secret, from_cells = _check_secret(options["cells_config"]), _check_reachable_from_cells(options)
    if bootconf.error:
        todo = f"Start Cells, and check that {options['cells_url']} is its URL."
        return [
            Finding("cells.reachable", BROKEN, str(bootconf.error), todo),
            *skipped("Cells was not reached.", "cells.enterprise", "cells.external_url", *rest),
            secret,
            from_cells,
        ]
    backend = (bootconf.value.get("backend") if isinstance(bootconf.value, dict) else None) or {}
    label = backend.get("PackageLabel") or "Cells"
    home = backend.get("PackageType") == HOME
    findings = [
        Finding("cells.reachable", OK, f"{options['cells_url']} answers."),
        judged("cells.enterprise", not home, f"It is {label}.", "Install Cells Enterprise, with its license."),
        _check_external_url(readings.own_issuer, options["cells_url"].rstrip("/")),
        secret,
        from_cells,
    ]
    if home:
        return [*findings, *skipped("This edition of Cells has no connectors.", *rest)]
    return [
        *findings,
        *_check_connector(readings, options, realm_issuer),
        *_check_audience(readings.static_client, options),
    ]


def _check_external_url(reading: Reading, url: str) -> Finding:
    """Compare the issuer of Cells' own provider, which is its external URL and /oidc/, with the URL that is used."""
    finding_id = "cells.external_url"
    if reading.error:
        return Finding(finding_id, NOT_CHECKED, why(reading))
    issuer, status = reading.value
    if issuer is None:
        seen = f"There is no discovery document at {url}/oidc (HTTP {status})."
        return Finding(finding_id, BROKEN, seen, "Configure the reverse proxy to pass /oidc on to Cells.")
    own = issuer.rstrip("/")
    own = own[: -len("/oidc")] if own.endswith("/oidc") else own
    seen = f"The external URL of Cells is {own}" + ("." if own == url else f", not {url}.")
    todo = f"In Cells, set the external URL to {url} (cells configure sites), or set sso_cells_url to {own}."
    return judged(finding_id, own == url, seen, todo)


def _check_secret(config: Mapping[str, Any]) -> Finding:
    """Say whether Cells signs with the secret of its first start. config: the result of cells_config_info."""
    public = config.get("oauth_secret_is_public")
    if not isinstance(public, bool):
        reason = config.get("msg") or "The configuration file of Cells was not read."
        return skipped(reason, "cells.oauth_secret")[0]
    seen = "The OAuth secret of Cells is " + ("the publicly known one from its source code." if public else "its own.")
    todo = (
        "Stop Cells, replace services/pydio.web.oauth/secret in pydio.json with 32 random characters, and start Cells "
        "again."
    )
    return judged("cells.oauth_secret", not public, seen, todo, WARNING)


def _check_reachable_from_cells(options: Mapping[str, Any]) -> Finding:
    """Say what keycloak_reachable_info found on the Cells host."""
    finding_id, found = "keycloak.reachable_from_cells", options["keycloak_from_cells"]
    if not isinstance(found.get("reachable"), bool):
        return skipped(
            found.get("msg") or ("The module keycloak_reachable_info was not run on the Cells host."), finding_id
        )[0]
    seen = f"The Cells host got {found['url']} in {found['seconds']:.1f} s."
    if found["reachable"]:
        slow = found["seconds"] > SLOW
        return judged(
            finding_id, not slow, seen, ("Find out why the connection from Cells to Keycloak is slow."), WARNING
        )
    todo = {
        "certificate": "Add the CA of Keycloak's certificate to the trusted certificates of the Cells host.",
        "issuer": "Give the connector the issuer in the discovery document.",
    }.get(found["problem"], "Make Keycloak reachable from the Cells host: check name resolution, firewall and proxy.")
    seen, todo = f"On the Cells host: {found['reason']}.", f"{todo} Then restart Cells."
    if options["session"].get("login"):
        # Cells may have its own proxy or certificates, such as SSL_CERT_FILE in its unit.
        return Finding(finding_id, WARNING, f"{seen} Cells itself reached Keycloak, because the login worked.", todo)
    return Finding(finding_id, BROKEN, seen, todo)


def _check_connector(readings: CellsReadings, options: Mapping[str, Any], realm_issuer: str | None) -> list[Finding]:
    reading, connector_id = readings.connectors, options["connector_id"]
    if reading.error:
        offered = _check_login_page(readings.login_page, connector_id)
        return [
            *skipped(why(reading), "connector.exists", "connector.sites"),
            offered,
            *skipped(why(reading), *CONNECTOR_DETAILS, *RULE_IDS),
        ]
    state = connector(readings)
    if state is None or state.get("type") != "oidc":
        there = f"is of the type {state.get('type')}" if state else "is not there"
        return [
            Finding("connector.exists", BROKEN, f"Connector {connector_id} {there}.", f"Create it: {SETUP}."),
            *skipped("There is no such connector.", *CONNECTOR_IDS[1:], *RULE_IDS),
        ]
    config = oidc(state)
    return [
        _check_exists(state, config),
        _check_sites(state, options["cells_url"]),
        _check_login_page(readings.login_page, connector_id),
        _check_redirect_uri(config, options),
        _check_issuer(config, readings.issuer, realm_issuer),
        judged(
            "connector.client_id",
            config.get("clientID") == options["client_id"],
            f"The connector's client id is {config.get('clientID') or 'empty'}, the client's {options['client_id']}.",
            f"Give the connector the client id {options['client_id']}.",
        ),
        _check_scopes(config.get("scopes") or []),
        *_check_rules(state.get("mappingRules") or [], options["groups_attribute"]),
    ]


def _check_exists(state: State, config: State) -> Finding:
    seen = f"Connector {state['id']} is there, by the name of {state.get('name')}."
    domains = ", ".join(config.get("hostedDomains") or [])
    if domains:
        seen += f" It takes users of {domains} only, by the claim hd, which Keycloak does not set by default."
    todo = "Remove the connector's hosted domains."
    # The connector's settings only count if Cells uses them.
    return judged("connector.exists", not domains, seen, todo, WARNING, ("reload",))


def _check_sites(state: State, url: str) -> Finding:
    sites = [str(site) for site in state.get("sites") or []]
    offered = not sites or any(origin(site) == origin(url) for site in sites)
    seen = f"The connector is limited to {', '.join(sites)}." if sites else "The connector is for every site."
    todo = f"Add {url.rstrip('/')} to the connector's sites, or remove all sites."
    return judged("connector.sites", offered, seen, todo, assumes=() if offered else ("sites",))


def _check_scopes(scopes: list[str]) -> Finding:
    finding_id, todo = "connector.scopes", "Set the connector's scopes to openid, profile and email."
    if not scopes:
        return Finding(finding_id, OK, "The connector names no scope, so Cells asks for openid, profile and email.")
    named = "openid" in scopes
    seen = f"The connector asks for {', '.join(scopes)}" + ("." if named else ", and Cells for openid as well.")
    return judged(finding_id, named, seen, todo, WARNING)


def _check_login_page(reading: Reading, connector_id: str) -> Finding:
    if reading.error:
        return Finding("connector.login_page", NOT_CHECKED, why(reading))
    offered = [entry for entry in reading.value if isinstance(entry, dict)]
    names = ", ".join(str(entry.get("Name")) for entry in offered) or "nothing"
    return judged(
        "connector.login_page",
        any(entry.get("Id") == connector_id for entry in offered),
        f"The login page offers {names}.",
        "Restart Cells: it may read its connectors only when it starts, and leaves one out if Keycloak does not "
        "answer. Then check in the console that the connector is enabled, and for which sites.",
    )


def _check_redirect_uri(config: State, options: Mapping[str, Any]) -> Finding:
    finding_id, given = "connector.redirect_uri", config.get("redirectURI")
    wanted = options["callback_url"] or callback_url(options["cells_url"], options["connector_id"])
    assumes = () if options["callback_url"] else ("callback_path",)
    todo = f"Give the connector the redirect URI {wanted}."
    if not given:
        seen = "The connector has no redirect URI, so Cells uses its own."
        return Finding(finding_id, WARNING, seen, todo, assumes)
    seen = f"The connector's redirect URI is {given}" + ("." if given == wanted else f", not {wanted}.")
    return judged(finding_id, given == wanted, seen, todo, assumes=assumes)


def _check_issuer(config: State, document: Reading, realm_issuer: str | None) -> Finding:
    finding_id, issuer = "connector.issuer", config.get("issuer") or ""
    wanted = realm_issuer or "the realm's issuer"
    todo = f"Give the connector {wanted}, exactly."
    if not issuer:
        return Finding(finding_id, BROKEN, "The connector has no issuer.", todo)
    if isinstance(document.error, InvalidInput):
        return Finding(finding_id, BROKEN, str(document.error), todo)
    if document.error:
        return Finding(finding_id, NOT_CHECKED, why(document))
    if document.value != issuer:
        seen = f"The connector's issuer is {issuer}, but the discovery document names {document.value}."
        return Finding(finding_id, BROKEN, seen, f"Give the connector {document.value}, exactly.")
    if realm_issuer and issuer != realm_issuer:
        return Finding(finding_id, BROKEN, f"The connector's issuer is {issuer}, that of the realm {wanted}.", todo)
    return Finding(finding_id, OK, f"The connector and the discovery document say {issuer}.")


def _check_rules(rules: list[State], claim: str) -> list[Finding]:
    for_roles = [rule for rule in rules if rule.get("RightAttribute") == ROLES]
    there = "; ".join(f"{rule.get('LeftAttribute')} to {rule.get('RightAttribute')}" for rule in rules) or "none"
    found = any(rule.get("LeftAttribute") == claim for rule in for_roles)
    rule = judged("mapping.rule", found, f"Mapping rules: {there}.", f"Map {claim} to {ROLES}: {SETUP}.")
    try:
        texts = [rule.get("RuleString") or "" for rule in for_roles]
        errors = [(text, regex_error(text)) for text in texts]
    except MissingLibrary as error:
        return [rule, Finding("mapping.regex", NOT_CHECKED, str(error))]
    wrong = [f"{text!r}: {error}" for text, error in errors if error]
    seen = f"RE2 does not support {'; '.join(wrong)}." if wrong else "Every rule can be read."
    return [rule, judged("mapping.regex", not wrong, seen, "Fix the regular expression: Cells uses RE2's syntax.")]


def _check_audience(reading: Reading, options: Mapping[str, Any]) -> list[Finding]:
    """Return audience.match, by the running Cells or else by its file, and audience.loaded, which compares the two."""
    match, loaded = "audience.match", "audience.loaded"
    config, url = options["cells_config"], options["cells_url"].rstrip("/")
    todo = f"Give {STATIC_CLIENT} the audience {url}: {SETUP}."
    in_file = _in_file(config["static_clients"]) if config.get("static_clients") is not None else None
    if isinstance(reading.error, InvalidInput):
        broken = Finding(match, BROKEN, str(reading.error), "Check that the configuration of Cells is complete.")
        return [broken, *skipped("There is no such static client.", loaded)]
    if reading.error is None:
        client, source = reading.value, f"the running Cells' {STATIC_CLIENT}"
    elif in_file is not None:
        client, source = in_file, f"{STATIC_CLIENT} in the configuration file"
    else:
        return skipped(why(reading), match, loaded)
    audience = audience_urls(client.get("audience"))
    if audience is None:
        seen = f"The audience of {source} is not a list of strings, so Cells cannot read its clients."
        return [Finding(match, BROKEN, seen, todo), *skipped("It cannot be compared.", loaded)]
    hint = audience_match(audience, [url])
    assumes = ("sso_audience",) if hint else ()
    seen = f"The audience of {source} is {', '.join(audience) or 'empty'}." + (f" {hint}" if hint else "")
    if reading.error or in_file is None:
        reason = why(reading) if reading.error else config.get("msg") or "The configuration file was not read."
        return [judged(match, hint is None, seen, todo, assumes=assumes), *skipped(reason, loaded)]
    written = audience_urls(in_file.get("audience"))
    same = written is not None and sorted(written) == sorted(audience)
    if hint and written and audience_match(written, [url]) is None:
        # The file is right already: one break, named once.
        todo = "Restart Cells: its file contains the audience, but Cells has not read it yet."
    restart = "Restart Cells, so that it reads its file."
    if written is None:
        # A restart would break a working site.
        compared, restart = "The audience in the file is not a list of strings, so Cells cannot read it.", todo
    else:
        compared = "agree." if same else f"differ: the file says {', '.join(written) or 'nothing'}."
        compared = f"File and running Cells {compared}"
    return [
        judged(match, hint is None, seen, todo, assumes=assumes),
        judged(loaded, same, compared, restart, WARNING),
    ]


def _in_file(clients: Sequence[State]) -> State:
    return next((client for client in clients if client.get("client_id") == STATIC_CLIENT), {})
