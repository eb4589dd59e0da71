# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated options, files, claims and answers of servers: a result or one clear line, and no call to a strange host.

In short the same inputs each time; in full others each time, and what fails is printed as an example.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.filters import Filter, FilterError
from support.module import MODULES, Outcome, run_module

KEYCLOAK, CELLS = "https://sso.example.org", "https://cells.example.org"
SECRET = "secret-of-generated-input-0123456789"

SHARED = {
    "keycloak": {"auth_keycloak_url": KEYCLOAK, "auth_username": "admin", "auth_password": SECRET, "realm": "cells"},
    "cells": {"cells_url": CELLS, "cells_token": SECRET},
}
OWN = {
    "clock_skew_info": {"url": CELLS},
    "cells_session_check": {"cells_url": CELLS, "keycloak_url": KEYCLOAK, "username": "dora", "password": SECRET},
    "cells_role": {**SHARED["cells"], "role_id": "staff"},
    "doctor_info": {**SHARED["keycloak"], **SHARED["cells"], "client_id": "cells", "username": "dora"},
    "keycloak_token": {**SHARED["keycloak"]},
    "sso_export_info": {**SHARED["keycloak"], **SHARED["cells"]},
    "sso_preflight_info": {**SHARED["keycloak"], **SHARED["cells"], "client_id": "cells"},
    "sso_verification_info": {**SHARED["keycloak"], **SHARED["cells"], "client_id": "cells", "connector_name": "SSO"},
}
SERVERS = ("auth_keycloak_url", "cells_url", "keycloak_url", "url", "issuer")
"""Options that name a host to be asked."""
FILES = ("cells_config_audience", "cells_config_info", "cells_host_info")
ELSEWHERE = {"keycloak_reachable_info"}
"""Modules that do not use the scripted library; their own tests use real servers."""
MODULE_FILES = (Path(__file__).parents[2] / "plugins/modules").glob("[!_]*.py")
NAMES = sorted(path.stem for path in MODULE_FILES if path.stem not in ELSEWHERE)

# Text of all kinds; a lone surrogate can come by JSON.
NASTY = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="\x00\x07\x1b\r\n\t\u2028\u202e\ud800\udfff äß€", min_size=1, max_size=4),
    st.sampled_from(
        [
            "",
            "*",
            "**********",
            "a" * 5000,
            "cn=a\\,b,ou=c",
            "cn=a+uid=b",
            "preg:(a+)+$",
            "preg:^(?!x)",
            "preg:[",
            "preg:(?<a>b)\\1",
            "https://[::1",
            "https://user:pw@host/",
            "http://127.0.0.1:99999",
            "//evil.example.org",
            "https://evil.example.org",
            "../../etc/passwd",
            "%2e%2e%2f",
            "{{ 7 * 7 }}",
            "-1",
            "null",
        ]
    ),
)
PLAIN = st.sampled_from(["cells", "keycloak", "cellsscope", "cellsgroups", "https://cells.example.org/x", "memberOf"])
TEXT = st.one_of(PLAIN, NASTY)

