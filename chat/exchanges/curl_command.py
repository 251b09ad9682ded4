"""A curl command that somebody copied, of a terminal or a browser's network tab, as the request it would send."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from chat.exchanges.errors import UnusableInput
from chat.exchanges.redaction import MASK
from chat.exchanges.shell_words import shell_words

__all__ = ["CurlCommand", "read_curl_command"]

_FORM = "application/x-www-form-urlencoded"
_NEVER_BY_HAND = ("connection", "content-length", "host", "transfer-encoding")

# Options by the name of what they do; the rest of curl's are passed over.
_SHORT = {
    "X": "request",
    "H": "header",
    "d": "data",
    "b": "cookie",
    "u": "user",
    "A": "user-agent",
    "e": "referer",
    "F": "form",
    "T": "upload-file",
    "G": "get",
    "L": "location",
    "k": "insecure",
    "K": "config",
    "x": "proxy",
}
_TAKES_NO_VALUE = frozenset("#0123456aBfGgIijJkLlMNnOpqRSsvV")
_LONG_WITH_VALUE = frozenset(
    (
        *("request", "header", "data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "cookie"),
        *("user", "user-agent", "referer", "form", "form-string", "upload-file", "url", "config", "proxy", "output"),
        *("oauth2-bearer", "max-time", "connect-timeout", "retry", "retry-delay", "retry-max-time", "write-out"),
        *("cookie-jar", "dump-header", "cacert", "capath", "cert", "key", "resolve", "connect-to", "interface"),
        *("limit-rate", "max-redirs", "noproxy", "proxy-user", "range", "stderr", "trace", "trace-ascii", "ciphers"),
        *(
            "unix-socket",
            "tls-max",
            "max-filesize",
            "keepalive-time",
            "local-port",
            "pass",
            "proxy-header",
            "url-query",
        ),
    )
)


@dataclass
class CurlCommand:
    """The request of a command. `remarks` say, one sentence each, what of it is not done here, or not as curl does."""

    method: str = ""
    url: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    remarks: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether a header of this name was given, in any case."""
        return any(given.lower() == name for given, _ in self.headers)


def read_curl_command(text: str) -> CurlCommand:
    """
    The request of a `curl` command in bash's or cmd's quoting. Raises `UnusableInput` when there is none in the text,
    and for what would have to be read from a file.
    """
    split = shell_words(text.lstrip().removeprefix("$ "))
    words = list(split.words)
    if not words or words[0].rpartition("/")[2].rpartition("\\")[2].lower() not in ("curl", "curl.exe"):
        raise _no_command(text)
    if split.unclosed:
        raise UnusableInput(
            f"The command is not whole: {split.unclosed} is opened and not closed.",
            expected="all of the command, to its last quote",
            advice="Copy it again.",
        )
    reading = _Reading()
    reading.take(words[1:])
    command = reading.command()
    for variable in split.variables:
        command.remarks.append(
            f"${variable} is a variable of the shell: where the connection has a header of that name, its value is "
            "taken; else type it."
        )
    if split.rest:
        command.remarks.append(f"What follows the command was left out: {split.rest[:60]}")
    return command


def _no_command(text: str) -> UnusableInput:
    start = text.strip()[:40]
    lower = text.lower()
    advice = "In the browser's network tab: Copy → Copy as cURL (bash), or (cmd)."
    if "invoke-webrequest" in lower or "invoke-restmethod" in lower:
        return UnusableInput("This is a command of PowerShell.", expected="a curl command", got=start, advice=advice)
    if lower.lstrip().startswith(("fetch(", "await fetch(")):
        return UnusableInput("This is a fetch() of JavaScript.", expected="a curl command", got=start, advice=advice)
    return UnusableInput(
        "This is no curl command.", expected="a command that begins with curl", got=start or "nothing", advice=advice
    )


