"""A profile in Python: what it supplies, what is wrong with it, and what comes of its functions."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat.errors import BadProfile
from chat.exchanges.secrets import Secrets
from chat.host import profile_file, profile_host
from chat.host.always import Always
from chat.host.finding import loaded_profile
from chat.host.host import NO_ANSWER, Answer, Command, CommandChoice, Entity
from chat.host.profile_file import ProfileFile
from chat.host.profile_host import Layer, ProfileHost
from chat.host.settings import HostButton, Model, Prompt, Tool

Written = Callable[[str], ProfileFile]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(source: str) -> ProfileFile:
        path = tmp_path / "my_profile.py"
        path.write_text(source, "utf-8")
        file = ProfileFile(path)
        file.load()
        return file

    return write


def save(file: ProfileFile, source: str) -> None:
    """Save another version, at another time."""
    before = file.path.stat()
    file.path.write_text(source, "utf-8")
    os.utime(file.path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


def said(file: ProfileFile) -> list[tuple[str, str, int]]:
    return [(one.where, one.message, one.line) for one in file.failures]


def test_values_are_the_widgets_options_by_shorter_names(written: Written) -> None:
    file = written(
        """
name, url, as_widget = "Shop", "http://127.0.0.1:1/chatkit", True
greeting = "Hello"
start_prompts = ["Hours?", {"label": "Where", "prompt": "Where are you?", "icon": "map-pin"}]
placeholder = "Ask"
disclaimer = "May be wrong."
tools = ["search", {"id": "math", "label": "Compute", "icon": "lab", "pinned": True}]
models = ({"id": "m", "label": "M", "default": True},)
upload = {"direct": "https://files.example/up"}
attachments = {"enabled": True, "maxCount": 2}
locale = "de-DE"
image_domains = ["cdn.example.com"]
options = {"threadItemActions": {"retry": False}, "composer": {"placeholder": "under"}}
entities = ["Ada", {"id": "g", "title": "Grace"}]
commands = [{"id": "hi", "label": "Say hi", "text": "Hi!"}]
host_buttons = [
    {"label": "Go", "custom_action": "go"},
    {"label": "Ask", "send_user_message": {"text": "What now?", "new_thread": True}},
    {"label": "Write", "set_composer_value": "Dear "},
    {"label": "Call", "call": lambda: 3},
]
"""
    )
    assert said(file) == []
    assert file.supplied.name == "Shop"
    assert file.supplied.url == "http://127.0.0.1:1/chatkit"
    assert file.supplied.as_widget
    settings = ProfileHost(file=file).settings
    assert settings.greeting == "Hello"
    assert settings.prompts == (Prompt("Hours?", "Hours?"), Prompt("Where", "Where are you?", "map-pin"))
    assert settings.placeholder == "Ask", "the name of its own stands over `options`"
    assert settings.disclaimer == "May be wrong."
    assert settings.tools == (Tool("search", "search", "bolt"), Tool("math", "Compute", "lab", pinned=True))
    assert settings.models == (Model("m", "M", default=True),)
    assert settings.attachments.upload_url == "https://files.example/up"
    assert settings.attachments.max_count == 2
    assert settings.locale == "de-DE"
    assert settings.image_domains == ("cdn.example.com",)
    assert not settings.retry
    assert settings.entities
    assert settings.commands
    assert [(button.label, button.kind, button.value) for button in settings.host_buttons] == [
        ("Go", "custom_action", {"type": "go"}),
        ("Ask", "send_user_message", {"text": "What now?", "new_thread": True}),
        ("Write", "set_composer_value", "Dear "),
        ("Call", "call", None),
    ]
    assert isinstance(settings.host_buttons[0], HostButton)


@pytest.mark.parametrize(
    ("source", "where", "words"),
    [
        ("tools = [{'id': 'a', 'label': 'A', 'icn': 'x'}]", "tools", "tools[0].icn: expected a key"),
        ("tools = [{'id': 'a', 'label': 'A', 'icon': 'nope'}]", "tools", "tools[0].icon: expected an icon's name"),
        ("models = {'id': 'a'}", "models", "models: expected a list, got an object."),
        ("greeting = 3", "greeting", "greeting: expected a string, got 3."),
        ("locale = 'xx'", "locale", "locale: expected a locale"),
        ("upload = 'twophase'", "upload", "upload: expected an object whose `type` is"),
        ("options = {'startscreen': {}}", "options", "Did you mean `startScreen`?"),
        ("disclaimer = {'text': '', 'txt': ''}", "disclaimer", "disclaimer.txt: expected a key"),
        ("on_client_tool = 3", "on_client_tool", "expected a function of name, params, got 3."),
        ("def on_action(a, b, c): ...", "on_action", "expected a function of (action, item), got on_action(a, b, c)"),
        ("def on_client_tol(n, p): ...", "on_client_tol", "Did you mean `on_client_tool`?"),
        ("def on_click(n): ...", "on_click", "Known: on_client_tool, on_effect, on_action, on_command."),
        ("start_prompt = []", "start_prompt", "Did you mean `start_prompts`?"),
        ("headers = {'A': 1}", "headers", "headers['A']: expected a string, got 1."),
        ("commands = [{'id': 'a'}]", "commands", "commands[0].label: expected a string, got nothing."),
        ("entities = [{'id': 'a', 'title': 'b', 'x': 1}]", "entities", "entities[0]: 'x' is not known here"),
        ("host_buttons = [{'label': 'A'}]", "host_buttons", "host_buttons[0]: expected one of custom_action"),
        ("host_buttons = [{'label': 'A', 'call': 'x'}]", "host_buttons", "expected a function that wants nothing"),
        ("metadata = {'a': {1}}", "metadata", "expected what JSON can hold"),
        ("url = 1", "url", "url: expected a string"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_the_rest_is_used(
    source: str, where: str, words: str, written: Written
) -> None:
    file = written(f"placeholder = 'still there'\n\n{source}\n")
    ((found, message, line),) = said(file)
    assert (found, line) == (where, 3)
    assert words in message
    host = ProfileHost(file=file)
    assert host.settings.placeholder == "still there"
    assert [one.where for one in host.failures] == [where]


def test_what_is_the_readers_own_is_not_taken_for_a_mistake(written: Written) -> None:
    file = written(
        "import json\nfrom pathlib import Path\nTOKENS = []\n_headr = 1\ndef today(): ...\nclass Tool: ...\n"
    )
    assert said(file) == []


async def test_functions_may_be_async_and_want_less(written: Written) -> None:
    host = ProfileHost(
        file=written(
            """
