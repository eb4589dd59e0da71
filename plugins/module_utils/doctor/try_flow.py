# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends Keycloak the requests of a login by Cells, up to the point at which a password is needed.

Nothing is changed: the first request opens a login form, the second one sends a code that does not exist. If the realm
keeps events, the second request adds an error event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.cells.browser import Browser, bare
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading, take
from ansible_collections.cellsops.sso.plugins.module_utils.errors import ServerError, SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.transport import REPEATED_STATUSES, server_words
from ansible_collections.cellsops.sso.plugins.module_utils.web_page import Page
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, is_mask

MOST_REDIRECTS = 5
NO_CODE = "a-code-that-does-not-exist"


def try_flow(realm_url: str, config: State, scopes: list[str], options: Mapping[str, Any]) -> tuple[Reading, Reading]:
    """Return login_form and code, as KeycloakReadings describes them.

    realm_url: of the realm, without a slash at its end. config: configoidc of the connector, with its redirect URI.
    scopes: the scopes that Cells requests. options: those of doctor_info.
    """
    browser = Browser({**options, "keycloak_url": options["auth_keycloak_url"]})
    secret = config.get("clientSecret") or ""
    return (
        take(lambda: _begin(browser, realm_url, config, scopes)),
        take(lambda: None if not secret or is_mask(secret) else _trade(browser, realm_url, config)),
    )


def _begin(browser: Browser, realm_url: str, config: State, scopes: list[str]) -> dict[str, Any]:
    """Begin a login, and return Keycloak's answer. Raises SsoError if there is none."""
    query = {
        "client_id": config.get("clientID") or "",
        "redirect_uri": config["redirectURI"],
        "response_type": "code",
        "scope": " ".join(scopes),
        "state": "doctor",
        "nonce": "doctor",
    }
    url = f"{realm_url}/protocol/openid-connect/auth?{urlencode(query)}"
    for _redirect in range(MOST_REDIRECTS):
        answer = browser.send("GET", url)
        if answer.status_code in REPEATED_STATUSES or answer.status_code == 500:
            raise ServerError("GET", bare(url), answer.status_code, server_words(answer))
        if not answer.is_redirect:
            page = Page(answer.text)
            form = page.form_with("username") is not None
            return _answer(form, "", answer.status_code, "; ".join(page.messages) or page.title)
        url = urljoin(url, answer.headers["Location"])
        if bare(url) == bare(config["redirectURI"]):
            told = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
            words = ": ".join(told[name] for name in ("error", "error_description") if name in told)
            return _answer(False, "", answer.status_code, words)
        if not browser.at_keycloak(url):
            return _answer(False, bare(url), answer.status_code, "")
    raise SsoError(f"GET {bare(url)}: Keycloak redirects in a circle.")


def _answer(form: bool, leads_to: str, status: int, words: str) -> dict[str, Any]:
    return {"form": form, "leads_to": leads_to, "status": status, "words": words}


def _trade(browser: Browser, realm_url: str, config: State) -> dict[str, str]:
    """Offer a code that does not exist, as Cells would offer a real one. Raises SsoError without an OAuth answer."""
    url = f"{realm_url}/protocol/openid-connect/token"
    form = {"grant_type": "authorization_code", "code": NO_CODE, "redirect_uri": config["redirectURI"]}
    client_id, secret = config.get("clientID") or "", config["clientSecret"]
    if config.get("basicAuthUnsupported"):
        answer = browser.send("POST", url, data={**form, "client_id": client_id, "client_secret": secret})
    else:
        answer = browser.send("POST", url, data=form, auth=(client_id, secret))
    try:
        told = answer.json()
        error = str(told["error"])
    except (ValueError, KeyError, TypeError) as cause:
        raise ServerError("POST", url, answer.status_code, server_words(answer)) from cause
    return {"error": error, "words": ": ".join(filter(None, (error, str(told.get("error_description") or ""))))}