# ansible-core itself ends with a traceback if an option contains half a character, before any module's own code.
OPTION = TEXT.filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text))
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), TEXT)
KEYS = """
id name clientId secret value attributes config protocolMappers protocolMapper providerId parentId connectors type
configoidc clientSecret issuer mappingRules LeftAttribute RightAttribute RuleString staticClients client_id audience
access_token expires_in redirectUris webOrigins defaultClientScopes optionalClientScopes publicClient enabled backend
PackageType Connectors Id Name error error_description username email systemInfo version
"""
WORDS = st.sampled_from(KEYS.split())
JSON = st.recursive(
    SCALAR,
    lambda deeper: st.one_of(
        st.lists(deeper, max_size=3), st.dictionaries(st.one_of(WORDS, NASTY), deeper, max_size=5)
    ),
    max_leaves=12,
)
# Answers of a server, with something strange in one place.
OBJECT = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXT,
        "name": TEXT,
        "clientId": PLAIN,
        "providerId": st.sampled_from(["ldap", "user-attribute-ldap-mapper", "x"]),
        "parentId": TEXT,
        "config": JSON,
        "attributes": JSON,
        "protocolMappers": JSON,
        "redirectUris": JSON,
        "defaultClientScopes": JSON,
        "username": PLAIN,
        "configoidc": JSON,
        "mappingRules": JSON,
        "audience": JSON,
        "client_id": st.sampled_from(["cells-frontend", "x"]),
    },
)
BODY = st.one_of(
    st.lists(OBJECT, max_size=3),
    st.fixed_dictionaries({"connectors": st.lists(OBJECT, max_size=2)}),
    st.fixed_dictionaries({"staticClients": st.lists(OBJECT, max_size=2)}),
    OBJECT,
    JSON,
)
ANSWER = st.tuples(
    st.sampled_from([200] * 8 + [201, 204, 302, 400, 401, 403, 404, 409, 500]),
    st.one_of(
        BODY.map(lambda body: json.dumps(body).encode()),
        BODY.map(lambda body: json.dumps(body).encode()[:-1]),
        st.binary(max_size=20),
        st.just(
            b"<html><title>x</title><form action='https://evil.example.org'><input name=username><input name=password>"
        ),
    ),
    st.sampled_from(["", "/x/1", "https://evil.example.org/", "http://[", "\xff"]),
    st.sampled_from(["", "Tue, 24 Nov 2026 13:00:00 GMT", "yesterday", "Tue, 99 Nov 99999 99:00:00 GMT"]),
)