import asyncio, threading
async def on_client_tool(name):
    await asyncio.sleep(0)
    return {"asked": name}
def on_effect(name, data): return threading.current_thread() is threading.main_thread()
def headers(): return {"X-A": "1", "X-B": None}
on_action = lambda action: action
"""
        )
    )
    assert not host.failures
    answer = await host.client_tool("t", {})
    assert answer == Answer(True, {"asked": "t"}, "on_client_tool in my_profile.py")
    assert (await host.effect("e", {})).value is False, "in a thread of its own"
    assert await host.headers("threads.list", {}) == {"X-A": "1"}
    assert (await host.action({"type": "a"}, {})).value == {"type": "a"}


async def test_each_request_is_told_apart(written: Written) -> None:
    host = ProfileHost(
        file=written(
            """
count = 0
def headers(request):
    global count
    count += 1
    return {"Authorization": f"Bearer {count}", "article-id": request.thread_id or "none"}
async def metadata(request): return {"operation": request.operation, "keys": sorted(request.body)}
"""
        )
    )
    first = await host.added("threads.create", {"type": "threads.create", "params": {}})
    second = await host.added("items.list", {"type": "items.list", "params": {"thread_id": "thr_1"}})
    assert first.headers == (("Authorization", "Bearer 1"), ("article-id", "none"))
    assert second.headers == (("Authorization", "Bearer 2"), ("article-id", "thr_1"))
    assert second.metadata == {"operation": "items.list", "keys": ["params", "type"]}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def headers(request):\n    return {}['TOKEN']", "KeyError: 'TOKEN'"),
        ("def headers(request):\n    return 'Bearer x'", "headers: expected a dict"),
        ("async def headers(request):\n    raise SystemExit(3)", "SystemExit"),
        ("def headers(request):\n    raise StopIteration", "StopIteration"),
        ("def metadata(request):\n    return [1]", "metadata: expected a dict"),
        ("def headers(request:\n    ...", "could not be loaded: SyntaxError"),
    ],
)
async def test_without_its_headers_a_request_is_not_sent(source: str, words: str, written: Written) -> None:
    host = ProfileHost(file=written(source))
    with pytest.raises(BadProfile) as problem:
        await host.added("threads.list", {})
    assert words in str(problem.value)
    assert problem.value.whose == "your profile"
    assert "my_profile.py" in problem.value.advice


async def test_an_exception_is_told_with_its_line_and_the_person_is_asked(written: Written) -> None:
    file = written(
        """
