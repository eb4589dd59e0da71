#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_reachable_info
short_description: Check whether a host can reach Keycloak in the way that Pydio Cells needs
version_added: 1.0.0
description:
  - Fetches the discovery document of a realm from the host that runs the module, and checks it with the certificates
    that the host trusts. Cells does the same for each connector when it starts; if it fails, the connector is missing
    from the login page.
  - Run it on the Cells host. It needs only Python's standard library there. It changes nothing.
  - The task does not fail if Keycloak cannot be reached. See RV(reachable).
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.no_actiongroup
options:
  issuer:
    description: The issuer of the realm, as it is set in the connector (row C4 of the guide).
    type: str
    required: true
  connection_timeout:
    description: Seconds to wait for a connection and for each response.
    type: int
    default: 10
seealso:
  - module: cellsops.sso.doctor_info
  - module: cellsops.sso.clock_skew_info
"""

EXAMPLES = r"""
- name: Check that the Cells host reaches Keycloak
  cellsops.sso.keycloak_reachable_info:
    issuer: https://sso.example.org/realms/demo
  register: keycloak
  failed_when: keycloak is failed or not keycloak.reachable
"""

RETURN = r"""
url:
  description: The URL of the discovery document.
  type: str
  returned: success
  sample: https://sso.example.org/realms/demo/.well-known/openid-configuration
reachable:
  description: Whether the document exists, comes from a server with a trusted certificate, and names the issuer.
  type: bool
  returned: success
  sample: true
problem:
  description:
    - The kind of problem, one of V(certificate), V(no_answer), V(status), V(no_document) and V(issuer).
    - Empty if the host reaches Keycloak.
  type: str
  returned: success
  sample: ""
message:
  description: The problem in one line.
  type: str
  returned: success
  sample: ""
seconds:
  description: How long the request took.
  type: float
  returned: success
  sample: 0.031
skew_seconds:
  description:
    - The clock of the server minus the clock of the host in seconds, from the C(Date) header, which has a resolution of
      one second. V(null) if there is no such header; only proxies send it for Keycloak.
  type: float
  returned: success
  sample: 0.4
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_reachable_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
