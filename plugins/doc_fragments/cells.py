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
      - URL under which users reach Pydio Cells, the one that Cells itself is told as its external URL.
      - The environment variable E(CELLS_URL) is taken where the option is not given.
    type: str
  cells_token:
    description:
      - A personal access token of an administrator, such as C(cells admin user token -u admin -e 1h -q) prints.
      - The environment variable E(CELLS_TOKEN) is taken where the option is not given.
    type: str
  validate_certs:
    description:
      - Whether the server's TLS certificate must be valid. Use V(false) only against test servers; O(ca_path) trusts
        a private CA.
    type: bool
    default: true
  ca_path:
    description:
      - A file of CA certificates in PEM form to trust instead of the system's.
    type: path
  connection_timeout:
    description:
      - Seconds to wait for a connection and for each answer, reads and writes alike.
    type: int
    default: 10
"""
