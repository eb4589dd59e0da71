# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of Cells before the role setup writes: the token, the edition, the connectors, the audience."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.api_store import ApiStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import (
    CELLS_OWN_CLIENT,
    StaticClientAudience,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import OIDC, list_connectors
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import search_roles, taken
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

OWN_LOGIN = "pydio"
"""The id of the connector by which Cells logs its own users in."""

MAKING_ROLES = frozenset({"connector", "mapping"})
"""The steps that create the declared roles."""

STEPS = frozenset({"client", "connector", "mapping", "verify"})
"""The steps that ask Cells for its connectors."""


class CellsLook:
    """The checks of Cells through its REST API, with at most three requests."""

    def __init__(self, params: Mapping[str, Any], steps: Collection[str], role_ids: Sequence[str] = ()) -> None:
        """Take the options of sso_preflight_info, the steps of the run and the roles that it makes. Sends nothing."""
        self._role_ids = role_ids
        self.params = params
        self.steps = frozenset(steps)
        self.warnings: list[str] = []
        self.values: dict[str, Any] = {}
        """other_connectors, once they were read: the ids of the other connectors with which users log in."""
        self.issuer = ""
        """The issuer of the connector, if it exists."""
        self._by_api = "audience" in self.steps and params["audience_method"] == "api"

    def problems(self) -> Iterator[str]:
        """Yield the problems that would make a step fail, one or two sentences each."""
        # The audience is that of Cells as a whole: it goes with the last connector.
        shared = "audience" in self.steps and self.params["state"] == "absent"
        if not (self.steps & STEPS or self._by_api or shared):
            return
        try:
            session = CellsSession(self.params)
            self.warnings = session.warnings
            # Also for the audience alone, because only this call shows whether the token belongs to an administrator.
            connectors = list_connectors(session)
        except SsoError as error:
            yield str(error)
            return
        self.values = {"other_connectors": self._others(connectors)}
        if self.params["state"] == "present" and self.steps & STEPS:
            yield from self._look_at_connectors(connectors)
            yield from self._look_at_roles(session)
        if self._by_api:
            yield from self._look_at_audience(session)

    def _others(self, connectors: list[State]) -> list[str]:
        own = (self.params["connector_id"], OWN_LOGIN)
        return sorted(str(connector.get("id")) for connector in connectors if connector.get("id") not in own)

    def _look_at_connectors(self, connectors: list[State]) -> Iterator[str]:
        own_id = self.params["connector_id"]
        own = next((connector for connector in connectors if connector.get("id") == own_id), None)
        self.issuer = ((own or {}).get(OIDC) or {}).get("issuer") or ""
        if own is not None and own.get("type") != "oidc":
            yield f"connector_id: the connector {own_id} has the type {own.get('type')}, not oidc. Choose another id."
        if own is None and "mapping" in self.steps and not self.steps & {"client", "connector"}:
            yield (
                f"connector_id: Cells has no connector {own_id}, and the chosen steps do not create it. Run the step "
                "connector too."
            )
        same_client = [c for c in connectors if c.get("id") != own_id and self._has_our_client(c)]
        for other in same_client:
            yield (
                f"client_id: {self.params['client_id']} is already the client of the connector {other.get('id')}. "
                f"Each connector needs its own client. Give another client_id for {own_id}."
            )

    def _has_our_client(self, connector: State) -> bool:
        config = connector.get(OIDC) or {}
        return (config.get("issuer"), config.get("clientID")) == (self.params["issuer"], self.params["client_id"])

    def _look_at_roles(self, session: CellsSession) -> Iterator[str]:
        """Yield the roles that belong to a user, a group or a team, or whose ids exist in other capitals."""
        if not self._role_ids or not self.steps & MAKING_ROLES:
            return
        by_name = {role_id.casefold(): role_id for role_id in self._role_ids}
        try:
            found = search_roles(session, {"Uuid": list(self._role_ids)})
        except SsoError as error:
            yield str(error)
            return
        for role in found:
            exact = role["Uuid"] in self._role_ids
            problem = taken(role, role["Uuid"] if exact else by_name.get(role["Uuid"].casefold(), ""))
            if problem:
                yield f"sso_roles: {problem}"

    def _look_at_audience(self, session: CellsSession) -> Iterator[str]:
        options = {
            "audience": self.params["audience"],
            "oauth_client_id": CELLS_OWN_CLIENT,
            "state": self.params["state"],
            "mode": "add",
        }
        try:
            reconcile(StaticClientAudience(ApiStore(session, CELLS_OWN_CLIENT), options), check_mode=True)
        except SsoError as error:
            yield str(error)
