# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many clients of one realm at once: one listing, and a bounded number of requests at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Outcome, outcome_of
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, LoginFailed, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.client_representation import comparable
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import Client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import check_once
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.realm_scopes import RealmScopes
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession, only
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

MOST_AT_ONCE = 10
"""So many connections requests keeps open to one host."""


class ListedClient(Client):
    """A client whose first look is that of a listing of all clients; it is read on its own after a write."""

    def __init__(
        self, session: KeycloakSession, options: Mapping[str, Any], scopes: RealmScopes, listed: list[State]
    ) -> None:
        """Take the arguments of Client, and the clients with that id in the listing."""
        super().__init__(session, options, scopes)
        self._listed: list[State] | None = listed

    def read(self) -> State | None:
        """Return the client, or None. Raises Ambiguous, SsoError."""
        if self._listed is None:
            return super().read()
        client, self._listed = only(self._listed, self.title), None
        return None if client is None else comparable(client)


def check_wishes(wishes: list[Mapping[str, Any]], parallel: int) -> None:
    """Refuse options of for_each that cannot be used, before anything is sent. Raises InvalidInput."""
    if not 1 <= parallel <= MOST_AT_ONCE:
        raise InvalidInput(f"parallel is {parallel}. Give a number from 1 to {MOST_AT_ONCE}.")
    check_once("clients", [wish["client_id"] for wish in wishes])


def for_each(
    session: KeycloakSession,
    wishes: list[Mapping[str, Any]],
    parallel: int,
    answer: Callable[[Client, Mapping[str, Any]], Answer],
) -> list[Outcome]:
    """Return the outcome of each client, in the order of wishes; a failure of one does not stop the others.

    wishes: each the options of keycloak_oidc_client. parallel: how many clients are worked on at a time. answer: what
    to do with one. If the server cannot be reached any more or refuses a login, the clients that follow are not tried.
    Raises SsoError if the clients cannot be listed. check_wishes comes first.
    """
    listed: dict[str, list[State]] = {wish["client_id"]: [] for wish in wishes}
    # One client is looked up by its id, which costs less than a listing.
    for client in session.get_list("clients") if len(wishes) > 1 else []:
        listed.get(client.get("clientId", ""), []).append(client)
    scopes = RealmScopes(session)
    stop = threading.Event()

    def one(wish: Mapping[str, Any]) -> Outcome:
        if stop.is_set():
            return Outcome.failure("Not tried, because Keycloak could no longer be reached or refused the login.")
        return outcome_of(lambda: watched(wish))

    def watched(wish: Mapping[str, Any]) -> Answer:
        try:
            if len(wishes) == 1:
                return answer(Client(session, wish, scopes), wish)
            return answer(ListedClient(session, wish, scopes, listed[wish["client_id"]]), wish)
        except (Unreachable, LoginFailed):
            # Each of the others would wait for its own time-out, or try the login once more.
            stop.set()
            raise

    with ThreadPoolExecutor(parallel) as pool:
        try:
            return list(pool.map(one, wishes))
        finally:
            stop.set()
