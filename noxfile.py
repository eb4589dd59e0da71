# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the collection, one session each. The Makefile makes the environment they run in, .venv."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nox
import yaml
from nox.command import CommandFailed

ROOT = Path(__file__).parent
BIN = Path(sys.prefix, "bin")
COLLECTIONS = Path(sys.prefix, "collections")

# The supported ansible-cores that the checks run on, each with a Python that it takes on the controller.
CORES = {"2.16": "3.10", "2.18": "3.11", "2.20": "3.12", "2.21": "3.13"}
# What runs beside the collection, or calls nothing of Ansible and takes long: .venv runs it, and that is enough.
SAME_ON_EACH_CORE = [
    "tests/unit/bench",
    "tests/unit/lab",
    "tests/unit/standin",
    "tests/unit/cells/config/test_file_store_races.py",
    "tests/unit/cells/config/test_json_text.py",
    "tests/unit/test_prose.py",
]
PAGES_AT_THE_TOP = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
LARGEST_TARBALL = 500_000
OLDEST, MIDDLE, NEWEST = "2.16", "2.18", "2.21"
# Sanity tests that look at style alone and take long. The oldest and the newest ansible-core run them.
STYLE_TESTS = ["pep8", "pylint", "shellcheck", "yamllint"]
REQUIREMENTS = ["requirements.txt", "requirements-optional.txt"]
REQUIRED, OPTIONAL = (
    [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if ">=" in line] for name in REQUIREMENTS
)
HERE = importlib.metadata.version("ansible-core").rpartition(".")[0]
LINTERS: list[list[str]] = [
    ["ruff", "check", "--quiet"],
    ["ruff", "format", "--check", "--quiet"],
    ["yamllint", "--strict", "."],
    [
        "shellcheck",
        ".ci/run",
        ".ci/python",
        ".ci/venv",
        "extensions/molecule/images/build",
        "extensions/molecule/images/postgresql/start",
        "extensions/molecule/cluster/stop_node.sh",
    ],
    ["reuse", "lint", "--lines"],
    ["antsibull-changelog", "lint"],
    ["python", ".ci/action_groups.py"],
    ["python", ".ci/shared_options.py", "--check"],
    ["python", ".ci/standin_page.py", "--check"],
    ["python", ".ci/prose.py"],
    ["vermin", "--target=3.8-", "--violations", "--no-tips", "--quiet", "plugins"],
    ["mypy", "-p", "ansible_collections.cellsops.sso.plugins"],
    ["mypy", "--python-version", "3.11", "-p", "standin", "-p", "lab", "-p", "bench", "-p", "support"],
    ["ansible-lint", "--strict", "-q"],
    [
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=self",
        "--disallow-unknown-collection-refs",
        ".",
    ],
]
INSTALL_ENGINE = "apt-get install podman runc netavark aardvark-dns iptables debootstrap, or CONTAINER_ENGINE=docker"
# Scenarios that do not start with the images of the others.
IMAGES = {"cluster": ["debian", "host", "openldap", "keycloak-cluster", "cells", "api", "postgresql", "haproxy"]}
WAYS = "tests/unit/in_place"
EE_IMAGE = "localhost/cellsops-sso-ee"
# By itself, xdist begins with the files that have the most tests, and ends on the long ones with few.
IN_TWO_WORKERS = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
KEYCLOAKS = ["22.0.5", "24.0.5", "26.0.8", "26.4.7", "26.7.3"]

nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"

# pyenv's shims answer to the name of each Python but do not run it: the interpreters themselves go ahead.
PATH = os.pathsep.join(
    [
        str(BIN),
        *map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin"), reverse=True)),
        *(folder for folder in os.environ["PATH"].split(os.pathsep) if not folder.endswith("/.pyenv/shims")),
    ]
)
os.environ.update(
    PATH=PATH,
    ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS),
    PYTHONPATH=os.pathsep.join([str(COLLECTIONS), str(ROOT / "tests")]),
    # As in .ci/venv, which also writes down which package index pip is told to use.
    UV_SYSTEM_CERTS="true",
    UV_PYTHON_DOWNLOADS="never",
)
# On a machine whose Pythons are too old for the newest ansible-core, ansible-test runs with one that they can run.
NEWEST_HERE = next((core for core, python in reversed(CORES.items()) if shutil.which(f"python{python}")), NEWEST)
nox.options.sessions = ["lint", "docs", "sanity", "package", "galaxy"]
if (UV_SETTINGS := Path(sys.prefix, "uv.toml")).exists():
    os.environ["UV_CONFIG_FILE"] = str(UV_SETTINGS)