TOKEN = "hunter2-hunter2"
def look_up(name):
    raise LookupError(f"no {name}, with {TOKEN}")

def on_client_tool(name, params):
    return look_up(name)
"""
    )
    told: list[int] = []
    host = ProfileHost(file=file)
    host.on_change(lambda: told.append(len(host.failures)))
    assert not (answer := await host.client_tool("weather", {})).handled
    (failure,) = host.failures
    assert (failure.where, failure.line, failure.file) == ("on_client_tool", 4, str(file.path))
    assert failure.message.startswith("LookupError: no weather, with ")
    assert "line 7, in on_client_tool" in failure.trace
    assert "running.py" not in failure.trace, "the workbench's own part of it helps nobody"
    assert "hunter2" not in failure.message + failure.trace
    assert answer.failure == failure
    assert told == [1]

    save(file, "def on_client_tool(name, params): return 1\n")
    assert await file.look()
    assert host.failures == []
    assert (await host.client_tool("weather", {})).value == 1


async def test_secrets_of_the_connection_are_in_no_failure(written: Written) -> None:
    secrets = Secrets(("correct-horse-battery",))
    host = ProfileHost(
        file=written("def on_effect(n, d):\n    raise ValueError('correct-horse-battery')"), secrets=lambda: secrets
    )
    await host.effect("e", {})
    assert "correct" not in repr(host.failures)


async def test_it_is_loaded_again_when_it_changes_and_a_broken_one_changes_nothing(written: Written) -> None:
    file = written("greeting = 'one'\ndef on_client_tool(n, p): return 'one'\n")
    host = ProfileHost(file=file)
    heard: list[str] = []
    host.on_change(lambda: heard.append(host.settings.greeting))
    assert not await file.look()
    save(file, "greeting = 'two'\n\ndef on_client_tool(n, p: return\n")
    assert await file.look()
    (failure,) = host.failures
    assert (failure.where, failure.line) == ("the file", 3)
    assert failure.message.startswith("SyntaxError")
    assert (await host.client_tool("t", {})).value == "one"
    save(file, "greeting = 'three'\n1 / 0\n")
    await file.look()
    assert [(one.message, one.line) for one in host.failures] == [("ZeroDivisionError: division by zero", 2)]
    save(file, "greeting = 'four'\n")
    await file.look()
    assert host.failures == []
    assert heard == ["one", "one", "four"]
    file.path.unlink()
    assert not await file.look()
    assert host.settings.greeting == "four", "an editor may have taken it away for a moment"


def test_a_secret_of_a_file_that_fails_is_in_no_failure(written: Written) -> None:
    file = written("api_token = 'correct-horse-battery'\nraise ValueError(f'{api_token} is refused')\n")
    (failure,) = file.failures
    assert failure.message.startswith("ValueError: ")
    assert "is refused" in failure.message
    assert "correct" not in repr(failure)


async def test_a_file_that_never_ends_to_load_is_left_out_with_its_line_and_taken_when_it_has(tmp_path: Path) -> None:
    path, gate = tmp_path / "my_profile.py", tmp_path / "gate"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.001)\n"
    path.write_text(f"{waiting}greeting = 'late'\n", "utf-8")
    file = ProfileFile(path, patience=0.05)
    host = ProfileHost(file=file)
    assert not file.load()
    (failure,) = host.failures
    assert failure.where == "the file"
    assert failure.line in (2, 3)
    assert "has been loading for 0.05 seconds" in failure.message
    assert not await file.look(), "nothing is new"
    gate.touch()
    loaded = False
    while not loaded:
        await asyncio.sleep(0)
        loaded = await file.look()
    assert host.failures == []
    assert host.settings.greeting == "late"


async def test_a_version_that_comes_while_another_loads_is_the_one_that_counts(tmp_path: Path) -> None:
    path, gate = tmp_path / "my_profile.py", tmp_path / "gate"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.001)\n"
    path.write_text(f"{waiting}greeting = 'old'\npathlib.Path({str(gate)!r}).write_text('passed')\n", "utf-8")
    file = ProfileFile(path, patience=0.05)
    assert not file.load()
    save(file, "greeting = 'new'\n")
    file.patience = 30
    assert await file.look()
    gate.touch()
    passed = False
    while not passed:
        await asyncio.sleep(0)
        passed = gate.read_text() == "passed"
    assert not await file.look()
    host = ProfileHost(file=file)
    assert (host.failures, host.settings.greeting) == ([], "new")


def test_a_command_with_a_file_that_never_ends_to_load_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_file.ProfileFile.__init__, "__kwdefaults__", {"patience": 0.05})
    (tmp_path / "my_profile.py").write_text("import threading\nthreading.Event().wait()\n", "utf-8")
    with pytest.raises(BadProfile, match=r"my_profile.py, line 2: It has been loading for 0.05 seconds"):
        loaded_profile(tmp_path / "my_profile.py")


async def test_a_function_that_takes_long_is_named_while_it_runs(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile_host, "LONG", 0.0)
    file = written("import threading\ngo = threading.Event()\ndef on_client_tool(n, p):\n    go.wait()\n    return 1\n")
    host = ProfileHost(file=file)
    named = asyncio.Event()
    host.on_change(named.set)
    asking = asyncio.create_task(host.client_tool("t", {}))
    await named.wait()
    assert host.running == ("on_client_tool",)
    (failure,) = host.failures
    assert (failure.where, failure.line) == ("on_client_tool", 3)
    assert "has been running" in failure.message
    within(file, "go").set()
    assert (await asking).value == 1
    assert not host.running
    assert host.failures == []


BLOCKED = """
import threading
go, called = threading.Event(), threading.Event()
async def on_client_tool(name, params):
    called.set()
    go.wait()  # without an `await`, as time.sleep
    return name
