# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes of the LDAP provider, its mappers, and of Keycloak's own record of the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.site import Site
from support.changes.change import Change, all_of, component_with, dotted, no_component, realm_with, user
from support.console import Realm

MAPPER = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
ATTRIBUTE = "user-attribute-ldap-mapper"
NAMES = {"firstName": "Do", "lastName": "Ra", "emailVerified": True}


def component_of(component: str, /, **fields: Any) -> Change:
    """A component has other fields beside its configuration."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        before = realm.named("components", component)
        with realm.replaced(f"components/{before['id']}", before, {**before, **fields}):
            yield

    return changed


def mapper_added(kind: str, **config: str) -> Change:
    """The provider has one more mapper; two underscores stand for a dot."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        parent = realm.named("components", "ldap")["id"]
        given = {key: [value] for key, value in dotted(config).items()}
        body = {"name": "added", "providerId": kind, "providerType": MAPPER, "parentId": parent, "config": given}
        with realm.added("components", body):
            yield

    return changed


def attribute_mapper(user_attribute: str, ldap_attribute: str, **config: str) -> Change:
    """The provider has one more mapper of an attribute."""
    given = {"user__model__attribute": user_attribute, "ldap__attribute": ldap_attribute, "read__only": "true"}
    return mapper_added(ATTRIBUTE, **{**given, **config})


def second_provider(**config: str) -> Change:
    """There is another LDAP provider, of the same directory."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        first = realm.named("components", "ldap")
        given = {**first["config"], "bindCredential": [site.lab.ldap.bind_password]}
        given.update({key: [value] for key, value in config.items()})
        body = {key: value for key, value in first.items() if key != "id"}
        with realm.added("components", {**body, "name": "other", "config": given}):
            yield

    return changed


def dora(change: Any) -> Change:
    """Keycloak's record of the user is changed. change: a function of the realm and the id of the user."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        (found,) = realm.get("users", username="dora", exact="true")
        change(realm, found)
        yield

    return changed


def with_fields(**fields: Any) -> Change:
    """Keycloak's own record of the user has other values."""
    return dora(lambda realm, found: realm.send("put", f"users/{found['id']}", {**found, **fields}))


def _in_group(realm: Realm, found: dict[str, Any]) -> None:
    realm.send("post", "groups", {"name": "another-group"})
    (group,) = realm.get("groups", search="another-group")
    realm.send("put", f"users/{found['id']}/groups/{group['id']}")


def _revoked(realm: Realm, found: dict[str, Any]) -> None:
    realm.send("post", f"users/{found['id']}/logout")


def _disabled_password(realm: Realm, found: dict[str, Any]) -> None:
    realm.send("put", f"users/{found['id']}/disable-credential-types", ["password"])


PROVIDER: dict[str, Change] = {
    "provider of another bind account": component_with("ldap", bindDn="cn=nobody,dc=example,dc=org"),
    "provider with a wrong credential": component_with("ldap", bindCredential="wrong-bind-credential-0123456789"),
    "provider without a login": component_with("ldap", authType="none"),
    "provider of another scope": component_with("ldap", searchScope="2"),
    "provider of other classes": component_with("ldap", userObjectClasses="posixAccount"),
    "provider of fewer classes": component_with("ldap", userObjectClasses="inetOrgPerson"),
    "provider of another UUID": component_with("ldap", uuidLDAPAttribute="nsuniqueid"),
    "provider of the name as UUID": component_with("ldap", uuidLDAPAttribute="uid"),
    "provider of another RDN": component_with("ldap", rdnLDAPAttribute="cn"),
    "provider that writes to LDAP": component_with("ldap", editMode="WRITABLE"),
    "provider that registers": component_with("ldap", editMode="WRITABLE", syncRegistrations="true"),
    "provider without pooling": component_with("ldap", connectionPooling="false"),
    "provider of another priority": component_with("ldap", priority="10"),
    "provider of Active Directory": component_with("ldap", vendor="ad"),
    "provider with StartTLS": component_with("ldap", startTls="true"),
    "provider with a short timeout": component_with("ldap", connectionTimeout="1000", readTimeout="1000"),
    "provider over LDAPS": lambda site: component_with(
        "ldap", connectionUrl=site.lab.ldap.url.replace("ldap:", "ldaps:")
    )(site),
    "provider of the base DN, one level": component_with("ldap", usersDn="dc=example,dc=org"),
    "provider of the base DN": component_with("ldap", usersDn="dc=example,dc=org", searchScope="2"),
    "provider with a filter for her": component_with("ldap", customUserSearchFilter="(uid=dora)"),
    "provider with a cache of a day": component_with(
        "ldap", cachePolicy="EVICT_DAILY", evictionHour="1", evictionMinute="1"
    ),
    "provider with a cache of a minute": component_with("ldap", cachePolicy="MAX_LIFESPAN", maxLifespan="60000"),
    "provider with Kerberos": component_with(
        "ldap",
        allowKerberosAuthentication="true",
        kerberosRealm="EXAMPLE.ORG",
        serverPrincipal="HTTP/x@EXAMPLE.ORG",
        keyTab="/nobody.keytab",
    ),
    "provider that checks passwords": component_with("ldap", validatePasswordPolicy="true"),
    "provider that synchronises": component_with("ldap", fullSyncPeriod="86400", changedSyncPeriod="3600"),
    "provider without removal": component_with("ldap", removeInvalidUsersEnabled="false"),
    "provider of another name": component_of("ldap", name="directory"),
    "second provider of the same": second_provider(),
    "second provider before": second_provider(priority="-1"),
    "second provider of nobody": second_provider(usersDn="ou=nobody,dc=example,dc=org"),
    "second provider disabled": second_provider(enabled="false"),
    "second provider out of reach": second_provider(connectionUrl="ldap://127.0.0.1:9", connectionTimeout="1000"),
    "second provider out of reach, before": second_provider(
        connectionUrl="ldap://127.0.0.1:9", connectionTimeout="1000", priority="-1"
    ),
}
"""The LDAP provider."""

