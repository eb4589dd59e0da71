# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter cells_callback_url (row C3)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cells_callback_url
author:
  - cellsops.sso developers (@cellsops)
version_added: 0.1.0
short_description: The callback URL of a connector of Pydio Cells
description:
  - Returns the URL to which Keycloak redirects users after their login, built from the URL of Pydio Cells and the id of
    the connector.
  - Use it as the connector's redirect URI and as the valid redirect URI of the client in Keycloak.
  - It contacts no server. A base path in the URL of Cells is kept, a trailing slash is removed, and the id is
    URL-encoded.
positional: _input, connector_id
options:
  _input:
    description:
      - The external URL of Pydio Cells, as users type it, with the scheme V(http) or V(https).
      - It must not contain an account, a query or a fragment.
    type: str
    required: true
  connector_id:
    description:
      - The id of the connector. It is part of the URL, so it must not change once users log in with it.
    type: str
    required: true
seealso:
  - module: cellsops.sso.cells_connector
  - module: cellsops.sso.keycloak_oidc_client
"""

EXAMPLES = r"""
- name: Show the redirect URI for the client in Keycloak
  ansible.builtin.debug:
    msg: "{{ 'https://demo.cells.pydio' | cellsops.sso.cells_callback_url('keycloak') }}"
    # https://demo.cells.pydio/auth/login/keycloak/callback

- name: Create the client with it
  cellsops.sso.keycloak_oidc_client:
    realm: demo
    client_id: demo.cells.pydio
    redirect_uris:
      - "{{ 'https://demo.cells.pydio' | cellsops.sso.cells_callback_url('keycloak') }}"
"""

RETURN = r"""
_value:
  description: The callback URL.
  type: str
  sample: https://demo.cells.pydio/auth/login/keycloak/callback
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url


def cells_callback_url(cells_url: Any, connector_id: Any) -> str:
    """Return the callback URL of a connector. Raises AnsibleFilterError, one line, for an invalid URL or id."""
    for name, value in (("cells_url", cells_url), ("connector_id", connector_id)):
        if not isinstance(value, str):
            raise AnsibleFilterError(f"{name} must be text, not of type {type(value).__name__}.")
    try:
        return callback_url(cells_url, connector_id)
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The class that Ansible loads from a filter plugin."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"cells_callback_url": cells_callback_url}