async def on_effect(name, data): return name
"""


def within(file: ProfileFile, name: str) -> Any:
    """A name of the file, as its functions see it."""
    function: Any = next(iter(file.supplied.functions.values()))
    return function.__globals__[name]


async def test_an_async_function_that_blocks_keeps_nobody_else_waiting(written: Written) -> None:
    file = written(BLOCKED)
    host = ProfileHost(file=file)
    asking = asyncio.create_task(host.client_tool("t", {}))
    assert await asyncio.to_thread(within(file, "called").wait, 30), "this loop goes on"
    assert (await host.effect("e", {})).value == "e", "in another loop"
    within(file, "go").set()
    assert (await asking).value == "t"


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_a_request_waits_for_its_headers_only_so_long(kind: str, written: Written) -> None:
    file = written(
        f"import threading\ngo = threading.Event()\n{kind} headers(request):\n    go.wait()\n    return {{}}\n"
    )
    host = ProfileHost(file=file, patience=0.01)
    with pytest.raises(BadProfile, match=r"headers in my_profile.py failed: It has not returned within 0.01 seconds"):
        await host.added("threads.list", {})
    (failure,) = host.failures
    assert (failure.where, failure.line) == ("headers", 3)
    with pytest.raises(BadProfile, match=r"It still has not returned\. It is not asked again until it has"):
        await host.added("threads.list", {})
    within(file, "go").set()
    while host.failures:
        await asyncio.sleep(0)
        with contextlib.suppress(BadProfile):
            assert await host.headers("threads.list", {}) == {}, "as soon as it has returned"


async def test_entities_and_commands_come_from_lists_and_functions(written: Written) -> None:
    host = ProfileHost(
        file=written(
            """
entities = ["Ada Lovelace", {"id": "g", "title": "Grace Hopper", "group": "Navy", "data": {"rank": 1}}]
commands = [{"id": "hi", "label": "Say hi", "text": "Hi!"}, {"id": "who", "label": "Who", "entity": {"id": "g",
            "title": "Grace"}}, "plain"]
def preview_entity(entity): return {"preview": {"type": "Card", "children": []}}
"""
        )
    )
    assert await host.search_entities("navy HOP") == [Entity("g", "Grace Hopper", group="Navy", data={"rank": "1"})]
    assert len(await host.search_entities("")) == 2
    assert await host.preview_entity(Entity("a", "Ada")) == {"type": "Card", "children": []}
    assert [one.id for one in await host.search_commands("hi")] == ["hi"]
    assert await host.choose_command(Command("hi", "Say hi"), "") == CommandChoice(text="Hi!")
    assert (await host.choose_command(Command("who", "Who"), "")).entity == Entity("g", "Grace")
    assert await host.choose_command(Command("plain", "plain"), "") == CommandChoice()

    asked = ProfileHost(
        file=written(
            """
