# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx settings of the documentation: the pages of docs/ and the reference made from the plugins' documentation."""

from __future__ import annotations

project = "cellsops.sso"
copyright = "2026, the cellsops.sso developers"  # noqa: A001 - Sphinx calls it so
html_title = "cellsops.sso"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
# Headings can be linked to as they can where the Markdown is read in a repository browser.
myst_heading_anchors = 3
html_theme = "furo"
html_theme_options = {
    "source_repository": "https://github.com/cellsops/sso/",
    "source_branch": "main",
    "top_of_page_buttons": [],
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("tables.js", {"defer": "defer"})]
html_show_sphinx = False
html_copy_source = False
html_use_index = False
highlight_language = "YAML+Jinja"
antsibull_ext_color_scheme = "none"
nitpicky = True
# Labels that only docs.ansible.com has (common_return_values and its like): the build needs no network.
suppress_warnings = ["ref.ref"]
