# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP code that both sessions share: repeated calls, valid URLs, and errors in one line."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    Conflict,
    InvalidInput,
    MissingLibrary,
    NotAuthorized,
    NotFound,
    ServerError,
    Unreachable,
)

if TYPE_CHECKING:
    import requests

AGENT = "cellsops.sso (Ansible)"

REPEATED_STATUSES = (429, 502, 503, 504)
REPEATABLE_METHODS = ("GET", "HEAD", "PUT", "DELETE")
REPEATS = 4
LONGEST_WAIT = 30
"""The maximum seconds to wait if a server sends Retry-After."""

LONGEST_TIMEOUT = 86400

PORTS = {"http": 80, "https": 443}

TLS_ADVICE = (
    ("mismatch", "Give a URL with the name that is in the certificate."),
    ("has expired", "The server needs a new certificate."),
    ("not yet valid", "Check the clocks of both machines."),
    ("certificate verify failed", "If the server has a certificate of a private CA, give that CA in ca_path."),
    ("protocol version", "The server must offer TLS 1.2 or newer."),
    ("unsupported protocol", "The server must offer TLS 1.2 or newer."),
    ("wrong version number", "Check that the server uses https on this port."),
    ("certificate required", "The server requires a client certificate, which some modules take in client_cert."),
    ("handshake failure", "The server may require a client certificate (client_cert)."),
    ("alert unknown ca", "The server does not trust the client certificate in client_cert."),
    ("alert bad certificate", "The server requires a client certificate that it trusts. Give one in client_cert."),
    ("alert certificate", "The server refuses the client certificate in client_cert."),
)
"""The advice for each message of OpenSSL; the first match counts."""


def repeat_calls(session: requests.Session, *searches: str) -> None:
    """Make a session repeat calls after transport errors and the statuses 429, 502, 503 and 504.

    A POST is repeated only when no connection was made, unless its URL begins with one of searches: those write
    nothing. The waits are 0, 1, 2 and 4 s, or as Retry-After says. TLS errors are not repeated, because a certificate
    does not change. Redirects are not followed: a request goes only to the host that was named, and a POST would become
    a GET.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import MaxRetryError, SSLError
    from urllib3.util import Retry

    class Repeats(Retry):
        def increment(
            self,
            method: str | None = None,
            url: str | None = None,
            response: Any = None,
            error: Exception | None = None,
            _pool: Any = None,
            _stacktrace: Any = None,
        ) -> Any:
            # urllib3 cannot tell whether the server had the request by then, and would repeat even a POST.
            if isinstance(error, SSLError) and (not _cut_short(error) or method not in (self.allowed_methods or ())):
                raise MaxRetryError(_pool, url, error)
            return super().increment(method, url, response, error, _pool, _stacktrace)

        def get_retry_after(self, response: Any) -> float | None:
            seconds = super().get_retry_after(response)
            return None if seconds is None else min(seconds, LONGEST_WAIT)

    policy = Repeats(
        total=REPEATS,
        backoff_factor=0.5,
        status_forcelist=REPEATED_STATUSES,
        allowed_methods=REPEATABLE_METHODS,
        raise_on_status=False,
    )
    session.mount("http://", HTTPAdapter(max_retries=policy))
    session.mount("https://", HTTPAdapter(max_retries=policy))
    for url in searches:
        session.mount(
            url, HTTPAdapter(max_retries=policy.new(allowed_methods=frozenset({*REPEATABLE_METHODS, "POST"})))
        )
    session.max_redirects = 0


def verification(params: Mapping[str, Any]) -> bool | str:
    """Return the argument verify of requests, for the options validate_certs and ca_path."""
    return (params["ca_path"] or True) if params["validate_certs"] else False


def refusal(method: str, url: str, status: int, words: str, hint: str = "") -> ServerError:
    """Return the error for an HTTP status of 400 or more. words: the server's own; hint: what to do about it."""
    kinds = {401: NotAuthorized, 403: NotAuthorized, 404: NotFound, 409: Conflict}
    return kinds.get(status, ServerError)(method, url, status, words, hint)


