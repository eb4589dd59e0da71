# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Cells in the process of the tests, its configuration, and logins through a scripted provider."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.testclient import TestClient

from standin.app import make_app
from standin.oidc import httpx
from standin.server import make_log
from standin.settings import Settings
from standin.stand_in import StandIn
from support.oidc_provider import CLIENT_ID, CLIENT_SECRET, CODE, ISSUER, Provider

EXTERNAL = "http://cells.example"
OAUTH = "pydio.web.oauth"
GUIDE = {
    "issuer": ISSUER,
    "clientID": CLIENT_ID,
    "clientSecret": CLIENT_SECRET,
    "redirectURI": f"{EXTERNAL}/auth/login/keycloak/callback",
    "scopes": ["openid", "profile", "email"],
    "insecureSkipEmailVerified": True,
    "getUserInfo": True,
    "basicAuthUnsupported": True,
    "userIDKey": "email",
    "userNameKey": "email",
}
"""A connector's configuration as in the guide (rows C4 to C8)."""


class Cells:
    """A running stand-in: its site, an administrator's calls, and browsers."""

    def __init__(self, settings: Settings, provider: Provider) -> None:
        """Start it."""
        http = {"transport": httpx.ASGITransport(app=provider.app())}
        self.site = StandIn(settings, make_log(settings), http)
        self.provider = provider
        self.app = make_app(self.site)
        token = self.site.state.make_token(settings.admin_user, 3600, None)
        self.admin = TestClient(self.app, EXTERNAL, headers={"Authorization": f"Bearer {token}"})
        self.file = settings.working_dir / "pydio.json"

    def browser(self) -> TestClient:
        """Return a browser without cookies, which follows no redirects by itself."""
        return TestClient(self.app, EXTERNAL, follow_redirects=False, headers={"Accept": "text/html"})

    def on_disk(self) -> dict[str, Any]:
        """Return the OAuth service's part of pydio.json."""
        part: dict[str, Any] = json.loads(self.file.read_text("utf-8"))["services"][OAUTH]
        return part

    def edit_file(self, **values: Any) -> None:
        """Change the OAuth service's part of pydio.json, as another program would."""
        root = json.loads(self.file.read_text("utf-8"))
        root["services"][OAUTH].update(values)
        self.file.write_text(json.dumps(root), "utf-8")

    def connect(self, rules: Any = None, **config: Any) -> None:
        """Create the guide's connector through the REST API, with the test's changes."""
        rule = {"LeftAttribute": "cellsgroups", "RightAttribute": "Roles"}
        body = {
            "id": "keycloak",
            "name": "SSO with Keycloak",
            "type": "oidc",
            "mappingRules": [rule] if rules is None else rules,
            "configoidc": {**GUIDE, **config},
        }
        answer = self.admin.put("/a/config/oauth2connectors/keycloak", json=body)
        assert answer.json() == {"Success": True}

    def begin(self, browser: TestClient) -> dict[str, str]:
        """Begin a login and return the query of the redirect to the provider."""
        answer = browser.get("/auth/login/keycloak")
        assert answer.status_code == 302, answer.text
        asked = urlsplit(answer.headers["location"])
        assert asked._replace(query="").geturl() == f"{ISSUER}/auth"
        return {name: values[0] for name, values in parse_qs(asked.query).items()}

    def come_back(self, browser: TestClient, asked: dict[str, str], **changed: str) -> Any:
        """Come back from the provider with a code; the provider puts the nonce that it was asked into the token."""
        self.provider.nonce = self.provider.nonce or asked["nonce"]
        return browser.get("/auth/login/keycloak/callback", params={"code": CODE, "state": asked["state"], **changed})

    def log_in(self, browser: TestClient) -> Any:
        """Log in through the provider and open the session; return the answer to the callback."""
        answer = self.come_back(browser, self.begin(browser))
        code = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code")
        if code:
            opened = self.post_session(browser, type="authorization_code", code=code[0])
            assert opened.status_code == 200, opened.text
        return answer

    def post_session(self, browser: TestClient, **info: str) -> Any:
        """Send the same POST as the page of the web interface."""
        return browser.post("/a/frontend/session", json={"AuthInfo": info})

    def refresh(self, browser: TestClient) -> Any:
        """Ask for the refresh of a browser's session, as Cells' web interface does."""
        return self.post_session(browser, type="refresh")

    def bearer(self, login: str) -> TestClient:
        """Return a client with a personal access token of a user."""
        token = self.site.state.make_token(login, 3600, None)
        return TestClient(self.app, EXTERNAL, headers={"Authorization": f"Bearer {token}"})

    def make_user(self, login: str) -> None:
        """Make a local user with the profile standard."""
        body = {"Password": "standin-user-password-19c4", "Attributes": {"profile": "standard"}}
        answer = self.admin.put(f"/a/user/{login}", json=body)
        assert answer.status_code == 200, answer.text

    def set_audience(self, audience: Any) -> None:
        """Set the audience of cells-frontend in memory, as a restart after an edit of the file does (row A2)."""
        self.site.config.oauth["staticClients"][0]["audience"] = audience
        self.site.config.save()
