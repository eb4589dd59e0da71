# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input gets one clear line and no traceback, and nothing is written: by the modules and by the role."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from lab import process
from lab.cells_server import Cells
from lab.realm import LDAP_PROVIDER, create_service_account, new_name
from lab.secret import new_password
from lab.site import Site
from support.module import assert_one_clear_line, call_module
from support.playbook import Run, run_playbook
from support.role import PLAYBOOK, run_role

TIMEOUT = 10
NOBODY = 65534
WRONG = "wrong-password-of-a-test-0123456789"
MAPPER = {"name": "m", "user_model_attribute": "cellsgroups", "ldap_attribute": "memberOf"}
AUDIENCE = ["https://a.example.org"]


def everything(site: Site) -> dict[str, Any]:
    """Return the state of the servers, which a failed task must not change."""
    headers = {"Authorization": f"Bearer {site.cells.token}"}
    connectors = requests.get(f"{site.cells.url}/a/config/oauth2connectors", headers=headers, timeout=TIMEOUT).json()
    admin = site.admin
    found = {"clients": admin.get_clients(), "scopes": admin.get_client_scopes(), "components": admin.get_components()}
    return {
        "connectors": connectors,
        "config": site.cells.config_path.read_bytes(),
        **{kind: sorted(json.dumps(item, sort_keys=True) for item in items) for kind, items in found.items()},
    }


@pytest.fixture
def untouched(shared_site: Site) -> Iterator[Site]:
    """The site, which the test must not change."""
    before = everything(shared_site)
    yield shared_site
    assert everything(shared_site) == before


def refused(run: Run, *words: str) -> None:
    """Assert that the role failed at one task with one clear line, which the output shows.

    If that task hides its result, the next one says why, and failed too.
    """
    assert run.exit_code != 0, run.output
    assert "Traceback" not in run.output
    (failed,) = [task for task in run.tasks if task.status == "failed" and "censored" not in task.result]
    assert_one_clear_line({"failed": True, **failed.result}, *words)
    assert failed.result["msg"] in run.output


def connector(site: Site, **options: Any) -> dict[str, Any]:
    """Return the options of a new connector."""
    needed = {"name": "n", "client_id": "c", "client_secret": "a-secret-of-a-test-0123456789", "issuer": site.issuer}
    return {**site.cells_options, "connector_id": "bad", **needed, **options}


# Keycloak


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("keycloak_token", {}),
        ("keycloak_oidc_client", {"client_id": "c"}),
        ("keycloak_oidc_client_info", {}),
        ("keycloak_client_scope", {"name": "s"}),
        ("keycloak_ldap_mapper", {"ldap_provider": LDAP_PROVIDER, **MAPPER}),
        ("keycloak_ldap_sync", {"ldap_provider": LDAP_PROVIDER}),
        ("keycloak_user_profile_attribute", {"name": "a"}),
        ("keycloak_token_preview", {"client_id": "c", "username": "dora"}),
    ],
)
def test_an_unknown_realm(module: str, options: dict[str, Any], untouched: Site) -> None:
    result = call_module(module, {**untouched.keycloak_options, "realm": "no such realm/ü", **options})
    assert_one_clear_line(result, "HTTP 404", "no such realm/ü")


def test_an_unknown_realm_in_the_role(untouched: Site) -> None:
    refused(run_role(untouched, sso_realm="no-such-realm"), "HTTP 404", "no-such-realm")


def logins(site: Site, mark: int) -> list[str]:
    """Return the paths of the token requests since a mark."""
    return [r.path for r in site.lab.keycloak.requests_since(mark) if r.path.endswith("/openid-connect/token")]


def test_a_wrong_password_is_tried_once(untouched: Site) -> None:
    mark = untouched.lab.keycloak.mark()
    options = {**untouched.keycloak_options, "auth_password": WRONG, "client_id": "c"}
    result = call_module("keycloak_oidc_client", options)
    assert_one_clear_line(result, "invalid_grant: Invalid user credentials", "password", "was not repeated")
    assert WRONG not in json.dumps(result)
    assert logins(untouched, mark) == ["/realms/master/protocol/openid-connect/token"]


def test_a_wrong_password_is_tried_once_by_the_role(untouched: Site) -> None:
    mark = untouched.lab.keycloak.mark()
    run = run_role(untouched, sso_keycloak_password=WRONG)
    assert logins(untouched, mark) == ["/realms/master/protocol/openid-connect/token"]
    assert WRONG not in run.output
    refused(run, "invalid_grant: Invalid user credentials", "password", "was not repeated")


