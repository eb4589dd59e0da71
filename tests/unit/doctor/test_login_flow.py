# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a browser flow that need more than name and password; the flows are as Keycloak 26.7.3 lists them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.login_flow import more_than_a_password

FORM, OTP = "auth-username-password-form", "auth-otp-form"


def step(level: int, provider: str, requirement: str) -> dict[str, Any]:
    return {"level": level, "providerId": provider, "requirement": requirement, "displayName": provider}


def flow(level: int, name: str, requirement: str) -> dict[str, Any]:
    return {"level": level, "authenticationFlow": True, "requirement": requirement, "displayName": name}


def browser(forms: str = "ALTERNATIVE", second: str = "CONDITIONAL", otp: str = "ALTERNATIVE") -> list[dict[str, Any]]:
    """Return Keycloak's own browser flow."""
    return [
        step(0, "auth-cookie", "ALTERNATIVE"),
        step(0, "auth-spnego", "DISABLED"),
        step(0, "identity-provider-redirector", "ALTERNATIVE"),
        flow(0, "Organization", "ALTERNATIVE"),
        flow(1, "Browser - Conditional Organization", "CONDITIONAL"),
        step(2, "conditional-user-configured", "REQUIRED"),
        step(2, "organization", "ALTERNATIVE"),
        flow(0, "forms", forms),
        step(1, FORM, "REQUIRED"),
        flow(1, "Browser - Conditional 2FA", second),
        step(2, "conditional-user-configured", "REQUIRED"),
        step(2, OTP, otp),
        step(2, "webauthn-authenticator", "DISABLED"),
    ]


@pytest.mark.parametrize(
    ("executions", "credentials", "asked"),
    [
        pytest.param(browser(), [], [], id="as Keycloak makes it"),
        pytest.param(browser(), ["password", "otp"], [OTP], id="and the user has a one-time password"),
        pytest.param(browser(), ["webauthn"], [], id="and the user has what the flow does not ask for"),
        pytest.param(browser(second="REQUIRED"), [], [OTP], id="a second factor for everybody"),
        pytest.param(browser(second="DISABLED"), ["otp"], [], id="a second factor for nobody"),
        pytest.param(browser(otp="REQUIRED"), [], [], id="required only if configured"),
        pytest.param(browser(forms="REQUIRED"), [], [], id="forms required"),
        pytest.param([step(0, FORM, "REQUIRED"), step(0, OTP, "REQUIRED")], ["otp"], [OTP], id="both"),
        pytest.param([step(0, FORM, "REQUIRED"), step(0, "deny-access-authenticator", "REQUIRED")], [],
                     ["deny-access-authenticator"], id="denied"),
        pytest.param([step(0, "auth-username-form", "REQUIRED"), step(0, "auth-password-form", "REQUIRED")], [], [],
                     id="name first"),
        pytest.param([step(0, "auth-cookie", "REQUIRED")], [], ["auth-cookie"], id="the cookie required"),
        pytest.param([step(0, "auth-spnego", "ALTERNATIVE"), step(0, FORM, "ALTERNATIVE")], [], [],
                     id="Kerberos or not"),
        pytest.param([flow(0, "empty", "REQUIRED")], [], ["empty"], id="an empty subflow"),
    ],
)  # fmt: skip
def test_steps_that_need_more_than_name_and_password(
    executions: list[dict[str, Any]], credentials: list[str], asked: list[str]
) -> None:
    assert more_than_a_password(executions, credentials) == asked
