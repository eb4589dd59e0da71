#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: clock_skew_info
short_description: Measure the clock skew between a server and this machine
version_added: 1.0.0
description:
  - Reads the C(Date) header of ten responses of a web server within a second, and calculates the difference between
    its clock and the clock of the machine that runs the module (row K1 of the guide). Wrong clocks break every login.
  - The header has a resolution of one second, and some servers update it only once a second.
    RV(uncertainty_seconds) is the remaining error, a little more than half a second.
  - Cells sends the header. Keycloak itself does not. A proxy in front of it usually does, and then the module measures
    the proxy's clock. RV(cellsops.sso.keycloak_token#module:clock_skew) has Keycloak's own clock skew.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.no_actiongroup
requirements:
  - requests, on the host that runs the module
seealso:
  - module: cellsops.sso.keycloak_token
options:
  url:
    description:
      - URL of the server. Any page works, even one that does not exist. Redirects are not followed.
    type: str
    required: true
  max_skew:
    description:
      - The maximum difference between the clocks in seconds. The task fails if it is exceeded.
      - A difference that is within RV(uncertainty_seconds) does not count.
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
      - Seconds to wait for a connection and for each response.
    type: int
    default: 10
"""

EXAMPLES = r"""
- name: Check that the clock of Cells agrees with the clock of this machine
  cellsops.sso.clock_skew_info:
    url: https://cells.example.org
    max_skew: 5
"""

RETURN = r"""
skew_seconds:
  description: The server's clock minus that of this machine, in seconds.
  type: float
  returned: success, and if O(max_skew) is exceeded
  sample: 90.1
uncertainty_seconds:
  description: The possible error of RV(skew_seconds) in either direction, in seconds.
  type: float
  returned: success, and if O(max_skew) is exceeded
  sample: 0.553
source:
  description: The source of the measurement.
  type: str
  returned: success, and if O(max_skew) is exceeded
  sample: Date header of https://cells.example.org, 10 answers
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.clock_skew_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
