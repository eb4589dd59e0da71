# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ways to change a site in one place, each of which puts it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from lab.site import Site
from support.console import Realm, cells_call, client_of, connector_of, replaced_in_cells

OTHER_CLOCK = Path(__file__).parents[1] / "other_clock"
CONNECTOR_FIELDS = ("mappingRules", "name", "sites", "type")
"""The fields of a connector besides those of OpenID Connect."""
TO_ROLES = {"LeftAttribute": "cellsgroups", "RightAttribute": "Roles"}

Change = Callable[[Site], AbstractContextManager[object]]


def dotted(names: Mapping[str, str]) -> dict[str, str]:
    """Return settings by their names in Keycloak: two underscores stand for a dot."""
    return {name.replace("__", "."): value for name, value in names.items()}


def realm_with(**changes: Any) -> Change:
    """The realm has other values."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        before = realm.get("")
        realm.send("put", "", changes)
        try:
            yield
        finally:
            realm.send("put", "", {key: before.get(key, "") for key in changes})

    return changed


def client_with(**changes: Any) -> Change:
    """The client has other values."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, client = Realm(site), client_of(site)
        path = f"clients/{client['id']}"
        realm.send("put", path, changes)
        try:
            yield
        finally:
            kept = {key: client.get(key) for key in changes}
            if "attributes" in changes:
                # Settings that are not named stay unchanged.
                kept["attributes"] = {**dict.fromkeys(changes["attributes"], ""), **client["attributes"]}
            realm.send("put", path, {**kept, "secret": client["secret"]})

    return changed


def client_under_another_name(site: Site) -> AbstractContextManager[object]:
    """The client is not there."""
    return client_with(clientId="another-client")(site)


def all_of(*breaks: Change) -> Change:
    """Several of them at once."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        with ExitStack() as stack:
            for one in breaks:
                stack.enter_context(one(site))
            yield

    return changed


def own_mapper(kind: str, **config: str) -> Change:
    """The client has a protocol mapper of its own, for all tokens; two underscores stand for a dot."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, path = Realm(site), f"clients/{client_of(site)['id']}/protocol-mappers/models"
        everywhere = dict.fromkeys(("id.token.claim", "access.token.claim", "userinfo.token.claim"), "true")
        given = dotted(config)
        body = {"name": "own", "protocol": "openid-connect", "protocolMapper": kind, "config": {**everywhere, **given}}
        with realm.added(path, body):
            yield

    return changed


def scope_assigned(name: str, kind: str = "") -> Change:
    """A client scope is not one of the client's default ones, but optional, or not assigned at all."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm, client = Realm(site), client_of(site)
        scope = realm.named("client-scopes", name)["id"]
        of_client = f"clients/{client['id']}"
        realm.send("delete", f"{of_client}/default-client-scopes/{scope}")
        if kind:
            realm.send("put", f"{of_client}/{kind}-client-scopes/{scope}", {})
        try:
            yield
        finally:
            if kind:
                realm.send("delete", f"{of_client}/{kind}-client-scopes/{scope}")
            realm.send("put", f"{of_client}/default-client-scopes/{scope}", {})

    return changed


def claim_mapper_with(**config: str) -> Change:
    """The protocol mapper of the scope has another configuration; two underscores stand for a dot."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        scope = realm.named("client-scopes", "cellsscope")
        mapper = scope["protocolMappers"][0]
        path = f"client-scopes/{scope['id']}/protocol-mappers/models/{mapper['id']}"
        changes = dotted(config)
        with realm.replaced(path, mapper, {**mapper, "config": {**mapper["config"], **changes}}):
            yield

    return changed


