# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that remove objects which several clients may share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of OPTIONS in module_utils/keycloak/usage.py."""

    DOCUMENTATION = r"""
options:
  if_unused:
    description:
      - Whether O(state=absent) leaves the object in place if a client of the realm uses it. RV(used_by) then names the
        clients.
      - Requires O(state=absent).
    type: bool
    default: false
    version_added: 1.0.0
  apart_from_clients:
    description:
      - Ids of clients that do not count for O(if_unused). Name clients that an earlier task removes here, because check
        mode still sees them.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
"""
