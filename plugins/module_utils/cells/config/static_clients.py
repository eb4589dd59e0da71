# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declared audience of a static client in Cells' configuration (rows A1, A2), for every method of writing it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

CELLS_OWN_CLIENT = "cells-frontend"
"""The static client with which Cells refreshes every session, for all connectors."""

UNFINISHED = "unfinished"
"""The key in the state for the files that killed runs left. It has to be removed, like a field."""


class Store(Protocol):
    """The way to the static client: the file, the cells command, or the REST API."""

    warnings: list[str]
    backup_file: str
    """The copy that a save made, empty if none was made."""
    unfinished: list[str]
    """After load: one line for each trace of a killed run that has to go. A save takes them away too."""

    def load(self) -> State:
        """Return the static client. Raises InvalidInput if none has that id, SsoError."""

    def why_not_now(self) -> str | None:
        """Return in a sentence why a write would be lost now, or None."""

    def clean_up(self) -> None:
        """Remove the files of killed runs. Raises SsoError."""

    def plan(self, client: State, audience: list[str]) -> str:
        """Return how the audience is written, such as "in /var/cells/pydio.json".

        Raises InvalidInput if this way cannot do it.
        """

    def save(self, client: State, audience: list[str]) -> None:
        """Write the audience, [] to take it away, and nothing else. Raises SsoError."""


class StaticClientAudience:
    """The audience of one static client, as the engine sees it."""

    secret_keys = frozenset({"client_secret"})

    def __init__(self, store: Store, options: Mapping[str, Any]) -> None:
        """Take the options of cells_config_audience. Raises InvalidInput for an audience that would break Cells."""
        self.store = store
        self.warnings = store.warnings
        self.options = options
        self.client_id: str = options["oauth_client_id"]
        self.title = f"static client {self.client_id}"
        self.identity: State = {"client_id": self.client_id}
        for url in options["audience"] or []:
            # One URL that does not parse breaks all of them: see audience_match.py.
            if not url or any(character.isspace() or not character.isprintable() for character in url):
                raise InvalidInput(
                    f"audience: {url!r} is not a URL. Give the external URL of Cells, such as https://cells.example.org"
                )
        clears = options["mode"] == "exact" and options["audience"] == []
        if options["state"] == "present" and not options["audience"] and not clears:
            raise InvalidInput(
                "audience: give at least one URL. To clear the audience, give an empty list with mode exact."
            )

    def read(self) -> State:
        """Return the static client, with one more key for the files that a killed run left."""
        client = self.store.load()
        return {**client, UNFINISHED: list(self.store.unfinished)} if self.store.unfinished else client

    def desired(self, current: State | None) -> State:
        """Return the audience that the client is to have, in the order in which it stands, and no traces."""
        traces: State = {UNFINISHED: None} if UNFINISHED in (current or {}) else {}
        return {"audience": self._audience(current or {}), **traces}

    def _audience(self, client: State) -> list[str]:
        declared = list(dict.fromkeys(self.options["audience"] or []))
        present = self._present(client)
        if self.options["state"] == "absent":
            return [url for url in present if url not in declared] if self.options["audience"] is not None else []
        if self.options["mode"] == "exact":
            return present if sorted(present) == sorted(declared) else declared
        return [*present, *(url for url in declared if url not in present)]

    def missing(self, current: State | None) -> list[str]:
        """Return that Cells has to be stopped first, if it is running; a store without the client has been refused."""
        reason = self.store.why_not_now()
        return [reason] if reason else []

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the removal of the files that killed runs left, and the one write."""
        client, audience = dict(current or {}), (desired or {})["audience"]
        traces = client.pop(UNFINISHED, [])
        # The first removes all of them.
        actions = [Action(Verb.CLEAN_UP, self.title, self.store.clean_up, (trace,)) for trace in traces]
        if (client.get("audience") or []) != audience:
            save = partial(self.store.save, client, audience)
            actions.append(Action(Verb.UPDATE, self.title, save, (f"audience, {self.store.plan(client, audience)}",)))
        return actions

    def _present(self, client: State) -> list[str]:
        """Return the current audience. Raises InvalidInput for one that Cells itself cannot read."""
        urls = audience_urls(client.get("audience"))
        if urls is None and (self.options["mode"], self.options["state"]) == ("exact", "present"):
            return []
        if urls is None:
            raise InvalidInput(
                f"The audience of the {self.title} is not a list of strings, so Cells cannot read its clients: "
                f"{client['audience']!r}. Mode exact replaces it."
            )
        return urls


def audience_urls(audience: Any) -> list[str] | None:
    """Return the URLs of an audience as Cells reads it, without null entries; None if Cells cannot read it."""
    if audience is None:
        return []
    if not isinstance(audience, list) or not all(url is None or isinstance(url, str) for url in audience):
        return None
    return [url for url in audience if url is not None]


TEXTS = ("client_id", "client_name", "client_secret", "scope")
LISTS = ("audience", "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types")
"""Fields of a static client by their type; a null counts as empty."""


def check_readable(clients: list[Any]) -> None:
    """Raise InvalidInput if Cells cannot decode its static clients: one value of another type is enough for that."""
    for client in clients:
        fields = client if isinstance(client, dict) else {}
        texts = [name for name in TEXTS if not isinstance(fields.get(name), (str, type(None)))]
        lists = [name for name in LISTS if audience_urls(fields.get(name)) is None]
        if not fields or texts or lists:
            wrong = ", ".join(texts + lists) or "the whole entry"
            which = fields.get("client_id") or "one of them"
            raise InvalidInput(
                f"Cells cannot read its static clients, because {which} has a value of another type ({wrong})."
            )


def find_static_client(clients: Any, client_id: str, place: str) -> tuple[int, State]:
    """Return index and static client of that id in a list of clients. Raises InvalidInput that names those there."""
    if not isinstance(clients, list):
        raise InvalidInput(
            f"{place} has no list of static clients. Start Cells once, so that it writes its own configuration."
        )
    found = [(i, c) for i, c in enumerate(clients) if isinstance(c, dict) and c.get("client_id") == client_id]
    if not found:
        there = ", ".join(str(c.get("client_id")) for c in clients if isinstance(c, dict)) or "none"
        raise InvalidInput(f"{place} has no static client {client_id!r}. Static clients there: {there}.")
    if len(found) > 1:
        indices = ", ".join(str(i) for i, _client in found)
        raise InvalidInput(f"{place} has {len(found)} static clients {client_id!r}, at {indices}: remove one.")
    return found[0]