def component_with(name: str, **config: str) -> Change:
    """An LDAP provider or mapper has another configuration."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        component = realm.named("components", name)
        changes = {key: [value] for key, value in dotted(config).items()}
        realm.send("put", f"components/{component['id']}", {**component, "config": {**component["config"], **changes}})
        try:
            yield
        finally:
            if "bindCredential" in changes:
                # Keycloak shows a mask, and keeps its value if the mask comes back.
                component["config"]["bindCredential"] = [site.lab.ldap.bind_password]
            realm.send("put", f"components/{component['id']}", component)

    return changed


def no_component(name: str) -> Change:
    """An LDAP provider or mapper is not there."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        with realm.removed("components", realm.named("components", name)):
            yield

    return changed


no_ldap_mapper = no_component("memberOf to group")


def connector_with(**changes: Any) -> Change:
    """The connector has other values: fields of its own, and others of its part for OpenID Connect.

    A value may be a function from the present value to the new one.
    """

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        before = connector_of(site)
        after = {**before, "configoidc": {**before["configoidc"]}}
        for key, value in changes.items():
            part = after if key in CONNECTOR_FIELDS else after["configoidc"]
            part[key] = value(part[key]) if callable(value) else value
        with replaced_in_cells(site, "oauth2connectors/keycloak", before, after):
            yield

    return changed


@contextmanager
def no_connector(site: Site) -> Iterator[None]:
    """The connector is not there."""
    connector = connector_of(site)
    cells_call(site, "DELETE", "oauth2connectors/keycloak")
    try:
        yield
    finally:
        cells_call(site, "PUT", "oauth2connectors/keycloak", connector)


def rule(**changes: str) -> Change:
    """The one mapping rule is another."""
    return connector_with(mappingRules=[{**TO_ROLES, **changes}])


def static_client(client_id: str = "cells-frontend", **fields: Any) -> Change:
    """A static client of Cells has other fields."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        clients = cells_call(site, "GET", "oauth2clients")["staticClients"]
        (before,) = (client for client in clients if client["client_id"] == client_id)
        with replaced_in_cells(site, f"oauth2clients/{client_id}", before, {**before, **fields}):
            yield

    return changed


def audience(value: Any) -> Change:
    """The running Cells, and its file, have another audience."""
    return static_client(audience=value)


@contextmanager
def cells_stopped(site: Site) -> Iterator[None]:
    """Cells does not run."""
    site.cells.stop()
    try:
        yield
    finally:
        site.cells.start(quiet=True)


@contextmanager
def file_of_another_audience(site: Site) -> Iterator[None]:
    """Somebody has edited the file, and Cells has not read it."""
    before = site.cells.config_path.read_bytes()
    document = json.loads(before)
    for client in document["services"]["pydio.web.oauth"]["staticClients"]:
        client["audience"] = ["https://cells.example.org", None]
    site.cells.config_path.write_text(json.dumps(document), encoding="utf-8")
    try:
        yield
    finally:
        site.cells.config_path.write_bytes(before)


@contextmanager
def clock_of_cells_off_by(site: Site, seconds: int) -> Iterator[None]:
    """The clock of Cells is ahead of Keycloak's; negative: behind."""
    before = dict(site.cells.env)
    site.cells.env.update(CLOCK_OFFSET=str(seconds), PYTHONPATH=str(OTHER_CLOCK))
    site.cells.restart()
    try:
        yield
    finally:
        site.cells.env.clear()
        site.cells.env.update(before)
        site.cells.restart()


def clock_of_cells_ahead(site: Site) -> AbstractContextManager[object]:
    """The clock of Cells is further ahead of Keycloak's than the lifetime of an ID token."""
    return clock_of_cells_off_by(site, 1000)


def user(username: str, **fields: Any) -> Change:
    """There is a user of Keycloak's own."""

    @contextmanager
    def changed(site: Site) -> Iterator[None]:
        realm = Realm(site)
        realm.send("post", "users", {"username": username, "enabled": True, **fields})
        try:
            yield
        finally:
            found = realm.get("users", username=username, exact="true")[0]
            realm.send("delete", f"users/{found['id']}")

    return changed


@contextmanager
def nothing(_site: Site) -> Iterator[None]:
    """The broken value is in the options."""
    yield
