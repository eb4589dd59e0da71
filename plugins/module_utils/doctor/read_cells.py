# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads Cells for the doctor, through the REST API. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.api_store import ApiStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import check_readable
from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import list_connectors, login_connectors
from ansible_collections.cellsops.sso.plugins.module_utils.cells.issuer import discovered_issuer, discovery_document
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import list_roles
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import CellsReadings, take
from ansible_collections.cellsops.sso.plugins.module_utils.errors import ServerError
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

STATIC_CLIENT = "cells-frontend"
"""The static client with which Cells refreshes every session, for all connectors."""


def read_cells(session: CellsSession, options: Mapping[str, Any]) -> CellsReadings:
    """Return the readings of Cells, each only if its question arose. options: those of doctor_info."""
    readings = CellsReadings(bootconf=take(lambda: session.get_public("frontend", "bootconf")))
    if readings.bootconf.error:
        return readings
    readings.own_issuer = take(lambda: discovery_document(f"{session.url}/oidc", options))
    readings.login_page = take(lambda: login_connectors(session))
    readings.connectors = take(lambda: list_connectors(session, options["connector_id"]))
    readings.static_client = take(lambda: _static_client(session))
    readings.roles = take(lambda: list_roles(session))
    readings.version = take(lambda: session.get("config", "discovery").get("Version"))
    issuer = oidc(connector(readings)).get("issuer")
    if issuer:
        readings.issuer = take(lambda: discovered_issuer(issuer, options))
    return readings


def _static_client(session: CellsSession) -> State:
    """Return the static client of the web interface. Raises InvalidInput if Cells cannot read its clients, SsoError."""
    store = ApiStore(session, STATIC_CLIENT)
    client = store.load()
    # The finding about the audience reports a damage of this one.
    check_readable([other for other in store.clients if other is not client])
    return client


def read_accounts(session: CellsSession, logins: Sequence[str]) -> list[State]:
    """Return the users of Cells with these logins, with their roles. Raises SsoError."""
    if not logins:
        return []
    # Without an operation, Cells finds users that meet one of the queries.
    body = {"Queries": [{"Login": login} for login in logins], "Limit": str(len(logins))}
    answer = session.search("user", body=body)
    users = answer.get("Users") or [] if isinstance(answer, dict) else None
    if not isinstance(users, list):
        raise ServerError("POST", f"{session.url}/a/user", 200, "no list of users in the answer")
    return users


def connector(readings: CellsReadings) -> State | None:
    """Return the connector; None if there is none or it could not be read."""
    found = readings.connectors.value
    return found[0] if found else None


def oidc(state: State | None) -> State:
    """Return the part of a connector that speaks of OpenID Connect."""
    config: State = (state or {}).get("configoidc") or {}
    return config
