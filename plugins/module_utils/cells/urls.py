# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""URLs of Pydio Cells that are made from others (row C3)."""

from __future__ import annotations

from urllib.parse import quote

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.transport import base_url


def callback_url(cells_url: str, connector_id: str) -> str:
    """Return the URL to which Keycloak sends users back to Cells (row C3): /auth/login/<id>/callback.

    cells_url: Cells' external URL. Raises ValueError, one line, if the URL is invalid or the id is empty.
    """
    if not connector_id:
        raise InvalidInput("connector_id: must not be empty.")
    return f"{base_url(cells_url, 'cells_url')}/auth/login/{quote(connector_id, safe='')}/callback"
