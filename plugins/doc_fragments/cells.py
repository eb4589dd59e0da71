# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all Cells modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of module_utils/cells/options.py."""

    DOCUMENTATION = r"""
options:
  cells_url:
    description:
      - The URL at which users reach Pydio Cells. It must be the external URL that is configured in Cells.
      - The environment variable E(CELLS_URL) is used if you do not give the option.
    type: str
  cells_token:
    description:
      - A personal access token of an administrator. C(timeout 30 cells admin user token -u admin -e 1h -q) prints one
        on the Cells host. The C(timeout) is there because the command waits forever if Cells is not running.
      - The environment variable E(CELLS_TOKEN) is used if you do not give the option.
    type: str
  validate_certs:
    description:
      - Whether the server's TLS certificate must be valid. Use V(false) only for test servers. To trust a private
        CA, use O(ca_path).
    type: bool
    default: true
  ca_path:
    description:
      - A file of CA certificates in PEM form to trust instead of the system's.
    type: path
  connection_timeout:
    description:
      - Seconds to wait for a connection and for each response, for reads and writes.
    type: int
    default: 10
"""
