"""An exchange's request as a command line that can be pasted into a terminal."""

from __future__ import annotations

import re
import shlex
from itertools import chain, count
from urllib.parse import unquote_plus

from chat.exchanges.exchange import Exchange, Request
from chat.exchanges.redaction import MASK

__all__ = ["curl"]

# What curl writes itself, or what would only make its output unreadable.
_LEFT_OUT = frozenset(("host", "content-length", "connection", "accept-encoding", "transfer-encoding"))
_PLAIN_NAMES = {"authorization": "TOKEN", "proxy-authorization": "PROXY_TOKEN", "cookie": "COOKIE"}
_MARKED = re.compile(rf"{MASK}[^\s;&#@,\"']{{0,4}}")


def curl(exchange: Exchange | Request, *, with_head: bool = False) -> str:
    """
    A curl command, in several lines, that sends the same request; secrets are shell variables like `$TOKEN`.

    Every other part is quoted for a POSIX shell. A body that a command line cannot hold is read from a file `body.bin`,
    and a comment above the command says so. `with_head` has curl print the answer's head, too.
    """
    request = exchange.request if isinstance(exchange, Exchange) else exchange
    options = ["curl -sS -N" if request.streaming else "curl -sS"]
    if with_head:
        options[0] += " -i"
    if request.method != "POST" or not request.body:
        options[0] += f" -X {shlex.quote(request.method)}"
    if re.search(r"[\[\]{}]", request.url):
        options[0] += " --globoff"
    variables = _Variables()
    for name, value in request.headers:
        if name.lower() in _LEFT_OUT:
            continue
        variable = _PLAIN_NAMES.get(name.lower()) or _variable(name)
        # curl takes "Name:" as an order to leave the header out; "Name;" sends it empty.
        options.append(f"-H {_quote(f'{name}: {value}' if value else f'{name};', variable, variables)}")
    options[0] += f" {_url(request.url, variables)}"
    note = ""
    if request.body or request.body_size:
        text = _as_text(request.body) if len(request.body) == request.body_size or request.body else None
        if text is None:
            note = f"# body.bin: the {request.body_size or len(request.body)} bytes to send\n"
            options.append("--data-binary @body.bin")
        else:
            options.append(f"--data-raw {shlex.quote(text)}")
    return note + " \\\n  ".join(options)


def _as_text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or not text else text


def _variable(name: str) -> str:
    word = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "SECRET"
    return f"_{word}" if word[0].isdigit() else word


class _Variables:
    """The names that are taken: each secret has a variable of its own, since no value would do for two."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def named(self, *names: str) -> str:
        """The first of these names that is free, or the last with the next number."""
        numbered = (f"{names[-1]}_{number}" for number in count(2))
        name = next(name for name in chain(names, numbered) if name not in self._taken)
        self._taken.add(name)
        return f'"${name}"'


def _quote(text: str, variable: str, variables: _Variables) -> str:
    """Quote for the shell, with every masked secret replaced by a variable."""
    first, *others = (shlex.quote(piece) if piece else "" for piece in _MARKED.split(text))
    return first + "".join(variables.named(variable) + piece for piece in others)


def _url(url: str, variables: _Variables) -> str:
    """Quote a URL; a masked query parameter becomes the variable of its name, masked userinfo `$TOKEN`."""
    quoted: list[str] = []
    place = 0
    for marked in _MARKED.finditer(url):
        before = url[place : marked.start()]
        name = re.search(r"[?&;#]([^?&;#=]*)=\Z", before)
        if before:
            quoted.append(shlex.quote(before))
        variable = _variable(unquote_plus(name[1])) if name else "TOKEN"
        quoted.append(variables.named(variable, f"URL_{variable}"))
        place = marked.end()
    if url[place:] or not quoted:
        quoted.append(shlex.quote(url[place:]))
    return "".join(quoted)
