# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Cells Enterprise server, scripted with responses: its state, and the calls that it received."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
import responses

from support.module import Outcome

URL = "https://cells.example.org"
TOKEN = "cells-token-40be6bb7a14f4ca2a2b7"
ISSUER = "https://sso.example.org/realms/cells"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
SECRET = "connector-secret-93b0e0c1f5c94a1d8e77"
OTHER_SECRET = "connector-secret-of-before-5d1b0a6e42f0"
CONNECTORS = "oauth2connectors"
CLIENTS = "oauth2clients"
Answer = tuple[int, dict[str, str], str]
SetConnector = Callable[..., Outcome]
"""Runs cells_connector for the connector keycloak with these options; check=True: in check mode."""


@dataclass
class ScriptedCells:
    """A server with collections below /a/config. You can choose how it treats secrets and single keys."""

    http: responses.RequestsMock
    collections: dict[str, list[dict[str, Any]]]
    url: str = URL
    secret: str = "shown"
    """How GET treats clientSecret: "shown", "hidden" or "masked"."""
    loses: frozenset[str] = frozenset()
    """Keys, at the top or in configoidc, that a PUT does not keep."""
    hides: frozenset[str] = frozenset()
    """Keys of static clients that GET does not show."""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path below /a/config and body of each call, in order."""

    def __post_init__(self) -> None:
        below = re.compile(rf"{re.escape(self.url)}/a/config/[^?]*$")
        for method in ("GET", "PUT", "DELETE"):
            self.http.add_callback(method, below, self._answer)

    @property
    def connectors(self) -> list[dict[str, Any]]:
        return self.collections[CONNECTORS]

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """The calls that are no GET."""
        return [call for call in self.calls if call[0] != "GET"]

    def discovery(self, **answer: Any) -> None:
        """Let the realm answer with its discovery document, or with this status, json or body."""
        self.http.get(DISCOVERY, **({"json": {"issuer": ISSUER}} | answer if "body" not in answer else answer))

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        assert request.url is not None
        assert request.method is not None
        path = request.url.removeprefix(f"{self.url}/a/config/")
        body: Any = json.loads(request.body) if request.body else None
        self.calls.append((request.method, path, body))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json(401, {"Title": "Unauthorized", "Detail": "no token"})
        collection, _slash, name = path.partition("/")
        if request.method == "GET":
            return _json(200, self._list(collection))
        key = "id" if collection == CONNECTORS else "client_id"
        items = self.collections[collection]
        here = next((i for i, item in enumerate(items) if item[key] == name), None)
        if request.method == "DELETE":
            assert here is not None
            del items[here]
        else:
            kept = {k: v for k, v in body.items() if k not in self.loses}
            if "configoidc" in kept:
                kept["configoidc"] = {k: v for k, v in kept["configoidc"].items() if k not in self.loses}
            items[len(items) if here is None else here : len(items) if here is None else here + 1] = [kept]
        return _json(200, {"Success": True})

    def _list(self, collection: str) -> dict[str, Any]:
        items = copy.deepcopy(self.collections[collection])
        if collection == CLIENTS:
            # Empty values are left out, as Cells does with a list that nobody set.
            shown = [{k: v for k, v in item.items() if k not in self.hides and v != []} for item in items]
            return {"staticClients": shown}
        for item in items:
            config = item.get("configoidc", {})
            if "clientSecret" in config and self.secret != "shown":
                config["clientSecret"] = "******"
                if self.secret == "hidden":
                    del config["clientSecret"]
        return {"connectors": items}


def connector(secret: str = SECRET, **fields: Any) -> dict[str, Any]:
    """Return a connector as Cells has it; fields of configoidc are given as configoidc={…}."""
    config = {
        "issuer": ISSUER,
        "clientID": "demo.cells.pydio",
        "clientSecret": secret,
        "redirectURI": f"{URL}/auth/login/keycloak/callback",
        "scopes": ["profile", "openid", "email"],
        "hostedDomains": [],
        "insecureSkipEmailVerified": False,
        "getUserInfo": True,
        "basicAuthUnsupported": True,
        "userIDKey": "email",
        "userNameKey": "email",
        **fields.pop("configoidc", {}),
    }
    return {
        "id": "keycloak",
        "name": "SSO with Keycloak",
        "type": "oidc",
        "sites": [],
        "mappingRules": [],
        "configoidc": config,
        **fields,
    }


def rule(left: str, right: str = "Roles", text: str = "", **fields: Any) -> dict[str, Any]:
    """Return a mapping rule with all of its fields, as Cells shows it."""
    return {
        "LeftAttribute": left,
        "RightAttribute": right,
        "RuleString": text,
        "LeftSplit": "",
        "RightValueTemplate": "",
        "NoUpdate": False,
        **fields,
    }


def pydio_connector() -> dict[str, Any]:
    """Return the connector that every Cells has."""
    return {"id": "pydio", "name": "Pydio Cells", "type": "pydio"}


def _json(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body)
