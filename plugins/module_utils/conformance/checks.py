# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the conformance kit: each puts a question of the list of assumptions to a real server."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import login_connectors
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import ASSUMPTIONS, BY_ID
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.throw_away import ThrowAway
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.trial import Trial, try_login
from ansible_collections.cellsops.sso.plugins.module_utils.errors import ServerError, SsoError, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.jwt import json_of
from ansible_collections.cellsops.sso.plugins.module_utils.wire import is_mask

UNDOCUMENTED = "post_logout_redirect_uris"
"""A field of Cells' own static clients that the interface's documentation does not name."""
FRONTEND = "cells-frontend"
PATIENCE = 10
"""Seconds within which a change that takes effect at once must show on the login page."""
ID_TOKEN = re.compile(rb"eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+")
DEBUG_LINE = re.compile(rb"\bdebug\b", re.IGNORECASE)
OF_LOGIN = (
    "callback_path",
    "login_begin",
    "login_end",
    "login_name",
    "dn_to_name",
    "missing_roles",
    "missing_claim",
    "rule_string",
    "sso_audience",
    "refused_refresh",
    "email_verified_false",
    "login_failure",
    "secret_on_put",
    "debug_id_token",
)
"""The questions that only logins answer."""


class Checks:
    """One run. ``answers`` and ``reasons`` are filled, by the ids of assumptions.

    answers: the answers that agree with the observations, only one if the question is settled. reasons: why a question
    is not settled.
    """

    def __init__(self, made: ThrowAway, cells: CellsSession, issuer: str, options: Mapping[str, Any]) -> None:
        """Take the throw-away objects, the session, the issuer of the realm and the module's options."""
        self._made, self._cells, self._issuer, self._options = made, cells, issuer, options
        self._redirect_uri = made.redirect_uris["connector"]
        self._log_start = _size(options["cells_log"])
        self.answers: dict[str, list[str]] = {}
        self.reasons: dict[str, str] = {}

    def run(self) -> None:
        """Check everything. A question that cannot be answered gets a reason. An error ends one check, not the run."""
        self._step(["secret_visibility", "reload"], self._connector)
        self._step(["sites"], self._sites)
        self._step(["oauth2clients"], self._static_client)
        self._step(list(OF_LOGIN), self._logins)
        for each in ASSUMPTIONS:
            if each.id not in self.answers:
                self.reasons.setdefault(each.id, "A check before this one failed.")

    def _step(self, ids: Sequence[str], check: Callable[[], None]) -> None:
        try:
            check()
        except SsoError as error:
            for name in ids:
                if name not in self.answers:
                    self.reasons.setdefault(name, _reason(error))

    def _answer(self, name: str, *answers: str) -> None:
        self.answers[name] = list(answers)

    def _leave(self, name: str, reason: str) -> None:
        self.reasons[name] = reason

    def _put(self, secret: str | None = "", **changes: Any) -> None:
        """Create or change the connector, and wait until Cells uses it. secret: "" means the right one."""
        given = self._made.secret if secret == "" else secret
        self._made.put_connector(self._issuer, self._redirect_uri, secret=given, **changes)
        time.sleep(self._options["settle_time"])

    def _connector(self) -> None:
        self._put()
        listed = self._cells.get("config", "oauth2connectors").get("connectors") or []
        shown = next(item for item in listed if isinstance(item, dict) and item.get("id") == self._made.name)
        secret = (shown.get("configoidc") or {}).get("clientSecret") or ""
        visibility = "clear" if secret == self._made.secret else "masked" if is_mask(secret) else "hidden"
        if secret and visibility == "hidden":
            self._leave("secret_visibility", "The secret is shown in a form that is not known.")
        else:
            self._answer("secret_visibility", visibility)
        self._answer("reload", "at_once" if self._is_offered(PATIENCE) else "restart")

    def _sites(self) -> None:
        if not self._takes_effect("sites"):
            return
        self._put(sites=["https://another-site.example.org"])
        offered = self._is_offered(0)
        self._answer("sites", "ignored" if offered else "respected")
        self._put()

    def _static_client(self) -> None:
        self._made.put_static_client(UNDOCUMENTED)
        listed = self._cells.get("config", "oauth2clients").get("staticClients") or []
        shown = next(item for item in listed if isinstance(item, dict) and item.get("client_id") == self._made.name)
        if UNDOCUMENTED in shown:
            self._answer("oauth2clients", "full")
        else:
            self._answer("oauth2clients", "schema", "merge")
            self._leave("oauth2clients", "Only a change to a static client in use could distinguish these answers.")

    def _is_offered(self, patience: int) -> bool:
        """Whether the login page offers the connector, asked for up to patience seconds."""
        for again in range(patience + 1):
            time.sleep(1 if again else 0)
            if any(item.get("Id") == self._made.name for item in login_connectors(self._cells)):
                return True
        return False

    def _takes_effect(self, *names: str) -> bool:
        """Whether changes take effect at once. If not, this becomes the reason for the questions."""
        if self.answers.get("reload") == ["at_once"]:
            return True
        for name in names:
            self._leave(name, "The connector takes effect only after a restart of Cells, which the kit does not do.")
        return False

    def _logins(self) -> None:
        if not self._takes_effect(*OF_LOGIN):
            return
        first = self._first_login()
        if first is None:
            return
        self._answer("login_begin", "challenge" if first.with_challenge else "auth_login")
        self._path_at_end(first)
        self._user(first)
        self._session(first)
        if self._roles_of_values(first):
            self._missing_claim()
        self._rule_string()
        self._unverified_email()
        self._secret_on_put()
        self._log()

    def _first_login(self) -> Trial | None:
        """Return the first login that succeeds, of those with each form of the callback; None if none does."""
        trial = None
        for form, uri in self._made.redirect_uris.items():
            self._redirect_uri = uri
            self._put()
            trial = try_login(self._options, self._made)
            if trial.succeeded:
                self._answer("callback_path", form)
                return trial
            if "invalid_request" in trial.words:
                self._answer("sso_audience", "asked")
                reason = "Cells refuses logins, because the audience is not listed. List it, and run the kit again."
                break
        else:
            reason = "No login succeeded."
        for name in OF_LOGIN:
            if name not in self.answers:
                self._leave(name, reason)
        return None

    def _path_at_end(self, trial: Trial) -> None:
        paths = {"/login/callback": "login_callback", "/auth/callback": "auth_callback"}
        if trial.path in paths:
            self._answer("login_end", paths[trial.path])
        else:
            self._leave("login_end", "The login ended at another path.")

    def _user(self, trial: Trial) -> None:
        names = {self._made.email: "email", self._made.name: "name_key"}
        if trial.login in names:
            self._answer("login_name", names[trial.login])
        else:
            self._leave("login_name", "The login name is neither of the two.")

    def _session(self, trial: Trial) -> None:
        """Refresh the session, and then with the same cookie again, which must be refused."""
        if trial.session is None:
            return
        before = trial.browser.cookies()
        refresh = trial.session.refresh()
        if self._audience_is_listed():
            self._leave("sso_audience", "The audience of cells-frontend is set, so Cells refreshes every session.")
        elif refresh["ok"]:
            self._answer("sso_audience", "none")
        elif refresh["cause"] == "audience":
            self._answer("sso_audience", "granted")
        else:
            self._leave("sso_audience", "The session was not refreshed, for another reason.")
        if refresh["ok"]:
            trial.browser.set_cookies(before)
            refresh = trial.session.refresh()
        if str(refresh["status"]) in BY_ID["refused_refresh"].answers:
            self._answer("refused_refresh", str(refresh["status"]))
        else:
            self._leave("refused_refresh", f"A refresh that must fail has the HTTP status {refresh['status']}.")

    def _audience_is_listed(self) -> bool:
        listed = self._cells.get("config", "oauth2clients").get("staticClients") or []
        return any(
            isinstance(item, dict) and item.get("client_id") == FRONTEND and item.get("audience") for item in listed
        )

    def _roles_of_values(self, trial: Trial) -> bool:
        """Compare the roles with the values of the claim. Returns whether the user has any of them."""
        made, roles = self._made, trial.roles or []
        if trial.roles is None or made.plain_role not in roles:
            for name in ("dn_to_name", "missing_roles", "missing_claim", "rule_string"):
                self._leave(name, "The user did not get the role of a plain value, or Cells does not show roles.")
            return False
        # The role for the name exists, so a user without it shows that Cells did not use the name.
        self._answer("dn_to_name", "yes" if made.dn_role in roles else "no")
        self._answer("missing_roles", "made" if made.absent_role in roles else "ignored")
        return True

    def _missing_claim(self) -> None:
        self._made.set_claim([])
        trial = try_login(self._options, self._made)
        self._made.set_claim([self._made.plain_role])
        if trial.roles is None:
            self._leave("missing_claim", "The login without the claim failed.")
        else:
            self._answer("missing_claim", "keeps" if self._made.plain_role in trial.roles else "empties")

    def _rule_string(self) -> None:
        """Let the rule string be a regular expression that matches the value, and is not the value."""
        if "rule_string" in self.reasons:
            return
        self._put(rule_string=f"{self._made.plain_role[:-1]}.")
        trial = try_login(self._options, self._made)
        self._put()
        if trial.roles is None:
            self._leave("rule_string", "The login with the rule string failed.")
        else:
            self._answer("rule_string", "regex" if self._made.plain_role in trial.roles else "list")

    def _unverified_email(self) -> None:
        self._made.set_email_verified(False)
        self._put(skip_email_verified=False)
        trial = try_login(self._options, self._made)
        self._made.set_email_verified(True)
        if trial.succeeded or trial.refused_by == "Cells":
            self._answer("email_verified_false", "passed" if trial.succeeded else "refused")
        else:
            self._leave("email_verified_false", "The login ended before Cells decided.")
        if not trial.failure:
            self._put(secret="not-the-secret-of-the-client")  # noqa: S106 - wrong on purpose
            trial = try_login(self._options, self._made)
        if trial.failure:
            self._answer("login_failure", trial.failure)
        else:
            self._leave("login_failure", "A login that must fail ended in another way.")

    def _secret_on_put(self) -> None:
        self._put()
        self._put(secret=None)
        trial = try_login(self._options, self._made)
        if trial.succeeded or trial.refused_by == "Cells":
            self._answer("secret_on_put", "keep" if trial.succeeded else "clear")
        else:
            self._leave("secret_on_put", "The login ended before Cells decided.")

    def _log(self) -> None:
        """Look for an ID token of the client in the new lines of the log."""
        path = self._options["cells_log"]
        if not path:
            self._leave("debug_id_token", "No log was given.")
            return
        try:
            with open(path, "rb") as file:
                file.seek(self._log_start if _size(path) >= self._log_start else 0)
                text = file.read()
        except OSError:
            self._leave("debug_id_token", "The log cannot be read.")
            return
        if any(self._made.name in _audience(match[1]) for match in ID_TOKEN.finditer(text)):
            self._answer("debug_id_token", "yes")
        elif DEBUG_LINE.search(text):
            self._answer("debug_id_token", "no")
        else:
            self._leave("debug_id_token", "The log has no lines of the level debug.")


def _audience(payload: bytes) -> list[str]:
    """Return the audience in the payload of a JWT, [] if it has none."""
    audience = json_of(payload.decode()).get("aud", [])
    return audience if isinstance(audience, list) else [str(audience)]


def _size(path: str) -> int:
    return os.path.getsize(path) if path and os.path.exists(path) else 0


def _reason(error: SsoError) -> str:
    """Return the reason for a failure, without URLs, names or words of a server."""
    if isinstance(error, ServerError):
        return f"A server answered with the HTTP status {error.status}."
    if isinstance(error, Unreachable):
        return "A server did not answer."
    return "The check failed."
