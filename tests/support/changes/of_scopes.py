# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes of client scopes and their protocol mappers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.site import Site
from support.changes.change import Change, claim_mapper_with, dotted
from support.console import Realm

GROUPS = "cellsscope"
EVERYWHERE = dict.fromkeys(("id.token.claim", "access.token.claim", "userinfo.token.claim"), "true")


def scope_with(scope: str, /, **fields: Any) -> Change:
    """A client scope has other fields; attributes are added."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        before = realm.named("client-scopes", scope)
        path = f"client-scopes/{before['id']}"
        attributes = {**before.get("attributes", {}), **fields.get("attributes", {})}
        realm.send("put", path, {**before, **fields, "attributes": attributes})
        try:
            yield
        finally:
            cleared = dict.fromkeys(fields.get("attributes", {}), "")
            realm.send("put", path, {**before, "attributes": {**cleared, **before.get("attributes", {})}})

    return changed


def mapper_with(scope: str, mapper: str, **config: str) -> Change:
    """A protocol mapper of a scope has another configuration; two underscores stand for a dot."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        path = f"client-scopes/{realm.named('client-scopes', scope)['id']}/protocol-mappers/models"
        before = realm.named(path, mapper)
        changes = dotted(config)
        with realm.replaced(f"{path}/{before['id']}", before, {**before, "config": {**before["config"], **changes}}):
            yield

    return changed


def no_mapper(scope: str, mapper: str) -> Change:
    """A protocol mapper of a scope is not there."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        path = f"client-scopes/{realm.named('client-scopes', scope)['id']}/protocol-mappers/models"
        before = realm.named(path, mapper)
        with realm.removed(path, before):
            yield

    return changed


def mapper_added(scope: str, kind: str, **config: str) -> Change:
    """A scope has one more protocol mapper, for all tokens; two underscores stand for a dot."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        path = f"client-scopes/{realm.named('client-scopes', scope)['id']}/protocol-mappers/models"
        given = {**EVERYWHERE, **dotted(config)}
        body = {"name": "added", "protocol": "openid-connect", "protocolMapper": kind, "config": given}
        with realm.added(path, body):
            yield

    return changed


def hardcoded(scope: str, claim: str, value: str, kind: str = "String") -> Change:
    """A mapper of a scope sets a claim for everybody."""
    return mapper_added(
        scope, "oidc-hardcoded-claim-mapper", claim__name=claim, claim__value=value, jsonType__label=kind
    )


def no_scope(name: str) -> Change:
    """The realm does not have a client scope. A new realm restores it."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        realm.send("delete", f"client-scopes/{realm.named('client-scopes', name)['id']}")
        yield

    return changed


def needs_role_of_a_group(name: str) -> Change:
    """A client scope is only for users with a role that everybody has."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        path = f"client-scopes/{realm.named('client-scopes', name)['id']}/scope-mappings/realm"
        role = realm.get(f"roles/default-roles-{site.realm}")
        realm.send("post", path, [role])
        try:
            yield
        finally:
            # Keycloak wants the roles in the body.
            site.admin.connection.raw_delete(f"admin/realms/{site.realm}/{path}", data=json.dumps([role]))

    return changed


