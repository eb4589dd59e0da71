# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in with a browser: the pages, the code flow through a connector, and what a login does to the user."""

from __future__ import annotations

import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from standin import pages
from standin.cells_site import Site
from standin.collection import SsoError, predicted_roles
from standin.config_memory import BrokenClients
from standin.oidc import Flow, LoginError, Provider
from standin.rest_error import RestError, rest_error_response
from standin.sessions import COOKIE
from standin.state import LOCAL, User

FLOW_COOKIE = "standin-login"
FLOW_LIFE = 600
"""Seconds within which a user must come back from the provider."""


class Login:
    """The handlers of a site's login."""

    def __init__(self, site: Site) -> None:
        """Take the site."""
        self._site = site
        self._label = site.settings.package[1]

    def routes(self) -> list[Route]:
        """Return the handlers with their paths."""
        return [
            Route("/", self.home),
            Route("/login", self.page),
            Route("/login", self.password, methods=["POST"]),
            Route("/logout", self.logout, methods=["POST"]),
            Route("/auth/login/{id}", self.begin),
            Route("/auth/login/{id}/callback", self.callback),
        ]

    async def home(self, request: Request) -> Response:
        """Show who is logged in, else go to the login."""
        user = self._site.sessions.user(self._site.session_key(request))
        return HTMLResponse(pages.home_page(self._label, user)) if user else RedirectResponse("/login", 303)

    async def page(self, _request: Request) -> Response:
        """Show the connectors."""
        return HTMLResponse(pages.login_page(self._label, self._site.login_connectors()))

    async def password(self, request: Request) -> Response:
        """Log a local user in from the form."""
        form = await request.form()
        user = self._site.state.check_password(str(form.get("login", "")), str(form.get("password", "")))
        if user is None:
            error = "Login or password is wrong."
            return HTMLResponse(pages.login_page(self._label, self._site.login_connectors(), error), 401)
        try:
            return self._logged_in(user, LOCAL, [])
        except BrokenClients as error:
            return self._failed(request, LoginError(str(error)), 500)

    async def logout(self, request: Request) -> Response:
        """End the session here; the one at the provider goes on."""
        self._site.sessions.close(self._site.session_key(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        flow = Flow(request.path_params["id"])
        try:
            async with self._provider(flow.connector_id)[0] as provider:
                answer = RedirectResponse(provider.login_url(flow), 302)
        except (LoginError, KeyError) as error:
            return self._failed(request, error, 500)
        flows = self._site.flows
        for state, old in list(flows.items()):
            if old.started < time.time() - FLOW_LIFE:
                del flows[state]
        flows[flow.state] = flow
        answer.set_cookie(FLOW_COOKIE, flow.state, FLOW_LIFE, httponly=True, secure=self._site.secure_cookies)
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the browser back from the provider, check everything and open a session."""
        try:
            flow = self._flow(request)
            provider, connector = self._provider(flow.connector_id)
            async with provider:
                code = request.query_params.get("code", "")
                claims = await self._claims(provider, connector["configoidc"], flow, code)
            user = self._user(connector, claims)
            answer = self._logged_in(user, flow.connector_id, [self._site.settings.external])
        except LoginError as error:
            return self._failed(request, error, 401)
        except (BrokenClients, KeyError) as error:
            return self._failed(request, error, 500)
        answer.delete_cookie(FLOW_COOKIE)
        return answer

    def _flow(self, request: Request) -> Flow:
        """Return the login that comes back, which can be used once. Raises LoginError."""
        state = request.query_params.get("state", "")
        flow = self._site.flows.pop(state, None)
        known = flow is not None and flow.started > time.time() - FLOW_LIFE
        cookie = request.cookies.get(FLOW_COOKIE, "")
        if flow is None or not known or not secrets.compare_digest(cookie.encode(), state.encode()):
            raise LoginError("The login was not begun in this browser, or it took too long: begin again.")
        if flow.connector_id != request.path_params["id"]:
            raise LoginError("The login was begun with another connector.")
        if "error" in request.query_params:
            words = [request.query_params.get(name, "") for name in ("error", "error_description")]
            raise LoginError(f"The provider refused: {': '.join(filter(None, words))}")
        return flow

    def _provider(self, connector_id: str) -> tuple[Provider, dict[str, Any]]:
        """Return a connector and its provider. Raises LoginError."""
        connector = self._site.config.connector(connector_id)
        if connector is None or self._site.is_home:
            raise LoginError(f"There is no connector {connector_id}.")
        if connector.get("type") != "oidc" or not isinstance(connector.get("configoidc"), dict):
            raise LoginError(f"The connector {connector_id} is not an OpenID Connect one.")
        fallback = f"{self._site.settings.external}/auth/login/{connector_id}/callback"
        return Provider(connector["configoidc"], fallback, self._site.http), connector

    async def _claims(self, provider: Provider, config: dict[str, Any], flow: Flow, code: str) -> dict[str, Any]:
        """Return the claims of who came back. Raises LoginError."""
        tokens = await provider.tokens(code)
        # As real Cells in its debug mode: the full ID token, also one that is refused next (row D1).
        self._site.log.debug("id_token from %s: %s", provider.issuer, tokens["id_token"])
        claims = await provider.verified(tokens["id_token"], flow.nonce)
        if config.get("getUserInfo"):
            claims = {**claims, **await provider.userinfo(tokens["access_token"], claims["sub"])}
        self._site.log.debug("claims of %s: %s", claims["sub"], claims)
        if not config.get("insecureSkipEmailVerified") and claims.get("email_verified") is not True:
            raise LoginError("The email address is not verified by the provider, and the connector asks for that.")
        domains = config.get("hostedDomains") or []
        if domains and claims.get("hd") not in domains:
            raise LoginError(f"The claim hd is {claims.get('hd')}, but the connector asks for {', '.join(domains)}.")
        return claims

    def _user(self, connector: dict[str, Any], claims: dict[str, Any]) -> User:
        """Make or update the user of the claims; the roles are those of this login. Raises LoginError."""
        config = connector["configoidc"]
        subject = self._claim(claims, config.get("userIDKey") or "sub")
        login = self._claim(claims, config.get("userNameKey") or "name")
        try:
            roles = predicted_roles(claims, connector.get("mappingRules") or [])
        except SsoError as error:
            raise LoginError(str(error)) from error
        users = self._site.state.users
        user = users.get(login)
        if user is None:
            user = users[login] = User(login, connector["id"], subject)
        if (user.connector, user.subject) != (connector["id"], subject):
            raise LoginError(f"The login {login} is another user's.")
        user.name = str(claims.get("name") or login)
        user.email = str(claims.get("email") or "")
        user.roles = roles
        self._site.state.save()
        return user

    @staticmethod
    def _claim(claims: dict[str, Any], name: str) -> str:
        value = claims.get(name)
        if not isinstance(value, str) or not value:
            raise LoginError(f"The claim {name} is missing, which the connector takes for the user.")
        return value

    def _logged_in(self, user: User, connector_id: str, granted_audience: list[str]) -> Response:
        key, _tokens = self._site.sessions.open(user, connector_id, granted_audience)
        self._site.log.info("login of %s by %s with the roles %s", user.login, connector_id, user.roles)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, key, httponly=True, secure=self._site.secure_cookies)
        return answer

    def _failed(self, request: Request, error: Exception, status: int) -> Response:
        words = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        self._site.log.error("login failed: %s", words)
        if "text/html" in request.headers.get("Accept", ""):
            return HTMLResponse(pages.error_page(self._label, words), status)
        answer: JSONResponse = rest_error_response(request, RestError(status, words), self._site.settings.store)
        return answer