def test_a_wrong_password_counts_as_one_failure_for_the_account(shared_site: Site) -> None:
    admin, realm = shared_site.admin, shared_site.realm
    admin.update_realm(realm, {"eventsEnabled": True})
    options = {**shared_site.keycloak_options, "auth_realm": realm, "auth_username": "dora", "auth_password": WRONG}
    assert_one_clear_line(call_module("keycloak_oidc_client_info", options), "invalid_grant")
    events = admin.get_events({"type": "LOGIN_ERROR"})
    assert [event["details"]["username"] for event in events] == ["dora"]
    admin.update_realm(realm, {"eventsEnabled": False})


@pytest.mark.parametrize(
    ("user", "realm", "words"),
    [
        ({"requiredActions": ["UPDATE_PASSWORD"]}, {}, ["Account is not fully set up", "required action"]),
        ({"totp": True}, {}, ["second factor", "service account"]),
        ({}, {"sslRequired": "all"}, ["HTTPS required", "auth_keycloak_url with https"]),
    ],
    ids=["required action", "second factor", "https"],
)
def test_an_account_that_cannot_log_in_in_this_way(
    user: dict[str, Any], realm: dict[str, Any], words: list[str], shared_site: Site
) -> None:
    password, name = new_password("administrator"), new_name("admin")
    credentials = [{"type": "password", "value": password}]
    if user.pop("totp", False):
        data = {"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1", "counter": 0}
        secret = json.dumps({"value": "standin-totp-secret-0123456789"})
        credentials.append({"type": "otp", "credentialData": json.dumps(data), "secretData": secret})
    account = {"username": name, "enabled": True, "email": f"{name}@example.org", "firstName": "A", "lastName": "B"}
    shared_site.admin.create_user({**account, "credentials": credentials, **user})
    shared_site.admin.update_realm(shared_site.realm, realm)
    options = {"auth_realm": shared_site.realm, "auth_username": name, "auth_password": password}
    try:
        result = call_module("keycloak_oidc_client_info", {**shared_site.keycloak_options, **options})
    finally:
        shared_site.admin.update_realm(shared_site.realm, {"sslRequired": "external"})
    assert_one_clear_line(result, *words)


def test_a_login_realm_that_is_not_there(untouched: Site) -> None:
    result = call_module("keycloak_oidc_client_info", {**untouched.keycloak_options, "auth_realm": "no-login-realm"})
    assert_one_clear_line(result, "HTTP 404", "no-login-realm")


@pytest.mark.parametrize("given", [{}, {"auth_username": "lab-admin"}, {"auth_password": WRONG}])
def test_no_credential_or_half_of_one(given: dict[str, Any], untouched: Site) -> None:
    options = {"auth_keycloak_url": untouched.lab.keycloak.url, "realm": untouched.realm, **given}
    mark = untouched.lab.keycloak.mark()
    assert_one_clear_line(call_module("keycloak_oidc_client_info", options), "auth_password")
    assert untouched.lab.keycloak.requests_since(mark) == []


@pytest.mark.parametrize("token", ["garbage", "gar.ba.ge", "garbage with spaces and ü"])
def test_a_garbage_token(token: str, untouched: Site) -> None:
    options = {"auth_keycloak_url": untouched.lab.keycloak.url, "realm": untouched.realm, "token": token}
    result = call_module("keycloak_oidc_client", {**options, "client_id": "c"})
    assert_one_clear_line(result, "token")
    assert token not in json.dumps(result)


def test_an_expired_token(shared_site: Site) -> None:
    account = create_service_account(shared_site.admin, ["manage-clients"])
    shared_site.admin.update_realm(shared_site.realm, {"accessTokenLifespan": 1})
    shared = {"auth_keycloak_url": shared_site.lab.keycloak.url, "auth_realm": shared_site.realm}
    credentials = {"auth_client_id": account.client_id, "auth_client_secret": account.client_secret}
    token = call_module("keycloak_token", {**shared, **credentials})["token"]
    time.sleep(2.2)

    options = {**shared, "realm": shared_site.realm, "token": token}
    result = call_module("keycloak_oidc_client", {**options, "client_id": "c"})

    assert_one_clear_line(result, "HTTP 401", "expired", "credentials")
    assert token not in json.dumps(result)
    shared_site.admin.update_realm(shared_site.realm, {"accessTokenLifespan": 300})
    assert [client for client in shared_site.admin.get_clients() if client["clientId"] == "c"] == []


