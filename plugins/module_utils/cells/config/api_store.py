# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The static client through the REST API of Cells Enterprise, which acts on the running server."""

from __future__ import annotations

from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import find_static_client
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotKept
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, is_mask

COLLECTION = ("config", "oauth2clients")
SCHEMA = frozenset(
    {
        "client_id",
        "client_name",
        "client_secret",
        "redirect_uris",
        "grant_types",
        "response_types",
        "scope",
        "audience",
    }
)
"""The fields that the documentation of the interface names. Cells' own clients have more, such as their lifetimes."""


class ApiStore:
    """The static client as the running server has it."""

    backup_file = ""

    def __init__(self, session: CellsSession, client_id: str) -> None:
        """Take the session and the client's id."""
        self.session = session
        self.warnings = session.warnings
        self.client_id = client_id
        self.unfinished: list[str] = []
        self.clients: list[Any] = []
        """All static clients, once they were read."""
        self._shows_all = False

    def load(self) -> State:
        """Return the static client. Raises InvalidInput, SsoError."""
        answer = self.session.get(*COLLECTION)
        clients = answer.get("staticClients") if isinstance(answer, dict) else None
        _index, client = find_static_client(clients, self.client_id, f"{self.session.url}/a/{'/'.join(COLLECTION)}")
        self.clients = clients or []
        self._shows_all = any(set(other) - SCHEMA for other in self.clients if isinstance(other, dict))
        return client

    def plan(self, client: State, audience: list[str]) -> str:
        """Return how this store writes. Raises InvalidInput if a write would lose fields that the server does not
        show."""
        if is_mask(client.get("client_secret") or ""):
            raise InvalidInput(
                f"The REST API of Cells masks the secret of static client {self.client_id}, and a write would replace "
                "the secret with the mask. Nothing was written: use method file or cli."
            )
        if not self._shows_all:
            raise InvalidInput(
                "The REST API of Cells shows only the documented fields of its static clients, so a write could lose "
                f"other fields of {self.client_id}, such as post_logout_redirect_uris. Nothing was written: use "
                "method file or cli."
            )
        return "through the REST API"

    def why_not_now(self) -> None:
        """Return nothing: this way writes through the running server."""

    def clean_up(self) -> None:
        """Do nothing: a killed run leaves nothing here."""

    def save(self, client: State, audience: list[str]) -> None:
        """Write the client with the audience and all its other fields. Raises NotKept if one is lost, SsoError."""
        self.session.put(*COLLECTION, self.client_id, body={**client, "audience": audience})
        after = self.load()
        lost = sorted(key for key in client if key != "audience" and after.get(key) != client[key])
        if lost:
            raise NotKept(
                f"Cells did not keep {', '.join(lost)} of static client {self.client_id} when the audience was written."
            )
