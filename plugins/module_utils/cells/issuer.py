# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The issuer of a connector must be the one that the realm's discovery document names, exactly (row C4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, ServerError, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    AGENT,
    import_requests,
    send,
)

DOCUMENT = "/.well-known/openid-configuration"


def check_issuer(issuer: str, params: Mapping[str, Any]) -> list[str]:
    """Compare an issuer with its discovery document.

    params: the shared options of the Cells modules. Returns warnings: one if the document cannot be fetched from
    here, since only Cells itself must reach it. Raises InvalidInput if the issuers differ or there is no document.
    """
    try:
        named = discovered_issuer(issuer, params)
    except Unreachable as error:
        return [
            (
                f"issuer: {error.url} could not be fetched from this host ({error.reason}), so the issuer was not "
                "compared."
            )
        ]
    except ServerError as error:
        return [f"issuer: {error.url} answered with HTTP {error.status}, so the issuer was not compared."]
    if named != issuer:
        url = f"{issuer.rstrip('/')}{DOCUMENT}"
        raise InvalidInput(f"issuer: you gave {issuer}, but {url} names {named}. Give exactly that one.")
    return []


def discovered_issuer(issuer: str, params: Mapping[str, Any]) -> str:
    """Return the issuer that the discovery document of an issuer names.

    params and errors are those of discovery_document, with InvalidInput if there is no document.
    """
    named, status = discovery_document(issuer, params)
    if named is None:
        raise InvalidInput(
            f"issuer: {issuer.rstrip('/')}{DOCUMENT} is not a discovery document (HTTP {status}). Check the name of "
            f"the realm in {issuer}."
        )
    return named


def discovery_document(issuer: str, params: Mapping[str, Any]) -> tuple[str | None, int]:
    """Return the issuer that a discovery document names, None if there is no document, and the HTTP status.

    The document is that of OpenID Connect Discovery 1.0, section 4.3. params: connection_timeout (seconds),
    validate_certs and ca_path. Raises Unreachable, ServerError for a status of 500 or more.
    """
    url = f"{issuer.rstrip('/')}{DOCUMENT}"
    response = send(import_requests(), "GET", url, params, headers={"User-Agent": AGENT}, allow_redirects=False)
    if response.status_code >= 500:
        raise ServerError("GET", url, response.status_code, "")
    try:
        named = response.json()["issuer"] if response.status_code == 200 else None
    except (ValueError, KeyError, TypeError):
        named = None
    return named if isinstance(named, str) else None, response.status_code