CHANGES: dict[str, Change] = {
    "groups scope of another name": scope_with(GROUPS, name="othergroups"),
    "groups scope for SAML": scope_with(GROUPS, protocol="saml"),
    "groups scope not named in tokens": scope_with(GROUPS, attributes={"include.in.token.scope": "false"}),
    "groups scope on the consent screen": scope_with(GROUPS, attributes={"display.on.consent.screen": "true"}),
    "groups scope described": scope_with(GROUPS, description="Another"),
    "groups scope dynamic": scope_with(GROUPS, attributes={"is.dynamic.scope": "true", "dynamic.scope.regexp": "x:*"}),
    "groups scope gone": no_scope(GROUPS),
    "basic gone": no_scope("basic"),
    "email gone": no_scope("email"),
    "profile gone": no_scope("profile"),
    "phone gone": no_scope("phone"),
    "acr gone": no_scope("acr"),
    "roles gone": no_scope("roles"),
    "email not named in tokens": scope_with("email", attributes={"include.in.token.scope": "false"}),
    "email of another name": scope_with("email", name="mail"),
    "profile of another name": scope_with("profile", name="person"),
    "basic of another name": scope_with("basic", name="base"),
    "basic for SAML": scope_with("basic", protocol="saml"),
    "email for SAML": scope_with("email", protocol="saml"),
    "groups for everybody's role": needs_role_of_a_group(GROUPS),
    "no groups mapper": no_mapper(GROUPS, "User Group Mapper"),
    "no email mapper": no_mapper("email", "email"),
    "no verified mapper": no_mapper("email", "email verified"),
    "no subject mapper": no_mapper("basic", "sub"),
    "no time mapper": no_mapper("basic", "auth_time"),
    "no name mapper": no_mapper("profile", "full name"),
    "no username mapper": no_mapper("profile", "username"),
    "email claim of another name": mapper_with("email", "email", claim__name="mail"),
    "email not in the ID token": mapper_with("email", "email", id__token__claim="false"),
    "email not in userinfo": mapper_with("email", "email", userinfo__token__claim="false"),
    "email in the access token only": mapper_with(
        "email", "email", id__token__claim="false", userinfo__token__claim="false"
    ),
    "email not in the access token": mapper_with("email", "email", access__token__claim="false"),
    "email from the description": mapper_with("email", "email", user__attribute="description"),
    "email from the name": mapper_with("email", "email", user__attribute="username"),
    "email of type int": mapper_with("email", "email", jsonType__label="int"),
    "email of type JSON": mapper_with("email", "email", jsonType__label="JSON"),
    "email with a dot": mapper_with("email", "email", claim__name="contact.email"),
    "email of several": mapper_with("email", "email", multivalued="true"),
    "verified of type String": mapper_with("email", "email verified", jsonType__label="String"),
    "verified of another name": mapper_with("email", "email verified", claim__name="verified"),
    "subject not in the access token": mapper_with("basic", "sub", access__token__claim="false"),
    "subject not in introspection": mapper_with("basic", "sub", introspection__token__claim="false"),
    "name not in the ID token": mapper_with("profile", "full name", id__token__claim="false"),
    "username of another name": mapper_with("profile", "username", claim__name="login"),
    "claim of type JSON": claim_mapper_with(jsonType__label="JSON"),
    "claim of type int": claim_mapper_with(jsonType__label="int"),
    "claim of type long": claim_mapper_with(jsonType__label="long"),
    "claim without a type": claim_mapper_with(jsonType__label=""),
    "claim in other letters": claim_mapper_with(claim__name="CellsGroups"),
    "claim without a name": claim_mapper_with(claim__name=""),
    "claim without an attribute": claim_mapper_with(user__attribute=""),
    "claim with a space": claim_mapper_with(claim__name="cellsgroups "),
    "claim of an attribute in other letters": claim_mapper_with(user__attribute="CellsGroups"),
    "claim in the ID token only": claim_mapper_with(access__token__claim="false", userinfo__token__claim="false"),
    "claim in userinfo only": claim_mapper_with(access__token__claim="false", id__token__claim="false"),
    "claim nowhere": claim_mapper_with(
        access__token__claim="false", id__token__claim="false", userinfo__token__claim="false"
    ),
    "claim in lightweight tokens": claim_mapper_with(lightweight__claim="true"),
    "claim in introspection": claim_mapper_with(introspection__token__claim="true"),
    "scope sets the groups": hardcoded("profile", "cellsgroups", "nobody"),
    "scope sets the address": hardcoded("profile", "email", "other@example.com"),
    "scope sets the address to a number": hardcoded("profile", "email", "7", "int"),
    "scope sets the subject": hardcoded("basic", "sub", "somebody"),
    "scope sets the issuer": hardcoded("basic", "iss", "https://other.example.org"),
    "scope sets the audience": hardcoded("roles", "aud", "other"),
    "scope sets a colour": hardcoded("profile", "colour", "red"),
    "groups scope with another mapper": hardcoded(GROUPS, "colour", "red"),
    "groups scope sets the claim": hardcoded(GROUPS, "cellsgroups", "nobody"),
    "groups scope with an audience": mapper_added(
        GROUPS, "oidc-audience-mapper", included__custom__audience="https://other.example.org"
    ),
    "roles as the claim": mapper_added(
        "roles",
        "oidc-usermodel-realm-role-mapper",
        claim__name="cellsgroups",
        multivalued="true",
        jsonType__label="String",
    ),
    "groups scope of group membership": mapper_added(
        GROUPS, "oidc-group-membership-mapper", claim__name="cellsgroups", full__path="false"
    ),
    "optional scope sets the groups": hardcoded("phone", "cellsgroups", "nobody"),
    "optional scope sets the address": hardcoded("address", "email", "7", "int"),
}
"""Every change of a client scope."""
