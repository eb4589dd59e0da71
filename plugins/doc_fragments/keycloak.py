# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all Keycloak modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of module_utils/keycloak/options.py."""

    DOCUMENTATION = r"""
options:
  auth_keycloak_url:
    description:
      - URL of the Keycloak server, with its relative path if it has one, without C(/realms/...).
      - The environment variable E(KEYCLOAK_URL) is taken where the option is not given.
    type: str
    required: true
  auth_realm:
    description:
      - The realm in which the account logs in, which need not be the realm that is worked on.
      - The environment variable E(KEYCLOAK_REALM) is taken where the option is not given.
    type: str
    default: master
  auth_username:
    description:
      - Name of an administrator account. Goes together with O(auth_password).
      - The environment variable E(KEYCLOAK_USERNAME) is taken where the option is not given.
    type: str
  auth_password:
    description:
      - Password of that account. A password that is refused is tried once.
      - The environment variable E(KEYCLOAK_PASSWORD) is taken where the option is not given.
    type: str
  auth_client_id:
    description:
      - The client that logs in. With O(auth_client_secret) and without O(auth_username) it logs in as its own service
        account.
      - The environment variable E(KEYCLOAK_CLIENT_ID) is taken where the option is not given.
    type: str
    default: admin-cli
  auth_client_secret:
    description:
      - Secret of O(auth_client_id).
      - The environment variable E(KEYCLOAK_CLIENT_SECRET) is taken where the option is not given.
    type: str
  token:
    description:
      - An access token, such as M(cellsops.sso.keycloak_token) returns. It spares the login.
      - Where credentials are given too, the module logs in again when the token nears its end.
        Tokens of administrators in the realm V(master) live 60 seconds.
      - The environment variable E(KEYCLOAK_TOKEN) is taken where the option is not given.
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
  client_cert:
    description:
      - A client certificate in PEM form, for a server that asks for one. May hold its key too.
    type: path
  client_key:
    description:
      - The key of O(client_cert) where it is in a file of its own.
    type: path
  connection_timeout:
    description:
      - Seconds to wait for a connection and for each answer, reads and writes alike.
    type: int
    default: 10
  http_agent:
    description:
      - What requests say they come from, in the header C(User-Agent).
    type: str
    default: cellsops.sso (Ansible)
requirements:
  - python-keycloak >= 6.0.0, where the module runs
"""