@contextmanager
def copy_of_checkout(session: nox.Session, *, with_tests: bool = True) -> Iterator[Path]:
    """Yield a folder that holds ansible_collections/cellsops/sso with what git knows or would add, and no more.

    with_tests: else without tests/, but for the settings of ansible-test.
    ansible-test runs in no other place, and skips everything, successfully, below a folder that git ignores.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    git = shutil.which("git") and subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not git or git.returncode != 0:
        session.error("This needs a clone and git itself: install git (Debian, Ubuntu: apt-get install git)")
    listed = git.stdout
    with tempfile.TemporaryDirectory(prefix="cellsops-sso-") as folder:
        target = Path(folder, "ansible_collections/cellsops/sso")
        for name in filter(None, listed.split("\0")):
            source = ROOT / name
            wanted = with_tests or not name.startswith("tests/") or name == "tests/config.yml"
            if wanted and source.exists():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / name, follow_symlinks=False)
        yield Path(folder)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Check style, types, licence headers, documentation and action groups; all of them, whatever fails."""
    failed = []
    for command in LINTERS:
        try:
            session.run(*command)
        except CommandFailed:
            failed.append(command[0])
    if failed:
        session.error("found something: " + ", ".join(failed))


@nox.session(python=CORES[NEWEST_HERE])
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity with the newest ansible-core that the Pythons of this machine can run."""
    run_sanity(session, NEWEST_HERE)


@nox.session(name="sanity-cores")
@nox.parametrize(
    ["python", "core"], [nox.param(python, core, id=core) for core, python in CORES.items() if core != NEWEST_HERE]
)
def sanity_cores(session: nox.Session, core: str) -> None:
    """Run ansible-test sanity with the other supported ansible-cores."""
    run_sanity(session, core)


def run_sanity(session: nox.Session, core: str) -> None:
    """Run ansible-test sanity, with every Python that is here and that this ansible-core supports.

    The tests of the collection run with the newest ansible-core: the older ones look at what users install. Those in
    between leave out the style.
    """
    style = [] if core in (OLDEST, NEWEST) else [f"--skip-test={test}" for test in STYLE_TESTS]
    session.install(f"ansible-core~={core}.0")
    # A home of its own: what stands in for get-pip is nothing for other projects' ansible-test to find.
    home = ROOT / ".nox/ansible-test"
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in ("23_1_2", "24_2", "25_2"):
        shutil.copyfile(ROOT / ".ci/get_pip.py", cache / f"get_pip_{version}.py")
    for name in (".cache", ".config", ".pip"):
        link, target = home / name, Path.home() / name
        if target.exists() and not link.is_symlink():
            link.symlink_to(target)

    with copy_of_checkout(session, with_tests=core == NEWEST) as tree:
        log = home / f"sanity-{core}.log"
        command = f"ansible-test sanity --color no {' '.join(style + session.posargs)} 2>&1 | tee {log}"
        session.chdir(tree / "ansible_collections/cellsops/sso")
        session.run("bash", "-o", "pipefail", "-c", command, env={"HOME": str(home)}, external=True)
    output = log.read_text(encoding="utf-8")
    skipped = re.findall(r"^WARNING: (?:All targets skipped|Required program).*", output, re.MULTILINE)
    if skipped or "Running sanity test" not in output:
        session.error("ansible-test left something out: " + ("; ".join(skipped) or "no test ran"))


@nox.session(venv_backend="none")
def package(session: nox.Session) -> None:
    """Build the collection, install it elsewhere, call a module there, and read its needs."""
    with copy_of_checkout(session) as tree:
        dist, elsewhere = tree / "dist", tree / "elsewhere"
        session.chdir(tree / "ansible_collections/cellsops/sso")
        session.run("ansible-galaxy", "collection", "build", "--output-path", str(dist), silent=True)
        (tarball,) = dist.glob("*.tar.gz")
        if tarball.stat().st_size > LARGEST_TARBALL:
            session.error(
                f"the tarball has {tarball.stat().st_size} bytes, more than {LARGEST_TARBALL}: see build_ignore"
            )
        # No PYTHONPATH, and a working folder without a collection, so that the installed collection runs.
        env = {"ANSIBLE_COLLECTIONS_PATH": str(elsewhere), "PYTHONPATH": None, "ANSIBLE_LOCALHOST_WARNING": "false"}
        session.chdir(dist)
        session.run("ansible-galaxy", "collection", "install", "--offline", "-p", str(elsewhere), str(tarball), env=env)
        session.run("ansible-galaxy", "collection", "verify", "--offline", "cellsops.sso", env=env)
        config = tree / "pydio.json"
        config.write_text(
            '{"version": "4", "services": {"pydio.web.oauth": {"staticClients": [{"client_id": "cells-frontend"}]}}}',
            encoding="utf-8",
        )
        arguments = f"method=file config_path={config} audience=https://cells.example.org"
        session.run(
            "ansible", "localhost", "-m", "cellsops.sso.cells_config_audience", "-a", arguments, "--diff", env=env
        )
        if "https://cells.example.org" not in config.read_text(encoding="utf-8"):
            session.error("the installed module did not write the audience")
        needs = str(session.run("ansible-builder", "introspect", str(elsewhere), silent=True))
        found = re.findall(r"^- '(\S+)  # from collection cellsops.sso'", needs, re.MULTILINE)
        if set(found) != set(REQUIRED):
            session.error(f"ansible-builder finds {found} as the needs of the collection; requirements.txt has others")
        kept = ROOT / "build" / tarball.name
        kept.parent.mkdir(exist_ok=True)
        for older in kept.parent.glob("cellsops-sso-*.tar.gz"):
            older.unlink()
        shutil.copy2(tarball, kept)
        session.log(f"built {kept.relative_to(ROOT)}")


@nox.session
def galaxy(session: nox.Session) -> None:
    """Import the tarball that the session package has built as Galaxy does; an error or a warning fails.

    The importer runs ansible-lint with its profile "production" inside the collection, too.
    """
    (tarball,) = (ROOT / "build").glob("*.tar.gz")
    session.install("--require-hashes", "--requirement", "tests/requirements-galaxy.txt")
    # Not in the checkout, and with nothing but the tarball: this is how Galaxy sees the collection.
    folder = Path(session.create_tmp()).resolve()
    log = folder / "importer.log"
    session.chdir(folder)
    with log.open("w", encoding="utf-8") as file:
        session.run(
            "python",
            "-m",
            "galaxy_importer.main",
            str(tarball),
            env={"PYTHONPATH": None, "ANSIBLE_COLLECTIONS_PATH": None},
            stdout=file,
            stderr=file,
            success_codes=[0, 1],
        )
    lines = log.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith(("WARNING:", "ERROR:"))]
    if found or "Importer processing completed successfully" not in lines:
        session.error("the importer of Galaxy says: " + "; ".join(found or lines[-3:]))


@nox.session(venv_backend="none")
def changelog(session: nox.Session) -> None:
    """Write the changelog of the version in galaxy.yml from the fragments, unless it is released already."""
    if metadata()["version"] in released_versions():
        session.log(f"{metadata()['version']} is in the changelog already")
        return
    session.run("antsibull-changelog", "release", "--version", metadata()["version"])
    session.run("antsibull-changelog", "lint")


@nox.session
def sbom(session: nox.Session) -> None:
    """Put the tarball of the session package, its bill of materials and the checksums of both in build/release."""
    version, release = metadata()["version"], ROOT / "build/release"
    tarball = ROOT / f"build/cellsops-sso-{version}.tar.gz"
    bill = release / f"cellsops-sso-{version}.cdx.json"
    shutil.rmtree(release, ignore_errors=True)
    release.mkdir(parents=True)
    session.install("--require-hashes", "--requirement", "tests/requirements-sbom.txt")
    # What users install, in an environment with nothing else.
    runtime = Path(session.create_tmp(), "runtime")
    session.run("uv", "venv", "--quiet", "--clear", str(runtime), external=True)
    needs = [f"--requirement={file}" for file in requirement_files()]
    session.run("uv", "pip", "install", "--quiet", "--python", str(runtime), *needs, external=True)
    command = ["cyclonedx-py", "environment", "--output-reproducible", "--spec-version=1.6", f"--output-file={bill}"]
    session.run(*command, str(runtime))
    copy = Path(shutil.copy2(tarball, release))
    bill.write_text(json.dumps(with_collection(json.loads(bill.read_text(encoding="utf-8")), copy), indent=2) + "\n")
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (copy, bill)]
    (release / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    session.log(f"{', '.join(sorted(file.name for file in release.iterdir()))} in {release.relative_to(ROOT)}")


def with_collection(bill: dict[str, Any], tarball: Path) -> dict[str, Any]:
    """Return a CycloneDX bill whose subject is the collection, which depends on the libraries that users install."""
    about = metadata()
    reference = f"cellsops.sso@{about['version']}"
    bill["metadata"]["component"] = {
        "type": "library",
        "bom-ref": reference,
        "group": about["namespace"],
        "name": about["name"],
        "version": about["version"],
        "description": about["description"],
        "licenses": [{"license": {"id": license_id}} for license_id in about["license"]],
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(tarball.read_bytes()).hexdigest()}],
        "externalReferences": [{"type": "vcs", "url": about["repository"]}],
    }
    lines = [line for file in requirement_files() for line in file.read_text(encoding="utf-8").splitlines()]
    named = {line.partition(">=")[0] for line in lines if ">=" in line}
    needs = sorted(part["bom-ref"] for part in bill["components"] if part["name"] in named)
    bill["dependencies"] = [*bill.get("dependencies", []), {"ref": reference, "dependsOn": needs}]
    return bill


def requirement_files() -> list[Path]:
    """Return the files that name the libraries that users install."""
    return sorted(ROOT.glob("requirements*.txt"))


def metadata() -> dict[str, Any]:
    """Return galaxy.yml."""
    about: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return about


def released_versions() -> list[str]:
    """Return the versions that the changelog has."""
    return list(yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))["releases"])


def oldest_libraries() -> dict[str, str]:
    """Return the oldest supported version of each library that users install: {name: requirement}."""
    return {line.partition(">=")[0]: line.replace(">=", "==") for line in REQUIRED + OPTIONAL}


@nox.session(name="unit-cores")
@nox.parametrize(
    ["python", "core"], [nox.param(CORES[core], core, id=core) for core in (OLDEST, MIDDLE, NEWEST) if core != HERE]
)
def unit_cores(session: nox.Session, core: str) -> None:
    """Run the unit tests with the oldest ansible-core, one from the middle and the newest, as far as .venv has another.

    The oldest one has the oldest libraries that are supported.
    """
    if core == OLDEST:
        session.install("--require-hashes", "-r", "tests/requirements-oldest.txt")
    else:
        pinned = (ROOT / "tests/requirements.txt").read_text(encoding="utf-8").splitlines()
        # Constraints have no hashes: this ansible-core and its resolvelib are not pinned.
        constraints = [line.removesuffix(" \\") for line in pinned if line[:1].isalnum()]
        file = Path(session.create_tmp(), "constraints.txt")
        file.write_text(
            "\n".join(line for line in constraints if not line.startswith(("ansible-core==", "resolvelib=="))),
            encoding="utf-8",
        )
        session.install("-c", str(file), f"ansible-core~={core}.0", "-r", "tests/requirements-unit.in")
    left_out = [f"--ignore={path}" for path in SAME_ON_EACH_CORE]
    session.run("pytest", "--numprocesses=auto", "tests/unit", f"--ignore={WAYS}", *left_out, *session.posargs)
    if core == OLDEST:
        # The role on real servers: the same recaps as with the ansible-core of .venv, and hosts with an old Python.
        real = ["tests/integration/test_recaps.py", "tests/integration/test_target_python.py"]
        session.run("pytest", "-rs", "--durations=10", *real, env={"OTHER_ANSIBLE_BIN": str(BIN)})


@nox.session(venv_backend="none")
def cores(session: nox.Session) -> None:
    """Run what the session tests and sanity leave to the ansible-cores that are older than the newest."""
    for core in CORES:
        if core != NEWEST_HERE:
            session.notify(f"sanity-cores({core})")
    for core in (OLDEST, MIDDLE):
        session.notify(f"unit-cores({core})")


@nox.session(venv_backend="none")
def unit(session: nox.Session) -> None:
    """Run the unit tests in .venv."""
    session.run("pytest", "--numprocesses=auto", "tests/unit", f"--ignore={WAYS}", *session.posargs)


@nox.session(venv_backend="none")
def integration(session: nox.Session) -> None:
    """Run the integration tests on a real Keycloak and a real LDAP server.

    A file stays in one worker, so that its site is made once; each worker starts a Keycloak of its own.
    """
    all_of_them = ["tests/integration", *IN_TWO_WORKERS, "-rs", "--durations=25"]
    session.run("pytest", *([] if names_files(session) else all_of_them), *session.posargs)


def names_files(session: nox.Session) -> bool:
    """Return whether the arguments of a session name the tests to run."""
    return any(argument.startswith("tests/") for argument in session.posargs)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Run the unit tests and the quick part of the integration tests together, for one count of them all.

    The others have sessions of their own: integration, and the long suites ways, hardening, browser, covering.
    """
    paths = ["tests/integration", "tests/unit", f"--ignore={WAYS}"]
    session.run("pytest", *paths, "-m", "not thorough", *IN_TWO_WORKERS, "-rs", "--durations=25", *session.posargs)


