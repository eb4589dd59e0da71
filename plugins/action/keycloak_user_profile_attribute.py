# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""keycloak_user_profile_attribute in the controller's process."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_user_profile_attribute import DEFINITION
from ansible_collections.cellsops.sso.plugins.plugin_utils.in_place import InPlaceAction


class ActionModule(InPlaceAction):
    """Runs keycloak_user_profile_attribute."""

    definition = DEFINITION
