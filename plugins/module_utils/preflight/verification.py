# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After the last write: would a user meet what the guide promises? All that is not so goes into one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.audience_match import audience_match
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.api_store import ApiStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import (
    CELLS_OWN_CLIENT,
    audience_urls,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import (
    RULES,
    list_connectors,
    login_connectors,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import predicted_roles
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import search_roles
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.clock_skew import measure
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import caveat
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.examine import examine, left_out
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    MAIN,
    NOT_CHECKED,
    is_one_of,
)
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError, Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.token_preview import preview
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.words import in_role_words

NOT_ASKED: dict[str, Any] = {
    "dn_to_name": True,
    "callback_url": "",
    "roles": {},
    "group": "",
    "cells_config": {},
    "session": {},
    "keycloak_from_cells": {},
}
"""Options of doctor_info for the checks on the Cells host, and for a login."""

OWN = ("connector.login_page", "clock.skew")
"""Findings of the doctor that the verification has in its own words."""

CLOCK_REQUESTS = 1
"""One answer tells the time to about a second, and a login minds differences of several."""


class Verification:
    """The checks of the login page, the clocks and the tokens of a user."""

    def __init__(self, options: Mapping[str, Any], after_check_mode: bool = False) -> None:
        """Take the options of sso_verification_info. Raises SsoError for options that cannot be used.

        after_check_mode: whether the steps have only predicted their changes.
        """
        self.options = options
        self.cells = CellsSession(options)
        self.keycloak = KeycloakSession(options, options["realm"])
        self.warnings = [*self.cells.warnings, *self.keycloak.warnings]
        self.problems: list[str] = []
        self._no_claims = False
        self._written = not after_check_mode

    def values(self) -> dict[str, Any]:
        """Return login_connectors (list of str), id_token (claims), groups, roles and missing_roles (lists of str).

        Without a user, the last four are empty. Raises Unmet with a line that names everything that is not as it
        should be, SsoError.
        """
        connectors = [str(connector.get("Name")) for connector in login_connectors(self.cells)]
        self._look_at_audience()
        self._look_at_clocks()
        # Rules that are not written yet belong to a connector that may not exist yet.
        if self.options["mapping_rules"] is None and self.options["connector_name"] not in connectors:
            self.problems.append(
                f"The login page of {self.cells.url} does not offer {self.options['connector_name']}, but "
                f"{', '.join(connectors) or 'nothing'}. Cells may read its connectors only when it starts: restart "
                "Cells."
            )
        claims = self._claims() if self.options["username"] else {}
        if self._written:
            self._look_as_the_doctor()
        values: dict[str, Any] = {"login_connectors": connectors, "id_token": claims}
        values.update({key: [] for key in ("groups", "roles", "missing_roles")})
        if claims:
            groups = claims.get(self.options["groups_claim"]) or []
            values["groups"] = groups if isinstance(groups, list) else [groups]
            values["roles"] = self._roles(claims)
            values["missing_roles"] = self._missing(values["roles"])
        if self.problems:
            raise Unmet(in_role_words(" ".join(self.problems)), values)
        return values

    def _look_at_audience(self) -> None:
        """Warn if a session would end at its first refresh; another one sets the audience, so that is no failure."""
        if not self.options["audience"]:
            return
        try:
            client = ApiStore(self.cells, CELLS_OWN_CLIENT).load()
        except SsoError as error:
            self.warnings.append(f"Cells did not show whether its audience is set: {error}")
            return
        listed = audience_urls(client.get("audience")) or []
        missing = [url for url in self.options["audience"] if audience_match(listed, [url])]
        if missing:
            self.warnings.append(
                f"The audience of {CELLS_OWN_CLIENT} lacks {', '.join(missing)}: sessions end at their first refresh, "
                f"with the status 401. Add it to the configuration of Cells. {caveat('sso_audience')}"
            )

    def _look_at_clocks(self) -> None:
        keycloak = self.options["keycloak_clock"]
        if not keycloak:
            return
        cells = measure({**self.options, "url": self.cells.url, "max_skew": None}, CLOCK_REQUESTS)
        skew = keycloak["skew_seconds"] - cells["skew_seconds"]
        allowed = self.options["max_clock_skew"]
        if abs(skew) - keycloak["uncertainty_seconds"] - cells["uncertainty_seconds"] > allowed:
            self.problems.append(
                f"The clock of Keycloak is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} that of Cells, "
                f"and max_clock_skew allows {allowed:g} s. Let both hosts follow the same time servers, for example "
                "with the role cellsops.sso.time_sync."
            )

    def _look_as_the_doctor(self) -> None:
        """Note everything else that prevents a login, its roles or its refresh. Findings that depend on an assumption
        only warn."""
        options = {**self.options, **NOT_ASKED, "groups_attribute": self.options["groups_claim"]}
        seen_to = [
            *OWN,
            *(["audience.*"] if self.options["audience"] else []),
            *(["token.*"] if self._no_claims else []),
        ]
        findings = [
            finding
            for finding in examine(self.keycloak, self.cells, options)["findings"]
            if not is_one_of(finding["id"], seen_to)
        ]
        broken = [finding for finding in findings if finding["verdict"] == BROKEN]
        for finding in broken:
            noted = self.warnings if finding["assumptions"] else self.problems
            noted.append(f"{finding['seen']} {finding['todo']}")
        if not broken:
            self._warn_of_unanswered(findings, options)

    def _warn_of_unanswered(self, findings: list[dict[str, Any]], options: Mapping[str, Any]) -> None:
        """Warn of main questions that have no answer: a check that could not look has not passed.

        The audience has its own step and its own warning.
        """
        chosen = [*left_out(options), "audience.*"]
        unanswered: dict[str, list[str]] = {}
        for finding in findings:
            name = finding["id"]
            if finding["verdict"] == NOT_CHECKED and is_one_of(name, MAIN) and not is_one_of(name, chosen):
                unanswered.setdefault(finding["seen"], []).append(name)
        self.warnings += [f"Not checked: {', '.join(names)}. {reason}" for reason, names in unanswered.items()]

    def _claims(self) -> dict[str, Any]:
        own = ("client_id", "username", "expect_claims")
        options = {
            **{name: self.options[name] for name in own},
            "scope": " ".join(self.options["scopes"]),
            "expect": [],
        }
        try:
            claims: dict[str, Any] = preview(self.keycloak, options)["id_token"]
        except Unmet as error:
            self.problems.append(str(error))
            claims, self._no_claims = error.values["id_token"], True
        except SsoError as error:
            self.problems.append(str(error))
            claims, self._no_claims = {}, True
        return claims

    def _roles(self, claims: dict[str, Any]) -> list[str]:
        """Return the roles by the rules that the connector has, which in mode add are not only the role's.

        Or by those that it is to have, before they are written.
        """
        rules = self.options["mapping_rules"]
        if rules is None:
            found = list_connectors(self.cells, self.options["connector_id"])
            rules = [rule for connector in found for rule in connector[RULES]]
        roles: list[str] = predicted_roles(claims, rules, True)
        return roles

    def _missing(self, roles: list[str]) -> list[str]:
        """Return which of the roles Cells does not have."""
        there = {role["Uuid"] for role in search_roles(self.cells, {"Uuid": roles})} if roles else set()
        return [role for role in dict.fromkeys(roles) if role not in there]
