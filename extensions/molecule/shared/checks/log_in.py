# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log a person in to Cells by Keycloak and refresh the session; the settings come as JSON on stdin.

Prints JSON: login, roles, and the HTTP status of each refresh: one right after the login, and with the setting ``wait``
one more once Cells no longer takes the access token.
"""

import json
import sys
import time

from lab.login import Browser, LoginError

LIMIT = 300
"""Seconds after which the access token's life must be over: far more than it is set to."""


def refresh(browser: Browser) -> int:
    """Return the status of a refresh of the session."""
    try:
        browser.refresh()
    except LoginError as error:
        return error.status
    return 200


def wait_until_over(browser: Browser) -> None:
    """Return once Cells refuses the access token, as it does when its life is over."""
    for _second in range(LIMIT):
        try:
            browser.who()
        except LoginError as error:
            if error.status == 401:
                return
            raise
        time.sleep(1)
    sys.exit(f"Cells still takes the access token after {LIMIT} s")


def main() -> None:
    """Do what the settings say."""
    settings = json.load(sys.stdin)
    browser = Browser(settings["cells_url"])
    browser.http.verify = settings["ca_path"]
    try:
        who = browser.log_in(settings["connector_id"], settings["username"], settings["password"])
        statuses = [refresh(browser)]
        if settings["wait"]:
            wait_until_over(browser)
            statuses.append(refresh(browser))
            if browser.who() != who:
                sys.exit(f"After the refresh {browser.who()} is logged in and no longer {who}")
    except LoginError as error:
        sys.exit(str(error))
    print(json.dumps({"login": who.login, "roles": who.roles, "refresh": statuses}))


main()
