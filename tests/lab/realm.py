# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Realms as sites have them before the guide begins, made on a running Keycloak."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakError, KeycloakPostError

from lab.errors import LabError
from lab.keycloak_server import Keycloak
from lab.ldap_server import Ldap
from lab.secret import new_password

DEMO_REALM = "cells-demo"
LDAP_PROVIDER = "ldap"
KEY_PROVIDER = "org.keycloak.keys.KeyProvider"


@dataclass(frozen=True)
class ServiceAccount:
    """A client with client id and secret that logs in as itself."""

    client_id: str
    client_secret: str
    realm: str


def admin(keycloak: Keycloak, realm: str = "master") -> KeycloakAdmin:
    """Return an admin session of the lab's admin that works on a realm; it renews its token by itself."""
    connection = KeycloakOpenIDConnection(
        server_url=keycloak.url,
        username=keycloak.admin_username,
        password=keycloak.admin_password,
        realm_name=realm,
        user_realm_name="master",
        client_id="admin-cli",
        timeout=30,
    )
    return KeycloakAdmin(connection=connection)


def new_name(prefix: str = "lab") -> str:
    """Return a name that no other run has."""
    return f"{prefix}-{secrets.token_hex(4)}"


def name_of(session: KeycloakAdmin) -> str:
    """Return the name of the realm that a session works on."""
    name = session.connection.realm_name
    if name is None:
        raise LabError("This session works on no realm")
    return name


def create_realm(keycloak: Keycloak, realm: str | None = None) -> KeycloakAdmin:
    """Make a realm with Keycloak's defaults, or with a name of its own (None); return an admin session on it.

    ``name_of`` tells the name. Its RSA keys are made here, for Keycloak would take seconds for them. Raises LabError if
    the name is taken.
    """
    name = realm or new_name()
    try:
        admin(keycloak).create_realm({"realm": name, "enabled": True, "components": {KEY_PROVIDER: key_providers()}})
    except KeycloakPostError as error:
        raise LabError(f"Keycloak did not make the realm {name}: {_words(error)}") from error
    return admin(keycloak, name)


@cache
def _private_key() -> str:
    """Return an RSA key of this process (PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return text.decode()


def key_providers() -> list[dict[str, Any]]:
    """Return the key providers that Keycloak gives a new realm, but with keys that are there already."""
    key = {"privateKey": [_private_key()], "priority": ["100"]}
    return [
        {"name": "rsa", "providerId": "rsa", "config": key},
        {"name": "rsa-enc", "providerId": "rsa-enc", "config": key | {"algorithm": ["RSA-OAEP"]}},
        {"name": "hmac-generated", "providerId": "hmac-generated", "config": {"priority": ["100"]}},
        {"name": "aes-generated", "providerId": "aes-generated", "config": {"priority": ["100"]}},
    ]


def delete_realm(keycloak: Keycloak, realm: str) -> None:
    """Remove a realm with everything in it."""
    admin(keycloak).delete_realm(realm)


@contextmanager
def temporary_realm(keycloak: Keycloak, ldap: Ldap | None = None) -> Iterator[KeycloakAdmin]:
    """Yield an admin session on a new realm, with an LDAP provider if ldap is given; remove the realm after."""
    session = create_realm(keycloak)
    try:
        if ldap is not None:
            add_ldap_provider(session, ldap)
        yield session
    finally:
        delete_realm(keycloak, name_of(session))


def add_ldap_provider(session: KeycloakAdmin, ldap: Ldap, name: str = LDAP_PROVIDER) -> str:
    """Connect a realm to the LDAP server as sites do; return the provider's id.

    Read only, users are imported, with the mappers that Keycloak gives every provider.
    """
    config = {
        "enabled": "true",
        "priority": "0",
        "vendor": "other",
        "connectionUrl": ldap.url,
        "authType": "simple",
        "bindDn": ldap.bind_dn,
        "bindCredential": ldap.bind_password,
        "usersDn": ldap.people_dn,
        "searchScope": "1",
        "usernameLDAPAttribute": "uid",
        "rdnLDAPAttribute": "uid",
        "uuidLDAPAttribute": "entryUUID",
        "userObjectClasses": "inetOrgPerson, organizationalPerson",
        "editMode": "READ_ONLY",
        "importEnabled": "true",
        "syncRegistrations": "false",
        "trustEmail": "false",
        "pagination": "false",
        "cachePolicy": "NO_CACHE",
        "useTruststoreSpi": "always",
        "connectionPooling": "true",
    }
    provider = {
        "name": name,
        "providerId": "ldap",
        "providerType": "org.keycloak.storage.UserStorageProvider",
        "config": {key: [value] for key, value in config.items()},
    }
    try:
        provider_id: str = session.create_component(provider)
    except KeycloakPostError as error:
        raise LabError(f"Keycloak did not take the LDAP provider {name}: {_words(error)}") from error
    return provider_id


def create_service_account(
    session: KeycloakAdmin, roles: Sequence[str] = (), client_id: str | None = None
) -> ServiceAccount:
    """Make a client in the session's realm whose service account has the given roles of ``realm-management``.

    Raises LabError if a role does not exist.
    """
    name = client_id or new_name("lab-service")
    secret = new_password("service-account")
    client_uuid = session.create_client(
        {
            "clientId": name,
            "secret": secret,
            "publicClient": False,
            "serviceAccountsEnabled": True,
            "standardFlowEnabled": False,
            "directAccessGrantsEnabled": False,
        }
    )
    if roles:
        management = str(session.get_client_id("realm-management"))
        known = {role["name"]: role for role in session.get_client_roles(management)}
        unknown = sorted(set(roles) - set(known))
        if unknown:
            raise LabError(f"realm-management has no role {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        user = session.get_client_service_account_user(str(client_uuid))
        session.assign_client_role(user["id"], management, [known[role] for role in roles])
    return ServiceAccount(name, secret, name_of(session))


def _words(error: KeycloakError) -> str:
    return f"HTTP {error.response_code} {str(error.error_message)[:200]}"