class _Reading:
    """Takes curl's options one by one."""

    def __init__(self) -> None:
        self._command = CurlCommand()
        self._data: list[str] = []
        self._json = False
        self._get = False
        self._removed: list[str] = []
        self._urls: list[str] = []
        self._does: dict[str, Callable[[str], None]] = {
            "request": lambda value: setattr(self._command, "method", value.upper()),
            "header": self._header,
            "data": self._from_file_or("-d"),
            "data-ascii": self._from_file_or("--data-ascii"),
            "data-binary": self._from_file_or("--data-binary"),
            "data-raw": self._data.append,
            "data-urlencode": self._urlencoded,
            "json": self._as_json,
            "cookie": self._cookie,
            "user": lambda value: self._set("Authorization", f"Basic {base64.b64encode(value.encode()).decode()}"),
            "oauth2-bearer": lambda value: self._set("Authorization", f"Bearer {value}"),
            "user-agent": lambda value: self._set("User-Agent", value),
            "referer": lambda value: self._set("Referer", value.partition(";")[0]),
            "url": self._urls.append,
            "form": self._refused("a form (-F)", "ChatKit's operations are one JSON document; a form uploads a file."),
            "form-string": self._refused("a form (--form-string)", "ChatKit's operations are one JSON document."),
            "upload-file": self._refused("a file (-T)", "Paste the file's content as the body."),
            "config": self._refused("its options from a file (-K)", "Type the options into the command."),
            "proxy": lambda _: self._say("-x (a proxy) was left out: the connection goes the way it always goes."),
        }

    def take(self, words: list[str]) -> None:
        """Every word after `curl`."""
        while words:
            word = words.pop(0)
            if word == "--next":
                self._say("--next: only the first of the command's requests was taken.")
                return
            if word.startswith("--") and len(word) > 2:
                name, equals, value = word[2:].partition("=")
                if equals and name in _LONG_WITH_VALUE:
                    words.insert(0, value)
                self._long(name, words)
            elif word.startswith("-") and len(word) > 1:
                self._short(word[1:], words)
            else:
                self._urls.append(word)

    def _long(self, name: str, words: list[str]) -> None:
        if name in _LONG_WITH_VALUE:
            self._do(name, words.pop(0) if words else "")
        else:
            self._switch(name)

    def _short(self, letters: str, words: list[str]) -> None:
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in _TAKES_NO_VALUE:
                self._switch(_SHORT.get(letter, ""))
                continue
            value = letters or (words.pop(0) if words else "")
            self._do(_SHORT.get(letter, ""), value)
            return

    def _switch(self, name: str) -> None:
        match name:
            case "get":
                self._get = True
            case "location":
                self._say("-L was left out: redirects are not followed here; a browser's POST does not survive one.")
            case "insecure":
                self._say("-k was left out: certificates are always checked.")

    def _do(self, name: str, value: str) -> None:
        if (act := self._does.get(name)) is not None:
            act(value)

    def _header(self, value: str) -> None:
        if value.startswith("@"):
            raise _file(f"headers (-H {value})")
        name, colon, content = value.partition(":")
        name = name.strip()
        if not colon:
            if name.endswith(";"):
                self._command.headers.append((name[:-1].strip(), ""))
            return
        if not content.strip():
            self._removed.append(name.lower())
        elif name.lower() in _NEVER_BY_HAND:
            if name.lower() == "host":
                self._say("The header Host was left out: the connection's address says it.")
        else:
            self._command.headers.append((name, content.strip()))

    def _set(self, name: str, value: str) -> None:
        if not self._command.has(name.lower()):
            self._command.headers.append((name, value))

    def _from_file_or(self, option: str) -> Callable[[str], None]:
        def take(value: str) -> None:
            if value.startswith("@"):
                raise _file(f"the body ({option} {value})")
            self._data.append(value)

        return take

    def _urlencoded(self, value: str) -> None:
        name, equals, content = value.partition("=")
        if not equals and "@" in value:
            raise _file(f"the body (--data-urlencode {value})")
        encoded = quote(content if equals else value, safe="")
        self._data.append(f"{name}={encoded}" if equals and name else encoded)

    def _as_json(self, value: str) -> None:
        if value.startswith("@"):
            raise _file(f"the body (--json {value})")
        # several make one document, with nothing between them
        if self._json and self._data:
            self._data[-1] += value
        else:
            self._data.append(value)
        self._json = True

    def _cookie(self, value: str) -> None:
        if "=" not in value:
            raise _file(f"cookies (-b {value})")
        self._set("Cookie", value)

    def _refused(self, what: str, advice: str) -> Callable[[str], None]:
        def refuse(_: str) -> None:
            raise UnusableInput(f"The command sends {what}.", expected="a JSON body, by --data-raw", advice=advice)

        return refuse

    def _say(self, words: str) -> None:
        if words not in self._command.remarks:
            self._command.remarks.append(words)

    def command(self) -> CurlCommand:
        """What all of them come to."""
        command = self._command
        command.url = self._urls[0] if self._urls else ""
        if command.url and "://" not in command.url and MASK not in command.url:
            command.url = f"http://{command.url}"  # as curl does
        if len(self._urls) > 1:
            self._say("The command has several addresses: the first was taken.")
        command.body = "&".join(self._data)
        if self._json:
            self._default("Content-Type", "application/json")
            self._default("Accept", "application/json")
        elif self._data and not self._get:
            if not command.has("content-type") and "content-type" not in self._removed:
                self._say(f"Without -H 'Content-Type: …', curl sends a body as {_FORM}.")
            self._default("Content-Type", _FORM)
        asked = command.method or ("POST" if self._data and not self._get else "GET")
        command.method = asked
        if asked != "POST":
            self._say(f"curl would send a {asked}; ChatKit has POST alone, and so has this editor.")
        return command

    def _default(self, name: str, value: str) -> None:
        if name.lower() not in self._removed:
            self._set(name, value)


def _file(what: str) -> UnusableInput:
    return UnusableInput(
        f"The command reads {what} from a file, which is on the machine where it was copied.",
        expected="a body in the command itself, by --data-raw",
        advice="Paste the file's content in place of the @.",
    )