@nox.session(venv_backend="none")
def ways(session: nox.Session) -> None:
    """Run each module in the controller's process and as a module, and compare the results."""
    session.run("pytest", WAYS, *session.posargs)


@nox.session(venv_backend="none")
def changes(session: nox.Session) -> None:
    """Try doctor and role against real logins after single changes to a healthy site: 60, or all with CHANGES=0."""
    session.run("pytest", "tests/integration/test_changes.py", *session.posargs)


@nox.session(venv_backend="none")
def hardening(session: nox.Session) -> None:
    """Run the hardening tests in full, with their numbers at the end."""
    session.run("pytest", "tests/hardening", *IN_TWO_WORKERS, *session.posargs, env={"HARDENING": "full"})


@nox.session(venv_backend="none")
def covering(session: nox.Session) -> None:
    """Run the role and the doctor under every pair of answers to what is not known of Cells."""
    command = ["pytest", "tests/integration/test_settings.py", "--numprocesses=2", "--dist=worksteal"]
    session.run(*command, *session.posargs, env={"COVERING": "full"})


@nox.session(venv_backend="none")
def browser(session: nox.Session) -> None:
    """Open the doctor's report and real logins in Chromium, and make the pictures of the documentation again."""
    (ROOT / "docs/images").mkdir(exist_ok=True)
    session.run("pytest", "tests/browser", *session.posargs, env={"KEEP_SCREENSHOTS": str(ROOT / "docs/images")})


