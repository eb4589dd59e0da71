# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# All commands for developers. The checks themselves are in noxfile.py.

VENV := .venv
READY := $(VENV)/.ready
NOX := $(VENV)/bin/nox
COLLECTION := $(VENV)/collections/ansible_collections/cellsops/sso
RUN := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/$(VENV)/collections" \
       PYTHONPATH="$(CURDIR)/$(VENV)/collections:$(CURDIR)/tests" $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test cores molecule ee fresh hardening covering test-matrix lint sanity unit integration changes ways browser bench docs build galaxy release audit requirements clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## start Keycloak, LDAP and the stand-in, run the role, log a user in; KEEP=1 leaves the servers up
	@$(RUN) -m lab.demo

test: $(READY) ## style, sanity, package, unit tests and the quick integration tests; pytest's count comes last
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going sanity lint docs galaxy
	@$(NOX) --session tests

cores: $(READY) ## the sanity tests, unit tests and the role on older ansible-cores
	@$(NOX) --session cores

molecule: $(READY) ## the scenarios on containers; SCENARIO=setup for one of them, SCENARIO=cluster for the one outside CI
	@$(NOX) --session molecule -- $(if $(SCENARIO),--scenario-name $(SCENARIO))

ee: $(READY) ## build the execution environment, and run the site playbook in it with ansible-runner
	@$(NOX) --session ee -- $(ARGS)

fresh: $(READY) ## the first lines of the README in a bare Debian 12 and 13; DEBIAN=12 for one of them
	@$(NOX) --session "fresh$(if $(DEBIAN),($(DEBIAN)))" -- $(ARGS)

hardening: $(READY) ## nothing lost, nothing leaked: all of tests/hardening in full, with its numbers; not part of make test
	@$(NOX) --session hardening -- $(ARGS)

covering: $(READY) ## the role and the doctor under every pair of answers to what is not known of Cells; make test does a part
	@$(NOX) --session covering -- $(ARGS)

test-matrix: $(READY) ## the integration tests on each supported Keycloak
	@$(NOX) --session matrix

lint: $(READY) ## style, types, licences, documentation
	@$(NOX) --session lint

sanity: $(READY) ## ansible-test sanity on the newest ansible-core; make cores runs it on the older ones
	@$(NOX) --session sanity

unit: $(READY) ## the unit tests; ARGS='-k name' for some, ARGS=--cov for coverage; CORE=2.18 or 2.16 for another ansible-core
	@$(NOX) --session "unit$(if $(CORE),-cores($(CORE)))" -- $(ARGS)

integration: $(READY) ## all integration tests, on a real Keycloak and LDAP; ARGS as above
	@$(NOX) --session integration -- $(ARGS)

changes: $(READY) ## the part of make integration that makes single changes to a healthy site; CHANGES=0 for all of them
	@$(NOX) --session changes -- $(ARGS)

ways: $(READY) ## each module in the controller's process and as a module, with the same results
	@$(NOX) --session ways -- $(ARGS)

browser: $(READY) ## the doctor's report and logins in Chromium; makes the pictures in docs/images again
	@$(NOX) --session browser -- $(ARGS)

bench: $(READY) ## measure beside community.general and keycloak-config-cli; writes docs/benchmark.md; ARGS=--help for more
	@$(RUN) -m bench $(ARGS)

docs: $(READY) ## the documentation as HTML, in build/docs
	@$(NOX) --session docs

build: $(READY) ## build the collection, install it elsewhere, call a module
	@$(NOX) --session package

galaxy: build ## import the tarball as Galaxy does
	@$(NOX) --session galaxy

release: $(READY) ## everything of a release in build/release: changelog, tarball, bill of materials, checksums; all checked
	@$(NOX) --session changelog package galaxy sbom

audit: $(READY) ## known vulnerabilities of what users install
	@$(NOX) --session audit

requirements: $(READY) ## pin the development environment again
	@$(NOX) --session requirements

clean: ## remove the development environment and everything that was built
	rm -rf $(VENV) .nox .ansible .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build tests/output

$(READY): tests/requirements.txt tests/requirements-uv.txt .ci/python .ci/venv
	@.ci/venv $(VENV)
	@mkdir -p $(dir $(COLLECTION)) && ln -sfn "$(CURDIR)" $(COLLECTION)
	@touch $@