def value_of(option: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values for an option of a module's documentation."""
    if "choices" in option:
        return st.sampled_from(option["choices"])
    kind = option.get("type", "str")
    if kind == "list":
        return st.lists(value_of({**option, "type": option.get("elements", "str")}), max_size=3)
    if kind == "dict" and "suboptions" in option:
        return options_of(option["suboptions"])
    if kind == "dict":
        return st.dictionaries(OPTION, OPTION, max_size=3)
    return {
        "bool": st.booleans(),
        "int": st.integers(-5, 2**40),
        "float": st.floats(),
        "path": st.just("/nonexistent/pydio.json"),
    }.get(kind, OPTION)


def options_of(documented: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return options by their documentation, those that are required always."""
    values = {name: value_of(option) for name, option in documented.items()}
    required = {name: value for name, value in values.items() if documented[name].get("required")}
    return st.fixed_dictionaries(required, optional={k: v for k, v in values.items() if k not in required})


def arguments_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return arguments of a module: servers and credentials as they should be, its own options generated."""
    documentation = yaml.safe_load(importlib.import_module(f"{MODULES}.{name}").DOCUMENTATION)
    base = OWN.get(name) or next((value for start, value in SHARED.items() if name.startswith(start)), {})
    if name in FILES:
        base = SHARED["cells"] if name == "cells_config_audience" else {}
    # This test is not about waiting.
    kept = {"wait", "session", "url", "cells_url", "keycloak_url", "config_path", "cells_bin", "realm"}
    own = {option: text for option, text in documentation["options"].items() if option not in kept}
    return options_of(own).map(lambda generated: {**base, **generated})


def outcome_is_clear(outcome: Outcome) -> None:
    """Assert that a module ended with a result, or with one line, and that no secret is in it."""
    assert "Traceback" not in outcome.printed
    assert SECRET not in outcome.printed
    if outcome.failed:
        assert outcome.msg
        assert "exception" not in outcome.values
        # Ansible's own refusals of an option show its value as it is.
        own = outcome.msg.startswith(
            ("Unsupported parameters", "argument ", "Elements value", "missing required", "value of")
        )
        assert own or "\n" not in outcome.msg, outcome.msg
        assert own or outcome.msg.isprintable(), outcome.msg


def host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def inputs(count: int) -> Callable[[Any], Any]:
    """Return the settings of a test over so many inputs."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=count < 500,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_takes_any_options_and_any_answers(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_waiting: None,
    scale: Callable[[int, int], int],
    tally: Callable[[str, int], None],
) -> None:
    count = scale(30, 650)
    tried: list[int] = []
    file = tmp_path / "pydio.json"

    @inputs(count)
    @given(arguments_of(name), st.lists(ANSWER, min_size=1, max_size=4), st.booleans(), BODY, st.booleans())
    def try_it(arguments: dict[str, Any], answers: list[Any], check: bool, content: Any, may_log_in: bool) -> None:
        tried.append(1)
        named = {host_of(arguments[option]) for option in SERVERS if arguments.get(option)}
        given_answers = list(answers)

        def send(_adapter: Any, request: requests.PreparedRequest, **_settings: Any) -> requests.Response:
            assert urlsplit(str(request.url)).netloc in named, f"a call to {request.url}, which nobody named"
            response = requests.Response()
            response.request, response.url = request, str(request.url)
            status, body, location, date = given_answers[0] if len(given_answers) == 1 else given_answers.pop(0)
            if may_log_in and str(request.url).endswith("/token"):
                status, body = 200, b'{"access_token": "eyJhbGciOiJub25lIn0.e30.c2ln", "expires_in": 60}'
            response.status_code = status
            response._content = body
            response.headers.update({"Location": location} if location else {})
            response.headers.update({"Date": date} if date else {})
            return response

        if name in FILES:
            file.write_text(json.dumps({"version": "4", "services": {"pydio.web.oauth": content}}), encoding="utf-8")
            arguments = {**arguments, "config_path": str(file)}
            before = file.read_bytes()
        with monkeypatch.context() as patched:
            patched.setattr(requests.adapters.HTTPAdapter, "send", send)
            outcome = run_module(name, json.loads(json.dumps(arguments)), check)
        outcome_is_clear(outcome)
        if name in FILES and (check or outcome.failed):
            assert file.read_bytes() == before

    try_it()
    assert len(tried) >= count // 2
    tally("inputs tried", len(tried))


CLAIMS = st.dictionaries(st.one_of(st.just("groups"), TEXT), JSON, max_size=3)
RULE = st.fixed_dictionaries(
    {"left_attribute": st.one_of(st.just("groups"), TEXT), "right_attribute": st.one_of(st.just("Roles"), TEXT)},
    optional={"rule_string": TEXT, "left_split": TEXT, "right_value_template": TEXT, "RuleString": JSON, "other": JSON},
)
ARGUMENTS = {
    "cells_roles": st.tuples(st.one_of(CLAIMS, JSON), st.one_of(st.lists(RULE, max_size=3), JSON)),
    "cells_callback_url": st.tuples(st.one_of(TEXT, JSON), st.one_of(TEXT, JSON)),
    "id_tokens": st.tuples(st.one_of(TEXT, JSON, st.text(alphabet="eyJ.-_ 0aA", max_size=80))),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_filter_takes_anything(
    name: str,
    call_filter: Filter,
    scale: Callable[[int, int], int],
    tally: Callable[[str, int], None],
) -> None:
    count = scale(100, 1000)
    tried: list[int] = []
    lines: list[str] = []

    @inputs(count)
    @given(ARGUMENTS[name])
    def try_it(arguments: tuple[Any, ...]) -> None:
        tried.append(1)
        try:
            call_filter(name, *json.loads(json.dumps(arguments)))
        except FilterError as refusal:
            lines.append(str(refusal))

    try_it()
    assert all(line and "\n" not in line for line in lines), lines
    tally("inputs tried", len(tried))


def test_a_regular_expression_that_explodes_elsewhere_is_quick(call_filter: Filter) -> None:
    """RE2 takes linear time; the same in Python's re would take longer than the universe has been there."""
    rule = {"left_attribute": "groups", "right_attribute": "Roles", "rule_string": "preg:^(a+)+$"}
    assert call_filter("cells_roles", {"groups": ["a" * 5000 + "b", "aaa"]}, [rule]) == ["aaa"]
