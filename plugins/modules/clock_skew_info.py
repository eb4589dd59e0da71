#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: clock_skew_info
short_description: Measure the clock of a server against the one of this machine
version_added: 0.2.0
description:
  - Asks a web server for the time ten times within a second, by the C(Date) header of its answers, and works out how
    far its clock is from that of the machine the module runs on (row K1 of the guide). Wrong clocks break every login.
  - The header has whole seconds, and some servers make it anew only once a second. What that leaves open stands in
    RV(uncertainty_seconds), a little more than half a second.
  - Cells sends the header. Keycloak itself does not; a proxy before it usually does, and it is then the proxy's clock
    that is measured. RV(cellsops.sso.keycloak_token#module:clock_skew) tells that of Keycloak.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
attributes:
  action_group:
    description: The module takes no shared options, and belongs to no action group.
    support: none
    membership: []
requirements:
  - requests, where the module runs
seealso:
  - module: cellsops.sso.keycloak_token
options:
  url:
    description:
      - URL of the server. Any page will do, also one that is not found; redirects are not followed.
    type: str
    required: true
  max_skew:
    description:
      - Seconds that the clocks may differ. The task fails beyond that, with both clocks in one line.
      - A difference that the uncertainty alone may explain does not count.
    type: float
  validate_certs:
    description:
      - Whether the server's TLS certificate must be valid.
    type: bool
    default: true
  ca_path:
    description:
      - A file of CA certificates in PEM form to trust instead of the system's.
    type: path
  connection_timeout:
    description:
      - Seconds to wait for a connection and for each answer.
    type: int
    default: 10
"""

EXAMPLES = r"""
- name: The clock of Cells is right, seen from here
  cellsops.sso.clock_skew_info:
    url: https://cells.example.org
    max_skew: 5
"""

RETURN = r"""
skew_seconds:
  description: The server's clock minus that of this machine, in seconds.
  type: float
  returned: success, and where O(max_skew) is exceeded
  sample: 90.1
uncertainty_seconds:
  description: How far RV(skew_seconds) may be off, either way, in seconds.
  type: float
  returned: success, and where O(max_skew) is exceeded
  sample: 0.553
source:
  description: What was measured.
  type: str
  returned: success, and where O(max_skew) is exceeded
  sample: Date header of https://cells.example.org, 10 answers
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.clock_skew_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
