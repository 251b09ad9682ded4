"""A curl command that somebody copied is the request that curl would send; what it cannot be here is said."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from chat.exchanges import Request, curl
from chat.exchanges.curl_command import read_curl_command
from chat.exchanges.errors import UnusableInput

JSON = "application/json"
BODY = {"type": "threads.create", "params": {"text": 'It\'s "5 %" of $HOME & C:\\new, \u00e9\n\u2603'}}
CHROME_BASH = r"""curl 'http://127.0.0.1:8000/chatkit' \
  -H 'Accept: text/event-stream' \
  -H 'Authorization: Bearer abc.def' \
  -b 'sid=1; theme=dark' \
  -H 'Content-Type: application/json' \
  --data-raw $'{"type":"threads.create","params":{"text":"It\'s \\"5 %\\" of $HOME & C:\\\\new, \u00e9\\n\u2603"}}' \
  --compressed"""
CHROME_CMD = (
    (
        'curl ^"http://127.0.0.1:8000/chatkit^" ^\r\n'
        '  -H ^"Accept: text/event-stream^" ^\r\n'
        '  -b ^"sid=1; theme=dark^" ^\r\n'
        '  -H ^"Authorization: Bearer abc.def^" ^\r\n'
        '  -H ^"Content-Type: application/json^" ^\r\n'
        '  --data-raw ^"^{^\\^"type^\\^":^\\^"threads.create^\\^",^\\^"params^\\^":^{^\\^"text^\\^":^\\^"It\'s '
        '^\\^\\^\\^"5 ^%^^\\^\\^\\^" of ^$HOME ^& C:^\\^\\^\\^\\new, é^\\^\\n☃^\\^"^}^}^"'
    )
    .replace("^%^^", "^% ^")
    .replace("5 ^% ^\\", "5 ^%^\\")
)
PLAIN_CMD = (
    r'curl.exe "http://127.0.0.1:8000/chatkit" -H "Content-Type: application/json" -d "{\"type\": \"threads.list\"}"'
)


@pytest.mark.parametrize("command", [CHROME_BASH, CHROME_CMD], ids=["bash", "cmd"])
def test_what_a_browser_copies_is_read(command: str) -> None:
    read = read_curl_command(command)
    assert read.url == "http://127.0.0.1:8000/chatkit"
    assert read.method == "POST"
    assert dict(read.headers) == {
        "Accept": "text/event-stream",
        "Authorization": "Bearer abc.def",
        "Cookie": "sid=1; theme=dark",
        "Content-Type": "application/json",
    }
    assert json.loads(read.body) == BODY
    assert read.remarks == []


def test_the_older_form_for_windows_is_read_too() -> None:
    read = read_curl_command(PLAIN_CMD)
    assert json.loads(read.body) == {"type": "threads.list"}
    assert read.headers == [("Content-Type", "application/json")]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    "line",
    [
        r"""curl a\ b 'c'"d"$'e\x41\u00e9\n\'' "f\"\\\$g\h" ''""",
        "curl one \\\n  two   # a comment\n",
        r"""curl 'it'\''s' "a
b" \"c\" """,
        "curl -H$'a:\\tb' ${NOTHING_OF_THAT_NAME:-}x",
    ],
)
def test_words_are_those_of_bash(line: str) -> None:
    from chat.exchanges.redaction import MASK
    from chat.exchanges.shell_words import shell_words

    script = f"curl() {{ printf '%s\\0' curl \"$@\"; }}\n{line}"
    printed = subprocess.run(["bash", "-c", script], capture_output=True, check=True, timeout=30).stdout.decode()
    words = [word.replace(MASK, "") for word in shell_words(line).words]
    assert words == printed.split("\0")[:-1]


def test_what_we_print_ourselves_is_read_back_and_the_shell_s_variables_are_named() -> None:
    headers = (("Content-Type", "application/json"), ("Authorization", "Bearer ••••wxyz"), ("X-Odd", "it's"))
    body = json.dumps(BODY).encode()
    read = read_curl_command(curl(Request("POST", "http://h/chatkit?key=••••", headers, body, streaming=True)))
    assert json.loads(read.body) == BODY
    assert dict(read.headers)["X-Odd"] == "it's"
    assert dict(read.headers)["Authorization"] == "Bearer ••••"
    assert [remark.split()[0] for remark in read.remarks] == ["$KEY", "$TOKEN"]


@pytest.mark.parametrize(
    ("command", "body", "headers"),
    [
        ("curl h -d a=1 --data b --data-raw @c", "a=1&b&@c", {"Content-Type": "application/x-www-form-urlencoded"}),
        (
            "curl h --json '{\"a\":' --json '1}'",
            '{"a":1}',
            {"Content-Type": "application/json", "Accept": "application/json"},
        ),
        ("curl h -sSd x -HA:b -ume:pw", "x", {"A": "b", "Authorization": "Basic bWU6cHc="}),
        ("curl h -H 'X-Empty;' -H 'Accept:' -H 'Host: other' --data-urlencode 'q=a b'", "q=a%20b", {"X-Empty": ""}),
        (
            "$ curl --url h -A me -e ref --oauth2-bearer t -o out.txt -m 5 -XPUT -d x",
            "x",
            {"Authorization": "Bearer t"},
        ),
    ],
)
def test_options_do_what_they_do_in_curl(command: str, body: str, headers: dict[str, str]) -> None:
    read = read_curl_command(command)
    assert read.url == "http://h"
    assert read.body == body
    assert headers.items() <= dict(read.headers).items()
    assert not {"accept", "host"} & {name.lower() for name, value in read.headers} - {name.lower() for name in headers}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("curl h -d @body.json", "reads the body (-d @body.json) from a file"),
        ("curl h --data-binary @x", "from a file"),
        ("curl h --json @x", "from a file"),
        ("curl h -H @x", "from a file"),
        ("curl h -b cookies.txt", "from a file"),
        ("curl h -F file=@x", "sends a form"),
        ("curl h -T x", "sends a file"),
        ("curl h -K x", "its options from a file"),
        ("curl 'h", "is not whole"),
        ("wget h", "no curl command"),
        ("", "no curl command"),
        ('Invoke-WebRequest -Uri "http://h"', "PowerShell"),
        ('fetch("http://h", {})', "fetch()"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_in_words(command: str, words: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_curl_command(command)
    assert words in refused.value.message
    assert refused.value.expected
    assert refused.value.advice


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("curl h", "curl would send a GET"),
        ("curl -X DELETE h -d x", "curl would send a DELETE"),
        ("curl h -d x", "curl sends a body as application/x-www-form-urlencoded"),
        ("curl -L h -d x", "redirects are not followed"),
        ("curl -k h -d x", "certificates are always checked"),
        ("curl -x proxy:1 h -d x", "a proxy"),
        ("curl h i -d x", "several addresses"),
        ("curl h -d x | jq .", "What follows the command was left out: | jq ."),
        ("curl h -d x --next i", "--next"),
    ],
)
def test_what_is_done_otherwise_here_is_said(command: str, words: str) -> None:
    assert any(words in remark for remark in read_curl_command(command).remarks)
