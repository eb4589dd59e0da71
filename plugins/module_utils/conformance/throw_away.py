# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects that the conformance kit creates on both servers, all named after one run, and their removal."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Callable
from urllib.parse import quote

from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import SHAPE_ERRORS
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotFound, SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession

RUN = re.compile(r"[a-z0-9]{8,32}")
CLAIM = "conformance"
"""The claim of the throw-away client, which becomes roles."""
CALLBACKS = {
    "connector": "auth/login/{id}/callback",
    "login": "auth/login/callback",
    "dex": "auth/dex/callback",
}
"""The paths below Cells to which Keycloak may send users back, by the answers of the assumption callback_path."""


class ThrowAway:
    """The client and user in Keycloak, and the connector, static client, roles and user in Cells."""

    def __init__(self, keycloak: KeycloakSession, cells: CellsSession, run: str) -> None:
        """Take the sessions and the name of the run, 8 to 32 small letters and digits. Raises InvalidInput."""
        if not RUN.fullmatch(run):
            raise InvalidInput("run: give 8 to 32 lower-case letters and digits. Use a new value for each run.")
        self._keycloak, self._cells = keycloak, cells
        self.name = f"cellsops-conformance-{run}"
        """The id of client, connector and static client, and the user's name in Keycloak."""
        self.email = f"{self.name}@mail.example.org"
        self.password = f"Aa1!{secrets.token_urlsafe(24)}"
        self.secret = secrets.token_urlsafe(32)
        self.plain_role, self.absent_role, self.dn_role = (f"{self.name}-{kind}" for kind in ("plain", "absent", "dn"))
        self.dn = f"cn={self.dn_role},ou=groups,dc=example,dc=org"
        self._client_uuid = self._user_id = ""

    @property
    def redirect_uris(self) -> dict[str, str]:
        """The addresses to which Keycloak may send users back, by the answers of callback_path."""
        return {form: f"{self._cells.url}/{path.format(id=quote(self.name))}" for form, path in CALLBACKS.items()}

    def make(self) -> None:
        """Make client, user and roles; the connector is made by ``put_connector``. Raises SsoError."""
        client = {
            "clientId": self.name,
            "secret": self.secret,
            "publicClient": False,
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": False,
            "redirectUris": sorted(self.redirect_uris.values()),
        }
        self._client_uuid = self._keycloak.admin.create_client(client)
        self.set_claim([self.plain_role, self.dn, self.absent_role])
        self._user_id = self._keycloak.admin.create_user(
            {
                **self._user(email_verified=True),
                "credentials": [{"type": "password", "value": self.password, "temporary": False}],
            }
        )
        # The distinguished name itself cannot be the id of a role: Cells refuses commas in it.
        for role in (self.plain_role, self.dn_role):
            self._cells.put("role", role, body={"Uuid": role, "Label": role})

    def set_claim(self, values: Sequence[str]) -> None:
        """Let the user's tokens carry these values; an empty sequence: no such claim. Raises SsoError."""
        path = f"clients/{self._client_uuid}/protocol-mappers/models"
        for mapper in self._keycloak.get_list(path):
            if mapper["name"] == CLAIM:
                self._keycloak.admin.remove_client_mapper(self._client_uuid, mapper["id"])
        if values:
            config = {
                "claim.name": CLAIM,
                "claim.value": json.dumps(list(values)),
                "jsonType.label": "JSON",
                "id.token.claim": "true",
                "access.token.claim": "true",
                "userinfo.token.claim": "true",
            }
            mapper = {
                "name": CLAIM,
                "protocol": "openid-connect",
                "protocolMapper": "oidc-hardcoded-claim-mapper",
                "config": config,
            }
            self._keycloak.admin.add_mapper_to_client(self._client_uuid, mapper)

    def set_email_verified(self, verified: bool) -> None:
        """Let Keycloak count the user's e-mail as verified or not. Raises SsoError."""
        self._keycloak.admin.update_user(self._user_id, self._user(verified))

    def put_connector(
        self,
        issuer: str,
        redirect_uri: str,
        *,
        secret: str | None = None,
        rule_string: str = "",
        sites: Sequence[str] = (),
        skip_email_verified: bool = True,
    ) -> None:
        """Make or replace the connector. secret: None for none at all. Raises SsoError."""
        rule = {"LeftAttribute": CLAIM, "RightAttribute": "Roles", "RuleString": rule_string}
        config = {
            "issuer": issuer,
            "clientID": self.name,
            "redirectURI": redirect_uri,
            "basicAuthUnsupported": True,
            "scopes": ["openid", "profile", "email"],
            "insecureSkipEmailVerified": skip_email_verified,
            "getUserInfo": False,
            "userIDKey": "email",
            "userNameKey": "preferred_username",
        }
        if secret is not None:
            config["clientSecret"] = secret
        connector = {"id": self.name, "name": self.name, "type": "oidc", "sites": list(sites), "mappingRules": [rule]}
        self._cells.put("config", "oauth2connectors", self.name, body={**connector, "configoidc": config})

    def put_static_client(self, field: str) -> None:
        """Make the static client in Cells, with a field that the interface's documentation does not name."""
        url = f"{self._cells.url}/{self.name}"
        client = {
            "client_id": self.name,
            "client_name": self.name,
            "redirect_uris": [url],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": "openid",
            field: [url],
        }
        self._cells.put("config", "oauth2clients", self.name, body=client)

    def remove(self) -> list[str]:
        """Remove all objects of the run, and return those that could not be removed, in words without names."""
        steps: Mapping[str, Callable[[], None]] = {
            "user in Cells": self._remove_cells_user,
            "roles in Cells": self._remove_roles,
            "connector in Cells": lambda: self._remove_listed("oauth2connectors", "connectors", "id"),
            "static client in Cells": lambda: self._remove_listed("oauth2clients", "staticClients", "client_id"),
            "user in Keycloak": self._remove_keycloak_user,
            "client in Keycloak": self._remove_keycloak_client,
        }
        left = []
        for what, step in steps.items():
            try:
                step()
            except (SsoError, *SHAPE_ERRORS):
                # One odd answer must not keep the other steps from being done.
                left.append(what)
        return left

    def _user(self, email_verified: bool) -> dict[str, Any]:
        return {
            "username": self.name,
            "email": self.email,
            "emailVerified": email_verified,
            "firstName": "Conformance",
            "lastName": "Test",
            "enabled": True,
            "requiredActions": [],
        }

    def _remove_cells_user(self) -> None:
        for login in (self.email, self.name):
            user = self._found("user", login)
            if user is None or user.get("Login") != login:
                continue
            self._cells.delete("user", login)
            # Cells puts users of a connector into a group of the connector's id; a slash at the end names a group.
            if str(user.get("GroupPath")).strip("/") == self.name:
                self._gone("user", f"{self.name}/")

    def _remove_roles(self) -> None:
        for role in (self.plain_role, self.absent_role, self.dn_role, self.dn):
            if self._found("role", role) is not None:
                self._cells.delete("role", role)

    def _remove_listed(self, collection: str, key: str, id_key: str) -> None:
        listed = self._cells.get("config", collection).get(key) or []
        if any(isinstance(item, dict) and item.get(id_key) == self.name for item in listed):
            self._cells.delete("config", collection, self.name)

    def _remove_keycloak_user(self) -> None:
        for user in self._keycloak.get_list("users", username=self.name, exact="true"):
            if user["username"] == self.name:
                self._keycloak.admin.delete_user(user["id"])

    def _remove_keycloak_client(self) -> None:
        for client in self._keycloak.get_list("clients", clientId=self.name):
            if client["clientId"] == self.name:
                self._keycloak.admin.delete_client(client["id"])

    def _found(self, *path: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._cells.get(*path)
        except NotFound:
            return None
        return found

    def _gone(self, *path: str) -> None:
        try:
            self._cells.delete(*path)
        except NotFound:
            return