@nox.session(venv_backend="none")
@nox.parametrize("keycloak", KEYCLOAKS)
def matrix(session: nox.Session, keycloak: str) -> None:
    """Run the integration tests, and those of rights, on each Keycloak that is supported."""
    all_of_them = ["tests/integration", "tests/hardening/test_least_rights.py"]
    tests = [] if names_files(session) else all_of_them
    session.run("pytest", *tests, *session.posargs, env={"KEYCLOAK_VERSION": keycloak})


def need_engine(session: nox.Session) -> str:
    """Return the command of the container engine; end the session if there is none."""
    engine = os.environ.get("CONTAINER_ENGINE", "podman")
    if shutil.which(engine) is None:
        session.error(f"This runs in containers, and there is no {engine}: {INSTALL_ENGINE}")
    return engine


@nox.session
def molecule(session: nox.Session) -> None:
    """Build the images and run the scenarios on containers; posargs go to ``molecule test``."""
    session.install("--require-hashes", "--requirement", "tests/requirements-molecule.txt")
    need_engine(session)
    arguments = session.posargs or ["--all", "--exclude", "cluster"]
    images = IMAGES.get(session.posargs[-1], []) if session.posargs else []
    session.run("extensions/molecule/images/build", *images, external=True, env={"PIP": f"{sys.executable} -m pip"})
    # As without make: from that folder, and without the collection of .venv.
    session.chdir("extensions")
    session.run("molecule", "test", *arguments, env={"ANSIBLE_COLLECTIONS_PATH": None})