async def search_entities(query): return {"entities": [query, 3]} if query == "bad" else [query]
def commands(query): return ["a " + query]
def on_command(command, query): return [{"id": "next", "label": command.label}]
"""
        )
    )
    assert asked.settings.entities
    assert asked.settings.commands
    assert await asked.search_entities("x") == (Entity("x", "x"),)
    assert await asked.search_entities("bad") == ()
    assert [one.message for one in asked.failures] == [
        "search_entities[1]: expected a dict with id, title, icon, group, interactive, data, got 3."
    ]
    assert await asked.search_commands("b") == (Command("a b", "a b"),)
    assert (await asked.choose_command(Command("c", "C"), "")).menu == (Command("next", "C"),)
    assert await asked.preview_entity(Entity("a", "Ada")) is None


async def test_a_button_calls_its_function(written: Written) -> None:
    host = ProfileHost(
        file=written(
            "def bad(): return {1}\n"
            "host_buttons = [{'label': 'A', 'call': lambda: 'done'}, {'label': 'B', 'call': bad}]"
        )
    )
    assert await host.press("A") == Answer(True, "done", "the button “A” in my_profile.py")
    assert not (await host.press("B")).handled
    assert await host.press("C") == NO_ANSWER
    assert [one.where for one in host.failures] == ["the button “B”"]


class Kept:
    """Answers kept in memory."""

    def __init__(self) -> None:
        self.tools: dict[str, Any] = {}
        self.actions: list[str] = []

    def keep_tool(self, name: str, result: Any) -> None:
        self.tools[name] = result

    def keep_action(self, action: str) -> None:
        self.actions.append(action)


async def test_where_no_function_answers_what_was_kept_does(written: Written) -> None:
    kept: Always = Kept()
    host = ProfileHost(
        file=written("def on_client_tool(name, params): return 1 if name == 'mine' else None"), always=kept
    )
    assert await host.client_tool("other", {}) == NO_ANSWER
    assert await host.action({"type": "open"}, {}) == NO_ANSWER
    assert host.always_answer("other", {"ok": True})
    assert host.always_answer("mine", 2)
    assert host.always_send("open")
    assert await host.client_tool("other", {}) == Answer(True, {"ok": True}, "your answer that is kept for it")
    assert (await host.client_tool("mine", {})).value == 1, "the function comes first"
    sent = await host.action({"type": "open", "handler": "client", "payload": {"id": 1}}, {})
    assert (sent.handled, sent.value) == (True, {"type": "open", "payload": {"id": 1}})
    assert not ProfileHost().always_answer("x", 1), "nobody keeps it"


def test_what_is_typed_in_the_page_stands_over_the_file_and_that_over_the_settings(written: Written) -> None:
    below = Layer(
        "settings", lambda: {"startScreen": {"greeting": "below"}, "locale": "de", "disclaimer": {"text": "d"}}
    )
    page = Layer("page", lambda: {"startScreen": {"greeting": "page"}})
    host = ProfileHost([below], written("greeting = 'file'\nlocale = 'fr'"), [page])
    assert (host.settings.greeting, host.settings.locale, host.settings.disclaimer) == ("page", "fr", "d")


async def test_the_template_runs_as_it_is() -> None:
    template = Path(profile_host.__file__).with_name("template_profile.py")
    file = ProfileFile(template)
    assert file.load()
    host = ProfileHost(file=file)
    assert host.failures == []
    assert (await host.client_tool("get_time_zone", {})).value["time_zone"] == "Europe/Vienna"
    assert (await host.client_tool("another", {})) == NO_ANSWER
    assert (await host.action({"type": "a"}, {})) == NO_ANSWER
    assert [one.title for one in await host.search_entities("ada")] == ["Ada Lovelace"]
    assert (await host.preview_entity(Entity("ada", "Ada")))["type"] == "Card"
    assert (await host.press("Empty the cart")).value == "The cart is empty"
    assert await host.added("threads.list", {}) == type(await host.added("", {}))()
    assert len(file.supplied.names) >= 15
