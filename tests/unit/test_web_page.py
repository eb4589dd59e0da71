# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages of a page, in the markup of Keycloak's themes and of the stand-in."""

from __future__ import annotations

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.web_page import Page


@pytest.mark.parametrize(
    "html",
    [
        '<span id="input-error" class="pf-c-form__helper-text" aria-live="polite">\n  Wrong <i>word</i>\n</span>',
        '<span id="input-error-username" class="pf-v5-c-helper-text__item-text">Wrong word</span>',
        '<div class="alert-error pf-c-alert pf-m-danger"><span class="kc-feedback-text">Wrong word</span></div>',
        '<div id="kc-error-message"><p class="instruction">Wrong<br> word</p></div>',
        '<p class="error" role="alert">Wrong word</p>',
        '<div role="alert"><div><img src="x"><p>Wrong word</div></div>',
    ],
)
def test_messages(html: str) -> None:
    assert Page(f"<html><title>A  title</title><body>{html}<p>else</p></body></html>").messages == ["Wrong word"]


def test_title_links_and_forms() -> None:
    page = Page(
        '<title>A &amp; B</title><a href="/x?a=1&amp;b=2">one <b>link</b></a><form action="/s"><input name="q"></form>'
        '<form id="f" action="/t" method="POST"><input name="username"><input name="h" type="hidden" value="v"></form>'
    )
    assert page.title == "A & B"
    assert page.links == {"/x?a=1&b=2": "one link"}
    form = page.form_with("username")
    assert form is not None
    assert (form.action, form.fields) == ("/t", {"h": "v"})
    assert page.form_with("username", "password") is None