@nox.session(venv_backend="none")
@nox.parametrize("image", [nox.param("debian", id="12"), nox.param("debian-trixie", id="13")])
def fresh(session: nox.Session, image: str) -> None:
    """Try the first lines of the README in a container with nothing but a bare Debian."""
    need_engine(session)
    session.run("extensions/molecule/images/build", image, external=True)
    env = {"FRESH_IMAGE": f"localhost/cellsops-sso-{image}"}
    session.run("pytest", "tests/fresh", "--durations=10", *session.posargs, env=env)


@nox.session(venv_backend="none")
def ee(session: nox.Session) -> None:
    """Run the site playbook in an execution environment built as users do, and the role on Cells in a container."""
    engine = need_engine(session)
    images = ["debian-trixie", "debian", "host", "cells"]
    session.run("extensions/molecule/images/build", *images, external=True, env={"PIP": f"{sys.executable} -m pip"})
    # A machine with pip settings of its own lends them and its certificates to the build. The image does not keep them.
    lent = ["/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt"] if Path("/etc/pip.conf").exists() else []
    extra = " ".join(f"-v {file}:{file}:ro" for file in lent)
    with copy_of_checkout(session) as tree:
        session.chdir(tree / "ansible_collections/cellsops/sso")
        session.run("ansible-galaxy", "collection", "build", "--output-path", "build", silent=True)
        session.run(
            "ansible-builder",
            "build",
            "--file=docs/execution-environment.yml",
            f"--context={tree / 'context'}",
            f"--tag={EE_IMAGE}",
            f"--container-runtime={engine}",
            "--build-arg=EE_BASE_IMAGE=localhost/cellsops-sso-debian-trixie",
            *([f"--extra-build-cli-args={extra}"] if extra else []),
        )
        session.chdir(ROOT)
    session.run("pytest", "tests/ee", *session.posargs, env={"EE_IMAGE": EE_IMAGE})


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Build the documentation as HTML, warnings being errors."""
    source, html = ROOT / "build/site", ROOT / "build/docs"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs/site", source)
    # The pages keep their places, so that links between them work here as they do in a repository browser.
    shutil.copytree(ROOT / "docs", source / "docs", ignore=shutil.ignore_patterns("site", "docsite", "*.json"))
    for page in PAGES_AT_THE_TOP:
        shutil.copyfile(ROOT / page, source / page)
    (source / "reference").mkdir(mode=0o700)
    session.run(
        "antsibull-docs",
        "--config-file",
        "docs/site/antsibull-docs.cfg",
        "collection",
        "--use-current",
        "--squash-hierarchy",
        "--fail-on-error",
        "--dest-dir",
        str(source / "reference"),
        "cellsops.sso",
    )
    session.run("sphinx-build", "-q", "-E", "-W", "--keep-going", "-b", "html", str(source), str(html))
    session.log(f"open {html.relative_to(ROOT)}/index.html")


@nox.session(venv_backend="none")
def requirements(session: nox.Session) -> None:
    """Pin what the checks install, with hashes: the oldest libraries for Python 3.10, the others for 3.11 and newer."""
    floor = Path(session.create_tmp(), "floor.txt")
    floor.write_text("\n".join(oldest_libraries().values()), encoding="utf-8")
    session.chdir("tests")
    for name in (
        "requirements",
        "requirements-galaxy",
        "requirements-molecule",
        "requirements-oldest",
        "requirements-sbom",
        "requirements-uv",
    ):
        oldest = [f"--constraints={floor}"] if name == "requirements-oldest" else []
        session.run(
            "uv",
            "pip",
            "compile",
            "--upgrade",
            "--quiet",
            "--universal",
            f"--python-version={'3.10' if oldest else '3.11'}",
            "--no-annotate",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--generate-hashes",
            "--custom-compile-command=make requirements",
            f"--output-file={name}.txt",
            *oldest,
            f"{name}.in",
        )


@nox.session
def audit(session: nox.Session) -> None:
    """List known vulnerabilities of what users install, in the newest and in the oldest supported versions."""
    session.install("pip-audit")
    newest, oldest = (Path(session.create_tmp(), f"{which}.txt") for which in ("newest", "oldest"))
    newest.write_text("\n".join(REQUIRED + OPTIONAL), encoding="utf-8")
    oldest.write_text("\n".join(oldest_libraries().values()), encoding="utf-8")
    found, unknown = [], []
    for which, file in (("newest", newest), ("oldest", oldest)):
        report = Path(session.create_tmp(), f"{which}.json")
        report.unlink(missing_ok=True)
        command = [
            "pip-audit",
            "--progress-spinner=off",
            "--format=json",
            f"--output={report}",
            f"--requirement={file}",
        ]
        session.run(*command, success_codes=[0, 1], silent=True)
        if not report.exists():
            session.error(f"pip-audit could not look at the {which} libraries: run it by hand: {' '.join(command)}")
        for library in json.loads(report.read_text(encoding="utf-8"))["dependencies"]:
            name = f"{library['name']} {library.get('version', '')}".strip()
            found += [f"{name} ({which}): {flaw['id']}" for flaw in library.get("vulns", [])]
            if "skip_reason" in library:
                unknown.append(library["name"])
    session.log("\n".join(found) or "no known vulnerability in what could be looked up")
    if unknown:
        session.error(f"no data for {', '.join(sorted(set(unknown)))}: is the database of PyPI reachable from here?")
    if found:
        session.error(f"{len(found)} known vulnerabilities")
