"""The file of connections: what it says, what is wrong in it, and what the environment adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.errors import BadProfile
from chat.host.connections_file import read_connections
from chat.host.finding import find

TOKEN = "t0ken-of-the-shop"
WHOLE = """
[options]
locale = "en"

[connections.shop]
url = "http://127.0.0.1:9/chatkit"
headers = { Authorization = "Bearer ${SHOP_TOKEN}", X-Price = "$${5}" }
metadata = { tenant = "acme", key = ["${SHOP_TOKEN}"] }
locale = "de"
as_widget = true
profile = "shop.py"

[connections.shop.options.composer]
placeholder = "Ask the shop"

[connections.plain]
url = "http://127.0.0.1:9/plain"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "chatkit-workbench.toml"
    path.write_text(WHOLE, "utf-8")
    (tmp_path / "shop.py").write_text("greeting = 'Hi'\ndef headers(request): return {'X-Op': request.operation}\n")
    return path


def test_a_connection_is_all_that_the_file_says_of_it(path: Path) -> None:
    known = read_connections(path)
    assert known.names == ("shop", "plain")
    shop = known.connection("shop", {"SHOP_TOKEN": TOKEN})
    assert shop.headers == (("Authorization", f"Bearer {TOKEN}"), ("X-Price", "${5}"))
    assert shop.metadata == {"tenant": "acme", "key": [TOKEN]}
    assert (shop.locale, shop.as_widget, shop.profile) == ("de", True, path.parent / "shop.py")
    assert known.connection("plain", {}).headers == ()
    assert TOKEN not in repr(shop) + repr(known)


async def test_a_name_finds_the_connection_with_its_profile_and_its_options(path: Path) -> None:
    found = find("shop", (("X-Price", "7"),), config=path, environment={"SHOP_TOKEN": TOKEN})
    assert found.connection.headers == (("Authorization", f"Bearer {TOKEN}"), ("X-Price", "7"))
    assert found.connection.secrets.text(f"seen: {TOKEN}") != f"seen: {TOKEN}"
    assert TOKEN not in repr(found)
    assert found.host.settings.placeholder == "Ask the shop"
    assert (found.host.settings.greeting, found.host.settings.locale) == ("Hi", "en")
    sent = await found.connection.for_request("threads.list", {})
    assert dict(sent.request_headers(()))["X-Op"] == "threads.list"
    address = find("http://127.0.0.1:9/other", config=path)
    assert (address.connection.url, address.host.settings.locale) == ("http://127.0.0.1:9/other", "en")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shp", "chatkit-workbench.toml has no connection 'shp'. Did you mean shop?"),
        ("shop", "connections.shop.headers.Authorization: the environment variable SHOP_TOKEN is not set."),
    ],
)
def test_what_is_missing_is_named(name: str, words: str, path: Path) -> None:
    with pytest.raises(BadProfile) as problem:
        find(name, config=path, environment={"SHOP_TOKEN": ""})
    assert words in f"{problem.value} {problem.value.advice}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[connections.a]\nurl = 'x'\nhaeders = {}\n", ", line 3: connections.a.haeders: expected a key"),
        ("[connections.a]\nurl = 'x'\nhaeders = {}\n", "Did you mean `headers`?"),
        ("[connection.a]\n", ", line 1: connection: expected a key that is declared for the options"),
        ("[connections.a]\n", ", line 1: connections.a.url: expected a string, got nothing."),
        ("[connections.a]\nurl = 'x'\nas_widget = 1\n", ", line 3: connections.a.as_widget: expected true or false"),
        ("[options]\n[options.composer]\nplcaeholder = 'x'\n", ", line 3: options.composer.plcaeholder"),
        ("[connections.a]\nurl = 'x'\nheaders = {A = 1}\n", ", line 3: connections.a.headers.A: expected a string"),
        ("[connections.'a b']\nurl = 'x'\n", "a name is of letters, digits, dots, dashes and underscores"),
        ("[connections.a\n", "is not TOML"),
        ("a = 1\nb = 2", "And 1 more."),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadProfile) as problem:
        read_connections(path)
    assert words in str(problem.value)
    assert str(problem.value).startswith("my.toml")


@pytest.mark.parametrize("odd", ["${}", "${a b}", "${TOKEN"])
def test_what_looks_like_a_variable_and_is_none_is_named(odd: str, tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text(f"[connections.a]\nurl = 'x'\nheaders = {{A = '{odd}'}}\n", "utf-8")
    with pytest.raises(BadProfile, match="is not the name of a variable"):
        read_connections(path).connection("a", {})
