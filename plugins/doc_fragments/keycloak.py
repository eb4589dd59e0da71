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
      - URL of the Keycloak server, including its relative path if it has one, but without C(/realms/...).
      - The environment variable E(KEYCLOAK_URL) is used if you do not give the option.
    type: str
    required: true
  auth_realm:
    description:
      - The realm in which the account logs in. It can differ from the realm that you manage.
      - The environment variable E(KEYCLOAK_REALM) is used if you do not give the option.
    type: str
    default: master
  auth_username:
    description:
      - Name of an administrator account. Requires O(auth_password).
      - The environment variable E(KEYCLOAK_USERNAME) is used if you do not give the option.
    type: str
  auth_password:
    description:
      - Password of that account. A refused password is not tried again.
      - The environment variable E(KEYCLOAK_PASSWORD) is used if you do not give the option.
    type: str
  auth_client_id:
    description:
      - The client that logs in. With O(auth_client_secret) and without O(auth_username), it logs in with its service
        account.
      - The environment variable E(KEYCLOAK_CLIENT_ID) is used if you do not give the option.
    type: str
    default: admin-cli
  auth_client_secret:
    description:
      - Secret of O(auth_client_id).
      - The environment variable E(KEYCLOAK_CLIENT_SECRET) is used if you do not give the option.
    type: str
  token:
    description:
      - An access token, such as the one that M(cellsops.sso.keycloak_token) returns. It saves a login.
      - If you also give credentials, the module logs in again when the token is about to expire. Tokens of
        administrators in the realm V(master) are valid for 60 seconds.
      - The environment variable E(KEYCLOAK_TOKEN) is used if you do not give the option.
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
  client_cert:
    description:
      - A client certificate in PEM format, for a server that requests one. The file can also contain the key.
    type: path
  client_key:
    description:
      - The key of O(client_cert), if it is in a separate file.
    type: path
  connection_timeout:
    description:
      - Seconds to wait for a connection and for each response, for reads and writes.
    type: int
    default: 10
  http_agent:
    description:
      - The value of the header C(User-Agent).
    type: str
    default: cellsops.sso (Ansible)
requirements:
  - python-keycloak >= 6.0.0, on the host that runs the module
"""
