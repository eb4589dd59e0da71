# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The issuer of a connector must be the one that the realm's discovery document names, to the letter (row C4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.transport import AGENT, import_requests, transport_reason


def check_issuer(issuer: str, params: Mapping[str, Any]) -> list[str]:
    """Compare an issuer with its discovery document (OpenID Connect Discovery 1.0, section 4.3).

    params: the shared options of the Cells modules. Returns warnings: one where the document cannot be fetched from
    here, since only Cells itself must reach it. Raises InvalidInput where the issuers differ or there is no document.
    """
    requests = import_requests()
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        response = requests.get(
            url,
            headers={"User-Agent": AGENT},
            timeout=params["connection_timeout"],
            verify=(params["ca_path"] or True) if params["validate_certs"] else False,
            allow_redirects=False,
        )
    except (requests.RequestException, ValueError) as error:
        # A ValueError is a Location header that is no URL, or no text.
        return [f"issuer: {url} could not be fetched from here ({transport_reason(error)}), so it was not compared."]
    if response.status_code >= 500:
        return [f"issuer: {url} answered with HTTP {response.status_code}, so it was not compared."]
    try:
        named = response.json()["issuer"] if response.status_code == 200 else None
    except (ValueError, KeyError, TypeError):
        named = None
    if named is None:
        raise InvalidInput(
            f"issuer: {url} is no discovery document (HTTP {response.status_code})."
            f" Is the realm's name in {issuer} right?"
        )
    if named != issuer:
        raise InvalidInput(f"issuer: {issuer} is given, but {url} names {named}. Give that one, to the letter.")
    return []
