# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times: clocks, certificates' days, lifetimes of tokens, and the session check (rows K1, A3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import STATIC_CLIENT
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, Reading, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

SESSION_IDS = ("session.login", "session.refresh")

KEYCLOAK_ACCESS_TOKEN = "Keycloak: access token"  # noqa: S105 - a title

FEW_DAYS = 21
"""Days left of a certificate below which it is time to renew it."""


def check_clocks(clocks: Mapping[str, Reading], max_skew: float, spans: list[dict[str, Any]]) -> Finding:
    """Return the finding clock.skew.

    clocks: skew_seconds and uncertainty_seconds of Keycloak and Cells, by name. spans: the result of life_spans. Cells
    refuses an expired ID token, without any leeway, and ignores when it was issued (go-oidc).
    """
    for name, reading in clocks.items():
        if not reading.value:
            reason = why(reading) if reading.error else f"The clock of {name} was not measured: there was no login."
            return Finding("clock.skew", NOT_CHECKED, reason)
    keycloak, cells = clocks["Keycloak"].value, clocks["Cells"].value
    apart = keycloak["skew_seconds"] - cells["skew_seconds"]
    unsure = keycloak["uncertainty_seconds"] + cells["uncertainty_seconds"]
    seen = (
        f"Keycloak's clock is {abs(apart):.1f} s {'ahead of' if apart > 0 else 'behind'} that of Cells,"
        f" give or take {unsure:.1f} s."
    )
    # Keycloak gives an ID token the life of an access token.
    life = next((span["seconds"] for span in spans if span["name"] == KEYCLOAK_ACCESS_TOKEN), None)
    todo = "Let both hosts follow the same time servers, for example with the role time_sync."
    if life is not None and -apart - unsure >= life:
        return Finding(
            "clock.skew",
            BROKEN,
            (f"{seen} An ID token is valid for {life} s, so it has expired when Cells gets it."),
            todo,
        )
    return judged("clock.skew", abs(apart) - unsure <= max_skew, seen, todo, WARNING)


def shown_clocks(clocks: Mapping[str, Reading]) -> list[dict[str, Any]]:
    """Return the clocks that were measured, as reports have them."""
    keys = ("skew_seconds", "uncertainty_seconds")
    return [{"name": name, **{key: r.value[key] for key in keys}} for name, r in clocks.items() if r.value]


def check_certificate(finding_id: str, reading: Reading, checked: bool) -> Finding:
    """Return the finding tls.keycloak or tls.cells.

    reading: of days_left, {url, days_left}, with None for plain http to this machine. checked: validate_certs.
    """
    if isinstance(reading.error, Unreachable) and "TLS failed" in reading.error.reason:
        todo = "Give the server a valid and trusted certificate. If it comes from a private CA, set ca_path."
        return Finding(finding_id, BROKEN if checked else WARNING, str(reading.error), todo)
    if reading.error:
        return Finding(finding_id, NOT_CHECKED, why(reading))
    url, days = reading.value["url"], reading.value["days_left"]
    if days is None:
        local = reading.value["local"]
        seen = f"{url} has no TLS" + (", and is on this machine." if local else ".")
        return judged(
            finding_id, local, seen, "Use TLS, because others can read passwords and tokens on the way.", WARNING
        )
    seen = f"The certificate of {url} is trusted, and valid for {days} more days."
    return judged(finding_id, days >= FEW_DAYS, seen, "Renew the certificate.", WARNING)


def life_spans(keycloak: KeycloakReadings, config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return lifetimes as reports have them, {name, seconds}: Keycloak's by realm and client, Cells' by its file."""
    realm: State = keycloak.realm.value or {}
    client: State = keycloak.client.value or {}
    own = (client.get("attributes") or {}).get("access.token.lifespan")
    spans = {
        KEYCLOAK_ACCESS_TOKEN: int(str(own)) if str(own).isdigit() else realm.get("accessTokenLifespan"),
        "Keycloak: session idle": realm.get("ssoSessionIdleTimeout"),
        "Keycloak: session": realm.get("ssoSessionMaxLifespan"),
        "Cells: access token": (config.get("life_spans") or {}).get("access_token"),
        "Cells: refresh token": (config.get("life_spans") or {}).get("refresh_token"),
    }
    return [{"name": name, "seconds": seconds} for name, seconds in spans.items() if seconds]


def check_life_spans(spans: list[dict[str, Any]], config: Mapping[str, Any]) -> Finding:
    """Return the finding session.life_spans. config: the result of cells_config_info."""
    seconds = {span["name"]: span["seconds"] for span in spans}
    access, refresh = seconds.get("Cells: access token"), seconds.get("Cells: refresh token")
    if not access or not refresh:
        return skipped(config.get("msg") or "The configuration file of Cells was not read.", "session.life_spans")[0]
    seen = "; ".join(f"{span['name']} {span['seconds']} s" for span in spans) + "."
    todo = "In Cells, make refreshTokenLifespan longer than accessTokenLifespan."
    return judged("session.life_spans", refresh > access, seen, todo, WARNING)


def check_session(session: Mapping[str, Any]) -> list[Finding]:
    """Return the findings of SESSION_IDS. session: the option of doctor_info, without values if nobody logged in."""
    if session.get("skipped"):
        return skipped(str(session.get("msg") or "No login was tried."), *SESSION_IDS)
    if all(value is None for value in session.values()):
        return skipped("No account for a login was given.", *SESSION_IDS)
    message, refused = str(session.get("msg") or "The login was not tried."), session.get("refused")
    if refused:
        todo = f"Fix the cause that {refused['by']} gives: {refused['words']}"
        return [Finding("session.login", BROKEN, message, todo), *_unrefreshed()]
    if not session.get("login"):
        return [*skipped(message, "session.login"), *_unrefreshed()]
    logged_in = Finding("session.login", OK, f"{session['login'].get('username')} is logged in to Cells.")
    refreshes = session.get("refreshes")
    return [logged_in, _check_refreshes(refreshes)] if refreshes else [logged_in, *_unrefreshed()]


REFRESH_TODO = {
    "audience": f"Give {STATIC_CLIENT} the audience (A1), and restart Cells.",
    "lost_cookie": "Set cells_url to the external URL of Cells: the session cookie is for its host only.",
    "used_twice": "Run the check again: another client has refreshed its session.",
    "logged_out": "Run the check again, and look in the log of Cells for the reason why the session ended.",
}
"""What to do about a refused refresh, by the cause that cells_session_check returns."""


def _check_refreshes(refreshes: list[Mapping[str, Any]]) -> Finding:
    finding_id = "session.refresh"
    seen = "; ".join(f"after {r['after_seconds']:.0f} s: {_answer(r['status'])}" for r in refreshes) + "."
    failed = [refresh for refresh in refreshes if not refresh["ok"]]
    if not failed:
        return Finding(finding_id, OK, seen)
    seen += f" {failed[0].get('reason') or ''}".rstrip()
    log = "Look in the log of Cells, or of the proxy in front of it, for the reason."
    return Finding(finding_id, BROKEN, seen, REFRESH_TODO.get(str(failed[0].get("cause")), log))


def _answer(status: int | None) -> str:
    return f"HTTP {status}" if status else "no answer"


def _unrefreshed() -> list[Finding]:
    return skipped("There is no session to refresh.", "session.refresh")