def send(session: Any, method: str, url: str, params: Mapping[str, Any], shown: str = "", **more: Any) -> Any:
    """Send a request with a session of requests, or with requests itself, and return the answer, with any status.

    params: the options connection_timeout, validate_certs and ca_path. shown: the URL for an error, if not url. more:
    arguments of requests, such as json. Raises Unreachable.
    """
    requests = import_requests()
    # Each call gets the settings, because REQUESTS_CA_BUNDLE overrides those of a session.
    settings = {"timeout": params["connection_timeout"], "verify": verification(params)}
    try:
        return session.request(method, url, **settings, **more)
    except (requests.RequestException, ValueError) as error:
        # A ValueError is a Location header that is no URL, or no text.
        raise Unreachable(method, shown or url, transport_reason(error)) from error


def import_requests() -> Any:
    """Return the module requests. Raises MissingLibrary if it is not installed."""
    try:
        import requests
    except ImportError as error:
        raise MissingLibrary("requests", "where the module runs, to talk to Pydio Cells") from error
    return requests


def base_url(value: str, option: str) -> str:
    """Return a server's URL without trailing slashes; a base path stays.

    option: the name for it in the error. Raises InvalidInput unless it has the scheme http or https and a host, and
    neither account, query nor fragment.
    """
    try:
        url = urlsplit(value)
        good = url.scheme in ("http", "https") and _may_be_a_host(url.hostname or "") and url.port != 0
    except ValueError:
        good = False
    # An error must not show a password in a URL.
    if "@" in value.partition("//")[2].partition("/")[0]:
        raise InvalidInput(f"{option}: the URL must not contain an account.")
    if not good or any(character.isspace() or not character.isprintable() for character in value):
        raise InvalidInput(f"{option}: {value!r} is not a URL. Give scheme and host, such as https://sso.example.org")
    if "?" in value or "#" in value:
        raise InvalidInput(f"{option}: {value!r} must not have a query or a fragment.")
    return value.rstrip("/")


def origin(url: str) -> str:
    """Return scheme, host and port of a URL as browsers compare them: in lower case, without the default port (RFC
    6454, section 4). Empty if it is not a URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + ("" if port in (None, PORTS.get(parts.scheme)) else f":{port}")


def _may_be_a_host(host: str) -> bool:
    """Return whether there can be such a host. Raises ValueError for a name with an empty or too long label."""
    try:
        return bool(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        # The codec knows the limits of RFC 1035, section 2.3.4.
        return bool(host.encode("idna")) and not host.startswith(("*", "."))


def is_unencrypted(url: str) -> bool:
    """Return whether secrets would cross a network in clear: plain http to a host that is not this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost" or host.endswith(".localhost")
    return parts.scheme == "http" and not local


def exposure(url: str, option: str, data: str, params: Mapping[str, Any]) -> list[str]:
    """Return warnings if somebody on the way could read or change the data.

    url and option: the server's URL and its option. data: the secret data of the task, in the plural. params: has
    validate_certs.
    """
    if is_unencrypted(url):
        return [f"{option}: {url} is not encrypted, so others can read {data} on the way."]
    if url.startswith("https:") and not params["validate_certs"]:
        text = (
            f"validate_certs: the certificate of {url} is not verified, so another server could answer and read {data}."
        )
        return [f"{text} Give its CA in ca_path instead."]
    return []


def check_connection(params: Mapping[str, Any]) -> None:
    """Try connection_timeout, ca_path, client_cert and client_key, before the libraries fail on them in other words.

    Raises InvalidInput that names the option, and the file.
    """
    if not 0 < params["connection_timeout"] <= LONGEST_TIMEOUT:
        raise InvalidInput(
            f"connection_timeout is {params['connection_timeout']}. Give the seconds to wait, from 1 to "
            f"{LONGEST_TIMEOUT}."
        )
    ca_path, cert, key = (params.get(option) for option in ("ca_path", "client_cert", "client_key"))
    for option, path in (("ca_path", ca_path), ("client_cert", cert), ("client_key", key)):
        if path and not os.path.exists(path):
            raise InvalidInput(f"{option}: there is no {path} on the host that runs the module.")
    if ca_path and os.path.isdir(ca_path):
        raise InvalidInput(f"ca_path: {ca_path} is a folder. Give one file of CA certificates in PEM form.")
    try:
        if ca_path:
            ssl.create_default_context(cafile=ca_path)
    except OSError as error:
        raise InvalidInput(
            f"ca_path: {ca_path} is not a file of CA certificates in PEM form ({_of_ssl(error)})."
        ) from error
    try:
        if cert:
            ssl.create_default_context().load_cert_chain(cert, key, password=_no_passphrase)
    except OSError as error:
        both = f"{cert} and client_key {key}" if key else f"{cert} without client_key"
        raise InvalidInput(f"client_cert: {both} cannot be used together ({_of_ssl(error)}).") from error