MAPPERS: dict[str, Change] = {
    "no mapper of addresses": no_component("email"),
    "no mapper of user names": no_component("username"),
    "no mapper of first names": no_component("first name"),
    "no mapper of last names": no_component("last name"),
    "no mapper of dates": all_of(no_component("creation date"), no_component("modify date")),
    "user names from the address": component_with("username", ldap__attribute="mail"),
    "user names from the common name": component_with("username", ldap__attribute="cn"),
    "first names from nothing": component_with("first name", ldap__attribute="nobodysAttribute"),
    "last names from nothing": component_with("last name", ldap__attribute="nobodysAttribute"),
    "addresses from nothing": component_with("email", ldap__attribute="nobodysAttribute"),
    "addresses to another attribute": component_with("email", user__model__attribute="mail"),
    "addresses not read again": component_with("email", always__read__value__from__ldap="false"),
    "addresses mandatory": component_with("email", is__mandatory__in__ldap="true"),
    "groups mandatory": component_with("memberOf to group", is__mandatory__in__ldap="true"),
    "groups as binary": component_with("memberOf to group", is__binary__attribute="true"),
    "groups with a default": component_with("memberOf to group", attribute__default__value="none"),
    "groups from nothing": component_with("memberOf to group", ldap__attribute="nobodysAttribute"),
    "groups from the name": component_with("memberOf to group", ldap__attribute="cn"),
    "groups to an attribute in other letters": component_with(
        "memberOf to group", user__model__attribute="CellsGroups"
    ),
    "groups to the last name": component_with("memberOf to group", user__model__attribute="lastName"),
    "groups mapper of another name": component_of("memberOf to group", name="groups of LDAP"),
    "groups mapper for another provider": component_of("memberOf to group", providerId="hardcoded-attribute-mapper"),
    "groups by a fixed value": mapper_added(
        "hardcoded-attribute-mapper", user__model__attribute="cellsgroups", attribute__value="nobody"
    ),
    "a role for all": mapper_added("hardcoded-ldap-role-mapper", role="offline_access"),
    "a full name": mapper_added("full-name-ldap-mapper", ldap__full__name__attribute="cn", read__only="true"),
    "the account control of Active Directory": mapper_added("msad-user-account-control-mapper"),
    "groups of LDAP as groups": mapper_added(
        "group-ldap-mapper",
        groups__dn="ou=test-pydio-cells,dc=example,dc=org",
        group__name__ldap__attribute="cn",
        group__object__classes="groupOfNames",
        membership__ldap__attribute="member",
        membership__attribute__type="DN",
        mode="READ_ONLY",
        user__roles__retrieve__strategy="LOAD_GROUPS_BY_MEMBER_ATTRIBUTE",
        membership__user__ldap__attribute="uid",
        drop__non__existing__groups__during__sync="false",
    ),
    "groups of LDAP of a folder that is not there": mapper_added(
        "group-ldap-mapper",
        groups__dn="ou=nobody,dc=example,dc=org",
        group__name__ldap__attribute="cn",
        group__object__classes="groupOfNames",
        membership__ldap__attribute="member",
        membership__attribute__type="DN",
        mode="READ_ONLY",
        user__roles__retrieve__strategy="LOAD_GROUPS_BY_MEMBER_ATTRIBUTE",
        membership__user__ldap__attribute="uid",
        drop__non__existing__groups__during__sync="false",
    ),
    "two mappers of the address": attribute_mapper("email", "description"),
    "two mappers of the user name": attribute_mapper("username", "cn"),
    "two mappers of the first name": attribute_mapper("firstName", "description"),
    "two mappers of the last name": attribute_mapper("lastName", "description"),
    "two mappers of another attribute": all_of(
        attribute_mapper("cellsgroups", "memberOf"),
    ),
    "two mappers, in other letters": attribute_mapper("CellsGroups", "memberOf"),
    "a mapper of the department": attribute_mapper("department", "description"),
    "a mapper that is mandatory": attribute_mapper("department", "nobodysAttribute", is__mandatory__in__ldap="true"),
}
"""Mappers of the provider."""

USER: dict[str, Change] = {
    "user has to verify the address": with_fields(requiredActions=["VERIFY_EMAIL"]),
    "user has to update the profile": with_fields(requiredActions=["UPDATE_PROFILE"]),
    "user has to choose a language": with_fields(requiredActions=["update_user_locale"]),
    "user has to register a passkey": with_fields(requiredActions=["webauthn-register"]),
    "user has to print recovery codes": with_fields(requiredActions=["CONFIGURE_RECOVERY_AUTHN_CODES"]),
    "user has to verify the profile": with_fields(requiredActions=["VERIFY_PROFILE"]),
    "user has to do what is not there": with_fields(requiredActions=["NOBODYS_ACTION"]),
    "user has to delete a credential": with_fields(requiredActions=["delete_credential"]),
    "user is verified": with_fields(emailVerified=True),
    "user revoked ahead": with_fields(notBefore=2**31 - 10),
    "user is in a group": dora(_in_group),
    "user logged out": dora(_revoked),
    "user without a password": dora(_disabled_password),
    "a local user of another name": user("another", email="another@example.com", **NAMES),
    "a local user with her address": all_of(
        realm_with(loginWithEmailAllowed=False, duplicateEmailsAllowed=True),
        user("another", email="dora@example.com", **NAMES),
    ),
}
"""The user."""

CHANGES = {**PROVIDER, **MAPPERS, **USER}
