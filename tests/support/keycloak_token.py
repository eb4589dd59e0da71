# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login at Keycloak that many calls share."""

from __future__ import annotations

import time
from typing import Any

from lab.site import Site
from support.module import call_module


class Login:
    """The shared options with a token, renewed in time: a login for each call would be most of these tests' time."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._token, self._until = "", 0.0

    def options(self) -> dict[str, Any]:
        if time.monotonic() > self._until:
            answer = call_module("keycloak_token", self.site.keycloak_options)
            self._token, self._until = answer["token"], time.monotonic() + answer["expires_in"] / 2
        return {
            "auth_keycloak_url": self.site.lab.keycloak.url,
            "token": self._token,
            "realm": self.site.realm,
        }
