# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login through a connector: the code flow, what it checks, and what it does to the user."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from standin import web_interface
from standin.collection import SsoError, audience_match
from standin.config_memory import BrokenClients
from standin.defaults import FRONTEND
from standin.login_roles import roles_of_login
from standin.oidc import Flow, LoginError, Provider
from standin.stand_in import StandIn
from standin.state import User

FLOW_COOKIE = "standin-login"
FLOW_LIFE = 600
"""Seconds within which a user must come back from the provider."""
CALLBACKS = {
    "connector": "/auth/login/{id}/callback",
    "login": "/auth/login/callback",
    "dex": "/auth/dex/callback",
}
ENDS = {"login_callback": "/login/callback", "auth_callback": "/auth/callback"}


class Login:
    """The handlers of a site's login."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._site = site
        self._label = site.settings.package[1]
        self._secure = site.settings.external.startswith("https://")

    def routes(self) -> list[Route]:
        """Return the handlers with their paths. Paths without a connector of the login page belong to the web
        interface."""
        callback = CALLBACKS[self._site.assumed["callback_path"]]
        return [Route(callback, self.callback), Route("/auth/login/{id}", self.begin)]

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        connector_id = request.path_params["id"]
        if self._site.login_connector(connector_id) is None or not self._may_begin(request):
            return HTMLResponse(web_interface.page(self._label))
        flow = Flow(connector_id)
        try:
            self._check_audience()
            async with self._provider(flow.connector_id)[0] as provider:
                answer = RedirectResponse(provider.login_url(flow), 302)
        except (LoginError, BrokenClients, KeyError) as error:
            return self._failed(error, 500)
        flows = self._site.flows
        for state, old in list(flows.items()):
            if old.started < time.time() - FLOW_LIFE:
                del flows[state]
        flows[flow.state] = flow
        answer.set_cookie(FLOW_COOKIE, flow.state, FLOW_LIFE, httponly=True, secure=self._secure)
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the browser back from the provider, check everything, and send it on with a code for a session."""
        if "state" not in request.query_params or self._site.is_home:
            return HTMLResponse(web_interface.page(self._label))
        try:
            flow = self._flow(request)
            provider, connector = self._provider(flow.connector_id)
            async with provider:
                code = request.query_params.get("code", "")
                claims = await self._claims(provider, connector["configoidc"], flow, code)
            user = self._user(connector, claims)
            code = self._site.sessions.new_code(user, flow.connector_id, self._site.sessions.audience_of_sso())
        except LoginError as error:
            return self._failed(error, 401)
        except (BrokenClients, KeyError) as error:
            return self._failed(error, 500)
        self._site.log.info("login of %s by %s with the roles %s", user.login, flow.connector_id, user.roles)
        answer = RedirectResponse(f"{ENDS[self._site.assumed['login_end']]}?{urlencode({'code': code})}", 302)
        answer.delete_cookie(FLOW_COOKIE)
        return answer

    def _may_begin(self, request: Request) -> bool:
        if self._site.assumed["login_begin"] == "auth_login":
            return True
        return request.query_params.get("login_challenge", "") in self._site.challenges

    def _check_audience(self) -> None:
        """Refuse a login that asks for an audience that is not listed. Raises LoginError, BrokenClients."""
        if self._site.assumed["sso_audience"] == "asked":
            listed = self._site.config.client_audience(FRONTEND)
            hint = audience_match(listed, self._site.sessions.audience_of_sso())
            if hint is not None:
                raise LoginError(f"invalid_request: {hint}")

    def _flow(self, request: Request) -> Flow:
        """Return the login that comes back, which can be used once. Raises LoginError."""
        state = request.query_params.get("state", "")
        flow = self._site.flows.pop(state, None)
        known = flow is not None and flow.started > time.time() - FLOW_LIFE
        cookie = request.cookies.get(FLOW_COOKIE, "")
        if flow is None or not known or not secrets.compare_digest(cookie.encode(), state.encode()):
            raise LoginError("The login was not begun in this browser, or it took too long: begin again.")
        if flow.connector_id != request.path_params.get("id", flow.connector_id):
            raise LoginError("The login was begun with another connector.")
        if "error" in request.query_params:
            words = [request.query_params.get(name, "") for name in ("error", "error_description")]
            raise LoginError(f"The provider refused: {': '.join(filter(None, words))}")
        return flow

    def _provider(self, connector_id: str) -> tuple[Provider, dict[str, Any]]:
        """Return a connector and its provider. Raises LoginError."""
        connector = self._site.login_connector(connector_id)
        if connector is None:
            raise LoginError(f"There is no connector {connector_id}.")
        if connector.get("type") != "oidc" or not isinstance(connector.get("configoidc"), dict):
            raise LoginError(f"The connector {connector_id} is not an OpenID Connect one.")
        path = CALLBACKS[self._site.assumed["callback_path"]].format(id=connector_id)
        fallback = f"{self._site.settings.external}{path}"
        return Provider(connector["configoidc"], fallback, self._site.http), connector

    async def _claims(self, provider: Provider, config: dict[str, Any], flow: Flow, code: str) -> dict[str, Any]:
        """Return the claims of who came back. Raises LoginError."""
        tokens = await provider.tokens(code)
        # As real Cells in its debug mode: the full ID token, also one that is refused next (row D1).
        if self._site.assumed["debug_id_token"] == "yes":
            self._site.log.debug("id_token from %s: %s", provider.issuer, tokens["id_token"])
        claims = await provider.verified(tokens["id_token"], flow.nonce)
        if config.get("getUserInfo"):
            claims = {**claims, **await provider.userinfo(tokens["access_token"], claims["sub"])}
        self._site.log.debug("claims of %s: %s", claims["sub"], sorted(claims))
        self._check_email(config, claims)
        domains = config.get("hostedDomains") or []
        if domains and claims.get("hd") not in domains:
            raise LoginError(f"The claim hd is {claims.get('hd')}, but the connector asks for {', '.join(domains)}.")
        return claims

    def _check_email(self, config: dict[str, Any], claims: dict[str, Any]) -> None:
        """Check the claims of the e-mail, as dex does. Raises LoginError."""
        if not claims.get("email"):
            raise LoginError("The claim email is missing.")
        passed = (True, False) if self._site.assumed["email_verified_false"] == "passed" else (True,)
        if not config.get("insecureSkipEmailVerified") and claims.get("email_verified") not in passed:
            raise LoginError("The email address is not verified by the provider, and the connector asks for that.")

    def _user(self, connector: dict[str, Any], claims: dict[str, Any]) -> User:
        """Make or update the user of the claims; the roles are those of this login. Raises LoginError."""
        config = connector["configoidc"]
        subject = self._claim(claims, config.get("userIDKey") or "sub")
        login = self._login_name(connector["id"], config, claims)
        users = self._site.state.users
        user = users.get(login) or User(login, connector["id"], subject, group=connector["id"])
        if (user.connector, user.subject) != (connector["id"], subject):
            raise LoginError(f"The login {login} is another user's.")
        try:
            roles = roles_of_login(self._site, claims, connector.get("mappingRules") or [], user.roles)
        except SsoError as error:
            raise LoginError(str(error)) from error
        users[login] = user
        user.name = str(claims.get("name") or login)
        user.email = str(claims["email"])
        user.roles = roles
        self._site.state.save()
        return user

    def _login_name(self, connector_id: str, config: dict[str, Any], claims: dict[str, Any]) -> str:
        """Return the login name, for which the claim of the user name must be there anyway. Raises LoginError."""
        named = self._claim(claims, config.get("userNameKey") or "name")
        listed = connector_id in self._site.settings.username_as_login.split(",")
        return named if listed or self._site.assumed["login_name"] == "name_key" else self._claim(claims, "email")

    @staticmethod
    def _claim(claims: dict[str, Any], name: str) -> str:
        value = claims.get(name)
        if not isinstance(value, str) or not value:
            raise LoginError(f"The claim {name} is missing, which the connector takes for the user.")
        return value

    def _failed(self, error: Exception, status: int) -> Response:
        words = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        self._site.log.error("login failed: %s", words)
        if self._site.assumed["login_failure"] == "redirect":
            query = urlencode({"error": "access_denied", "error_description": words})
            return RedirectResponse(f"/login?{query}", 303)
        return HTMLResponse(web_interface.error_page(self._label, words), status)
