# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of the modules, as ansible-doc shows them."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of modules: check mode, diff mode, action groups."""

    # Every module has check mode.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predicts what a real run does.
    support: full
"""

    WRITES = r"""
options: {}
attributes:
  diff_mode:
    description: Shows the differences in diff mode. Only declared keys are shown, and secrets are masked.
    support: full
  idempotent:
    description: Writes nothing if nothing differs.
    support: full
"""

    READS = r"""
options: {}
attributes:
  diff_mode:
    description: Shows the differences in diff mode.
    support: N/A
    details: This module changes nothing.
  idempotent:
    description: Writes nothing if nothing differs.
    support: full
"""

    ACTIONGROUP_KEYCLOAK = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/cellsops.sso.keycloak) in C(module_defaults) to set the shared options once.
    support: full
    membership:
      - cellsops.sso.keycloak
"""

    ACTIONGROUP_CELLS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/cellsops.sso.cells) in C(module_defaults) to set the shared options once.
    support: full
    membership:
      - cellsops.sso.cells
"""

    ACTIONGROUP_BOTH = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/cellsops.sso.keycloak) and C(group/cellsops.sso.cells) in C(module_defaults) to set the shared
        options once.
    support: full
    membership:
      - cellsops.sso.keycloak
      - cellsops.sso.cells
"""

    NO_ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: The module takes no shared options, and belongs to no action group.
    support: none
    membership: []
"""
