# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`cells start` as a process: its note, a token by the command, TLS, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.processes import servers_of

COMMAND = Path(__file__).parents[2] / "standin/cells"
PATIENCE = 60
"""Seconds within which a server must be there."""

Start = Callable[..., dict[str, Any]]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a command: no PYTHONPATH, so that the stand-in finds the collection itself."""
    return {"PATH": os.environ["PATH"], "CELLS_WORKING_DIR": str(folder), **more}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, str(COMMAND), *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a server and returns its note. All servers are stopped afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def call(*flags: str, **more: str) -> dict[str, Any]:
        with (tmp_path / "stdout").open("wb") as stdout:
            server = subprocess.Popen(
                [sys.executable, str(COMMAND), "start", *flags],
                env=environment(tmp_path, **more),
                stdout=stdout,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(server)
        note, until = tmp_path / "standin-run.json", time.monotonic() + PATIENCE
        while not note.exists():
            assert server.poll() is None, (tmp_path / "stdout").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        noted: dict[str, Any] = json.loads(note.read_text())
        return noted

    yield call
    for server in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)


def children(folder: Path) -> list[list[str]]:
    """Return the command lines of the children that run for a working directory."""
    return [server.command for server in servers_of(str(folder)) if server.forked]


def get(url: str, token: str = "", context: ssl.SSLContext | None = None) -> Any:
    """Return the JSON of a GET."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=PATIENCE, context=context) as answer:
        return json.load(answer)


def test_a_token_of_the_command_opens_the_rest_api(start: Start, tmp_path: Path) -> None:
    note = start()
    done = run(tmp_path, "admin", "user", "token", "-u", "admin", "-e", "1h", "-q")
    assert (done.returncode, done.stderr, len(done.stdout.split())) == (0, "", 1)
    assert get(f"{note['url']}/a/config/oauth2connectors", done.stdout)["connectors"][0]["id"] == "pydio"
    done = run(tmp_path, "admin", "user", "token", "-u", "nobody", "-e", "1h", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Cannot find user\n")
    done = run(tmp_path, "admin", "user", "token", "-u", "admin", "-e", "soon", "-q")
    assert (done.returncode, "Cannot parse expire duration" in done.stdout) == (1, True)
    assert (tmp_path / "standin-run.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_takes_its_note_away(start: Start, tmp_path: Path, number: int) -> None:
    os.kill(start()["pid"], number)
    until = time.monotonic() + PATIENCE
    while (tmp_path / "standin-run.json").exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    said = (tmp_path / "stdout").read_text()
    assert ("Traceback" in said, "Warning" in said) == (False, False), said


def test_a_restart_takes_an_edit_of_the_file_and_the_tokens_that_were_there(start: Start, tmp_path: Path) -> None:
    os.kill(start()["pid"], signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while (tmp_path / "standin-run.json").exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    run(tmp_path, "admin", "config", "set", "pydio.web.oauth", "staticClients[0]/audience[0]", "https://cells.example")
    note = start(STANDIN_OAUTH2CLIENTS="full")
    token = run(tmp_path, "admin", "user", "token", "-u", "admin", "-e", "1h", "-q").stdout
    clients = get(f"{note['url']}/a/config/oauth2clients", token)["staticClients"]
    assert clients[0]["audience"] == ["https://cells.example"]


def test_it_speaks_tls(start: Start, tmp_path: Path) -> None:
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    request = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cells.example"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request.split(), *files], check=True, capture_output=True)
    note = start("--tls_cert_file", str(certificate), "--tls_key_file", str(key))
    assert note["url"].startswith("https://127.0.0.1:")
    token = run(tmp_path, "admin", "user", "token", "-u", "admin", "-e", "1h", "-q").stdout
    context = ssl.create_default_context(cafile=str(certificate))
    assert get(f"{note['url']}/a/config/discovery", token, context)["PackageType"] == "PydioEnterprise"


def test_the_command_trusts_a_certificate_that_an_authority_issued(start: Start, tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("cells.example")
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    start("--tls_cert_file", str(certificate), "--tls_key_file", str(key))
    done = run(tmp_path, "admin", "user", "token", "-u", "admin", "-e", "1h", "-q")
    assert (done.returncode, done.stderr, len(done.stdout.split())) == (0, "", 1)


def test_flags_go_before_the_environment(start: Start) -> None:
    note = start("--external", "https://cells.example/", CELLS_EXTERNAL="https://other.example")
    assert note["external"] == "https://cells.example"
    assert get(f"{note['url']}/a/config/discovery")["Endpoints"]["frontend"] == "https://cells.example"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--bind", "127.0.0.1"], "must be host:port"),
        (["--log", "loud"], "CELLS_LOG is 'loud'"),
        (["--tls_cert_file", "x"], "must be given both"),
        (["--bind"], "flag needs an argument"),
    ],
)
def test_invalid_input_is_one_line(tmp_path: Path, flags: list[str], words: str) -> None:
    done = run(tmp_path, "start", *flags)
    assert (done.returncode, words in done.stderr, done.stderr.count("\n")) == (1, True, 1)


def test_it_works_as_a_copy_next_to_the_collection(tmp_path: Path) -> None:
    copy, checkout = tmp_path / "copy", COMMAND.parents[2]
    for folder in ("tests/standin", "plugins/module_utils"):
        subprocess.run(["mkdir", "-p", str((copy / folder).parent)], check=True)
        subprocess.run(["cp", "-r", str(checkout / folder), str(copy / folder)], check=True)
    done = subprocess.run(
        [sys.executable, "-c", "import standin.collection as c; print(c.audience_match([], ['x']))"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(copy / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Requested audience 'x' has not been whitelisted by the OAuth 2.0 Client.\n", done.stderr


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_it_forks_children_as_the_real_one_does(start: Start, tmp_path: Path) -> None:
    start(STANDIN_CHILDREN="3")
    wait_for(lambda: len(children(tmp_path)) == 3)
    words = children(tmp_path)[0]
    assert [word for word in words if word in {"start", "--fork", "--discovery"}] == ["start", "--fork", "--discovery"]
    assert words[-2] == "^pydio.grpc.jobs$"


def test_a_signal_to_the_server_alone_leaves_a_child_and_one_to_the_group_none(start: Start, tmp_path: Path) -> None:
    pid = start()["pid"]
    wait_for(lambda: len(children(tmp_path)) == 2)
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not (tmp_path / "standin-run.json").exists())
    assert len(children(tmp_path)) == 1
    os.killpg(pid, signal.SIGTERM)
    wait_for(lambda: not children(tmp_path))


def test_it_refuses_connections_and_answers_503_before_it_is_ready(start: Start) -> None:
    note = start(STANDIN_REFUSED_SECONDS="0.5", STANDIN_STARTING_SECONDS="600")
    with pytest.raises(urllib.error.HTTPError) as answer:
        get(f"{note['url']}/a/frontend/bootconf")
    with answer.value:
        assert (answer.value.code, set(json.load(answer.value))) == (503, {"Title", "Detail"})