def _no_passphrase() -> str:
    # Without this, OpenSSL asks at the terminal and waits.
    raise InvalidInput("client_key: the key has a passphrase, which is not supported. Give a key without one.")


def _of_ssl(error: OSError) -> str:
    """Return the words of an error; ssl.SSLError is an OSError."""
    return (error.strerror or str(error)).split(" (_ssl.c")[0]


def server_words(response: requests.Response) -> str:
    """Return the server's own words about a refusal, as one short line."""
    try:
        answer = response.json()
    except ValueError:
        return _words_without_json(response)
    if not isinstance(answer, dict):
        return json.dumps(answer)[:300]
    # Keycloak: error, error_description, errorMessage; Cells (rest.Error): Title, Detail; proxies: message.
    words: list[str] = []
    for key in ("error", "error_description", "errorMessage", "message", "Title", "Detail"):
        word = answer.get(key)
        word = word if isinstance(word, str) else ""
        # Cells repeats its Title in Detail, often with the status before it, as a number or in words.
        if word and not any(word == earlier or word.endswith((f": {earlier}", f" {earlier}")) for earlier in words):
            words.append(word)
    return ": ".join(words)[:300]


def _words_without_json(response: requests.Response) -> str:
    """Return a refusal in plain text, such as Cells' Unauthorized, or else which kind of content came."""
    if not response.content:
        return ""
    kind = response.headers.get("Content-Type", "no content type").split(";")[0]
    text = response.text.strip()
    if (
        kind in ("text/plain", "no content type")
        and "<" not in text
        and len(text) <= 100
        and len(text.split("\n")) == 1
    ):
        return re.sub(rf"^{response.status_code}:? ", "", text)
    return f"answered with {kind} instead of JSON"


def transport_reason(error: BaseException) -> str:
    """Return in words why there was no answer, from an error of requests or of a library below it."""
    import requests

    root: BaseException = error
    while root.__cause__ is not None and not isinstance(root, requests.RequestException):
        root = root.__cause__
    if isinstance(root, requests.exceptions.TooManyRedirects):
        target = root.response.headers.get("Location", "") if root.response is not None else ""
        return f"the server redirects to {target or 'another URL'}. Give that URL"
    if isinstance(root, ValueError) and not isinstance(root, requests.RequestException):
        return "the server redirects to something that is not a URL"
    if isinstance(root, requests.exceptions.SSLError):
        return tls_reason(innermost(root))
    if isinstance(root, requests.exceptions.Timeout) or "timed out" in innermost(root):
        return "no answer in time (connection_timeout)"
    return f"no answer: {innermost(root)}"


def tls_reason(words: str) -> str:
    """Return why TLS failed, and what to do, from an error's words."""
    # "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: … (_ssl.c:1020)"
    words = re.sub(r"^\[\w+: \w+\] | \(_ssl\.c:\d+\)$", "", words).rstrip(".")
    advice = next((advice for sign, advice in TLS_ADVICE if sign in words), "")
    return f"TLS failed: {words}. {advice}" if advice else f"TLS failed: {words}"


def _cut_short(error: BaseException) -> bool:
    """Return whether a connection ended in the middle of TLS, for example because a proxy restarted, and was not
    refused."""
    return any(isinstance(below, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) for below in error.args)


def innermost(error: BaseException) -> str:
    """Return the words of the error at the bottom, without the names of the libraries that wrapped it."""
    seen: set[int] = set()
    current: BaseException = error
    while id(current) not in seen:
        seen.add(id(current))
        # Some contain the error below after their own words: ("Connection aborted.", ConnectionResetError(…)).
        below = getattr(current, "reason", None) or (current.args[-1] if current.args else None)
        if not isinstance(below, BaseException):
            below = current.__cause__
        if below is None:
            break
        current = below
    words = str(current)
    # urllib3 puts the connection's repr in front: "<…HTTPConnection object at 0x…>: Failed to …".
    return words.split(">: ", 1)[1] if words.startswith("<") and ">: " in words else words