def test_a_missing_ldap_provider(untouched: Site) -> None:
    options = {**untouched.keycloak_options, "ldap_provider": "directory", **MAPPER}
    for check in (True, False):
        result = call_module("keycloak_ldap_mapper", options, check=check)
        assert_one_clear_line(result, "'directory'", f"LDAP providers there: {LDAP_PROVIDER}")


def test_a_missing_ldap_provider_in_the_role(untouched: Site) -> None:
    run = run_role(untouched, "--tags", "ldap", sso_ldap_provider="directory")
    refused(run, "'directory'", f"LDAP providers there: {LDAP_PROVIDER}")


@pytest.mark.parametrize("option", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("uri", ["cells.example.org/cb", "cells.example.org:8443/cb", "//cells.example.org", ""])
def test_a_redirect_uri_without_scheme(option: str, uri: str, untouched: Site) -> None:
    result = call_module("keycloak_oidc_client", {**untouched.keycloak_options, "client_id": "c", option: [uri]})
    assert_one_clear_line(result, option, repr(uri), "scheme")


def test_a_cells_url_without_scheme_in_the_role(untouched: Site) -> None:
    refused(run_role(untouched, sso_cells_url="cells.example.org"), "cells.example.org")


def test_an_unknown_client_scope(untouched: Site) -> None:
    options = {**untouched.keycloak_options, "client_id": "c"}
    for option in ("default_client_scopes", "optional_client_scopes"):
        result = call_module("keycloak_oidc_client", {**options, option: ["email", "no-scope"]})
        assert_one_clear_line(result, "no-scope", "profile")


def test_an_unknown_user_and_client_of_a_preview(untouched: Site) -> None:
    options = {**untouched.keycloak_options, "client_id": "account", "username": "dora"}
    assert_one_clear_line(call_module("keycloak_token_preview", {**options, "username": "dor"}), "dor")
    assert_one_clear_line(call_module("keycloak_token_preview", {**options, "client_id": "acc"}), "acc")


def test_keycloak_cannot_be_reached(untouched: Site) -> None:
    url = f"http://localhost:{process.free_port()}"
    options = {**untouched.keycloak_options, "auth_keycloak_url": url, "client_id": "c"}
    assert_one_clear_line(call_module("keycloak_oidc_client", options), url, "refused")


def test_something_else_answers_instead_of_keycloak(untouched: Site) -> None:
    options = {**untouched.keycloak_options, "auth_keycloak_url": untouched.cells.url}
    result = call_module("keycloak_oidc_client_info", options)
    assert_one_clear_line(result, untouched.cells.url)
    assert untouched.lab.keycloak.admin_password not in json.dumps(result)


# Cells


def test_an_issuer_that_differs_from_the_discovery_document(untouched: Site) -> None:
    for wrong in (untouched.issuer + "/", untouched.issuer.replace("localhost", "127.0.0.1")):
        for check in (True, False):
            result = call_module("cells_connector", connector(untouched, issuer=wrong), check=check)
            assert_one_clear_line(result, wrong, f"names {untouched.issuer}.")
    nowhere = untouched.issuer + "-2"
    assert_one_clear_line(call_module("cells_connector", connector(untouched, issuer=nowhere)), nowhere)


def test_an_issuer_that_differs_in_the_role(shared_site: Site) -> None:
    before = everything(shared_site)["connectors"]
    wrong = shared_site.issuer + "/"
    run = run_role(shared_site, "--tags", "client,connector", sso_issuer=wrong)
    refused(run, wrong, f"names {shared_site.issuer}.")
    assert everything(shared_site)["connectors"] == before


@pytest.fixture(scope="module")
def home(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """A Cells Home, which has no connectors."""
    with Cells(tmp_path_factory.mktemp("home") / "cells", edition="home") as cells:
        yield cells


def test_a_home_server(home: Cells, shared_site: Site) -> None:
    before = home.config_path.read_bytes()
    options = {"cells_url": home.url, "cells_token": home.token}
    for module, own in (
        ("cells_connector_info", {}),
        ("cells_connector", connector(shared_site)),
        ("cells_connector", {"connector_id": "bad", "state": "absent"}),
        ("cells_config_audience", {"method": "api", "audience": AUDIENCE}),
    ):
        assert_one_clear_line(call_module(module, {**own, **options}), "Home", "Enterprise")
    run = run_role(shared_site, "--tags", "client,connector", sso_cells_url=home.url, sso_cells_token=home.token)
    refused(run, "Home", "Enterprise")
    assert home.config_path.read_bytes() == before


def test_a_cells_token_that_is_missing_garbage_or_expired(untouched: Site) -> None:
    expired = untouched.cells.new_token(life="1s")
    time.sleep(1.5)
    options = connector(untouched)
    for token in (expired, "garbage"):
        result = call_module("cells_connector", {**options, "cells_token": token})
        assert_one_clear_line(result, "HTTP 401", "cells admin user token")
        assert token not in json.dumps(result)
    del options["cells_token"]
    for without in (options, {**options, "cells_token": ""}, {**options, "cells_token": "two words"}):
        assert_one_clear_line(call_module("cells_connector", without), "cells_token", "cells admin user token")


def test_an_expired_cells_token_in_the_role(shared_site: Site) -> None:
    before = everything(shared_site)["connectors"]
    expired = shared_site.cells.new_token(life="1s")
    time.sleep(1.5)
    run = run_role(shared_site, "--tags", "client,connector", sso_cells_token=expired)
    refused(run, "HTTP 401", "cells admin user token")
    assert expired not in run.output
    assert everything(shared_site)["connectors"] == before


def test_cells_cannot_be_reached(untouched: Site) -> None:
    url = f"http://localhost:{process.free_port()}"
    assert_one_clear_line(call_module("cells_connector", connector(untouched, cells_url=url)), url, "refused")


def test_a_new_connector_without_required_options(untouched: Site) -> None:
    options = {**untouched.cells_options, "connector_id": "bad", "name": "n"}
    assert_one_clear_line(call_module("cells_connector", options), "issuer, client_id, client_secret")


def test_a_regular_expression_that_cells_would_not_take(untouched: Site) -> None:
    rules = [{"left_attribute": "a", "right_attribute": "Roles", "rule_string": "preg:(?=a)"}]
    assert_one_clear_line(call_module("cells_connector", connector(untouched, mapping_rules=rules)), "preg:(?=a)")


# The configuration file


class Config:
    """A working directory of Cells on its own, with a pydio.json to spoil."""

    def __init__(self, folder: Path, content: bytes) -> None:
        self.folder = folder
        self.path = folder / "pydio.json"
        self.path.write_bytes(content)

    def options(self, **options: Any) -> dict[str, Any]:
        return {"audience": AUDIENCE, "config_path": str(self.path), **options}

    def files(self) -> dict[str, bytes]:
        return {entry.name: entry.read_bytes() for entry in self.folder.iterdir() if os.access(entry, os.R_OK)}


@pytest.fixture
def config(shared_site: Site, tmp_path: Path) -> Config:
    """A copy of the site's configuration. The test must not change it or leave files."""
    folder = tmp_path / "working-dir"
    folder.mkdir()
    return Config(folder, shared_site.cells.config_path.read_bytes())


def audience(config: Config, shared_site: Site, **options: Any) -> dict[str, Any]:
    """Call the module, in check mode too, which must fail alike and write nothing."""
    before = config.files()
    environment = options.pop("environment", {})
    predicted = call_module("cells_config_audience", config.options(**options), check=True, **environment)
    result = call_module("cells_config_audience", config.options(**options), **environment)
    assert predicted.get("msg") == result.get("msg")
    assert config.files() == before
    return result


def command(method: str, site: Site) -> dict[str, Any]:
    return {"method": method, "cells_bin": str(site.cells.cells_bin)}


METHODS = pytest.mark.parametrize("method", ["file", "cli"])


@METHODS
def test_half_a_file(method: str, config: Config, shared_site: Site) -> None:
    content = config.path.read_bytes()
    for part, words in ((content[: len(content) // 2], "not complete JSON"), (b"", "empty"), (b"\xff\xfe{", "UTF-8")):
        config.path.write_bytes(part)
        assert_one_clear_line(audience(config, shared_site, **command(method, shared_site)), str(config.path), words)


def test_half_a_file_in_the_role(config: Config, shared_site: Site) -> None:
    config.path.write_bytes(config.path.read_bytes()[:-200])
    before = config.files()
    run = run_role(shared_site, "--tags", "audience", sso_cells_config_path=str(config.path))
    refused(run, str(config.path), "not complete JSON")
    assert config.files() == before
    assert requests.get(f"{shared_site.cells.url}/a/frontend/bootconf", timeout=TIMEOUT).status_code == 200


@METHODS
def test_a_file_that_cannot_be_read(method: str, config: Config, shared_site: Site) -> None:
    config.path.chmod(0)
    result = call_module("cells_config_audience", config.options(**command(method, shared_site)), user=NOBODY)
    assert_one_clear_line(result, str(config.path), "Permission denied")


@METHODS
def test_no_file_and_a_folder_in_its_place(method: str, config: Config, shared_site: Site) -> None:
    config.path.unlink()
    assert_one_clear_line(audience(config, shared_site, **command(method, shared_site)), f"no {config.path}")
    config.path.mkdir()
    options = config.options(**command(method, shared_site))
    assert_one_clear_line(call_module("cells_config_audience", options), str(config.path), "directory")
    assert list(config.path.iterdir()) == []


@METHODS
def test_another_files_content(method: str, config: Config, shared_site: Site) -> None:
    config.path.write_text('{"some": "json"}', encoding="utf-8")
    assert_one_clear_line(audience(config, shared_site, **command(method, shared_site)), "no version and services")


@METHODS
def test_a_static_client_that_is_not_there(method: str, config: Config, shared_site: Site) -> None:
    result = audience(config, shared_site, oauth_client_id="cells-front", **command(method, shared_site))
    assert_one_clear_line(result, "'cells-front'", "cells-frontend, cells-sync")


@METHODS
def test_static_clients_in_another_order(method: str, config: Config, shared_site: Site) -> None:
    document = json.loads(config.path.read_bytes())
    clients = document["services"]["pydio.web.oauth"]["staticClients"]
    assert clients[0]["client_id"] == "cells-frontend"
    clients.reverse()
    config.path.write_text(json.dumps(document), encoding="utf-8")

    environment = {name: shared_site.cells.environment[name] for name in ("PATH", "STANDIN_STORE")}
    result = call_module("cells_config_audience", config.options(**command(method, shared_site)), **environment)

    assert result.get("changed"), result
    after = json.loads(config.path.read_bytes())["services"]["pydio.web.oauth"]["staticClients"]
    assert after == [c | ({"audience": AUDIENCE} if c["client_id"] == "cells-frontend" else {}) for c in clients]


@METHODS
@pytest.mark.parametrize("variable", ["CELLS_CONFIG", "PYDIO_CONFIG"])
def test_an_etcd_configuration_by_the_environment(
    method: str, variable: str, config: Config, shared_site: Site
) -> None:
    url = "etcd://:etcd-password-of-a-test-0123@10.0.0.1:2379/x"
    result = audience(config, shared_site, environment={variable: url}, **command(method, shared_site))
    assert_one_clear_line(result, variable, "etcd://10.0.0.1", "does not use")
    assert "etcd-password-of-a-test-0123" not in json.dumps(result)


@METHODS
def test_an_etcd_configuration_of_a_running_server(method: str, config: Config, shared_site: Site) -> None:
    server = config.folder.parent / "cells"
    server.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    settings = {"CELLS_WORKING_DIR": str(config.folder), "CELLS_CONFIG": "etcd://10.0.0.1:2379"}
    with subprocess.Popen([sys.executable, str(server), "start"], env={**os.environ, **settings}) as running:
        try:
            result = audience(config, shared_site, **command(method, shared_site))
        finally:
            running.kill()
    assert_one_clear_line(result, f"process {running.pid}", "etcd://10.0.0.1")
    assert call_module("cells_config_audience", config.options())["changed"], "with the server gone it is that file"


def test_an_audience_that_would_break_cells(config: Config, shared_site: Site) -> None:
    for broken in ([""], ["https://a.example.org/ b"], [], None):
        assert_one_clear_line(audience(config, shared_site, audience=broken), "audience")


# The role's variables


@pytest.mark.parametrize("name", ["sso_keycloak_url", "sso_realm", "sso_cells_url", "sso_cells_token"])
def test_the_role_without_a_required_variable(name: str, untouched: Site) -> None:
    run = run_role_without(untouched, name)
    assert run.exit_code != 0
    assert f"missing required arguments: {name}" in run.failure
    assert "Traceback" not in run.output


def test_the_role_without_a_credential(untouched: Site) -> None:
    refused(run_role_without(untouched, "sso_keycloak_username", "sso_keycloak_password"), "sso_keycloak_password")


def run_role_without(site: Site, *names: str) -> Run:
    variables = {name: value for name, value in site.role_variables.items() if name not in names}
    return run_playbook(PLAYBOOK, variables, site.folder / "play")
