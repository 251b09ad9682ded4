"""The pytest plugin: a ChatKit backend is spoken to, compared with golden files, and judged by every rule.

It imports pytest and the standard library alone. The workbench itself runs in a process of its own, so that nothing of
it meets the modules of the backend under test, and starts with the first test that uses `chatkit`.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from .serving import ServedApp
from .testing import ChatKit, Check, Golden, Turn
from .workbench_process import WorkbenchFault, WorkbenchProcess

__all__ = ["ChatKitChecks"]

_PROCESS = pytest.StashKey[WorkbenchProcess]()
_SERVED = pytest.StashKey[list[ServedApp]]()
_CHECKED = pytest.StashKey[dict[str, dict[str, Any]]]()
_WRITTEN = pytest.StashKey[list[Path]]()
_DIFFERS = pytest.StashKey[list[str]]()


class ChatKitChecks:
    """To be subclassed: one test for every rule of a conformance run. Needs the fixture `chatkit_backend`."""

    def test_rule(self, chatkit_check: Check) -> None:
        """The backend keeps the rule."""
        chatkit_check.verify()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Command line and settings."""
    group = parser.getgroup("chatkit", "ChatKit Workbench")
    group.addoption("--chatkit-url", metavar="URL", help="The ChatKit backend to test.  [default: chatkit_backend]")
    group.addoption("--chatkit-update", action="store_true", help="Write golden files that are missing or differ.")
    group.addoption(
        "--chatkit-record",
        choices=("none", "once", "rewrite"),
        default="none",
        help="Keep what each test said in recordings/: never, where there is none yet, or anew.  [default: none]",
    )
    parser.addini("chatkit_url", "The ChatKit backend to test.")
    parser.addini("chatkit_path", "Where an ASGI app answers ChatKit requests.", default="/chatkit")
    parser.addini("chatkit_headers", "Headers to send, 'Name: value', one in a line.", type="linelist")
    parser.addini(
        "chatkit_fail_on", "The mildest finding of a rule that fails its test: error or warning.", default="error"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Nothing runs yet."""
    config.stash[_PROCESS] = WorkbenchProcess()
    config.stash[_SERVED] = []
    config.stash[_CHECKED] = {}
    config.stash[_WRITTEN] = []


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what was started."""
    for served in config.stash.get(_SERVED, []):
        served.stop()
    if (process := config.stash.get(_PROCESS, None)) is not None:
        process.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each rule."""
    if "chatkit_rule" in metafunc.fixturenames:
        rules = [rule["id"] for rule in metafunc.config.stash[_PROCESS].ask("rules")]
        metafunc.parametrize("chatkit_rule", rules, ids=rules, scope="session")


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What differs from a golden file."""
    for golden, said in ((right, left), (left, right)):
        if op == "==" and isinstance(golden, Golden) and isinstance(said, Turn | ChatKit):
            first = next(iter(golden.words.splitlines()), "")
            return ["what was said is not like the golden file", first, "see “Golden file” below"]
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The whole diff stands below a test that failed: pytest cuts what explains an assertion."""
    report = yield
    words = item.stash.get(_DIFFERS, None)
    if report.failed and report.when == "call" and words:
        report.sections.append(("Golden file", "\n".join(words)))
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which golden files were written."""
    for path in config.stash[_WRITTEN]:
        terminalreporter.write_line(f"golden file written: {path}")


@pytest.fixture(scope="session")
def chatkit_backend(pytestconfig: pytest.Config) -> Any:
    """The backend: a URL, an ASGI app (served in this process), or an app and the path of its ChatKit endpoint."""
    url = pytestconfig.getoption("--chatkit-url") or pytestconfig.getini("chatkit_url")
    if not url:
        pytest.fail(
            "Which ChatKit backend is to be tested? Give --chatkit-url, set chatkit_url, or write a fixture "
            "`chatkit_backend` that returns its URL or ASGI app.",
            pytrace=False,
        )
    return url


@pytest.fixture(scope="session")
def chatkit_headers(pytestconfig: pytest.Config) -> list[tuple[str, str]]:
    """Headers to send with every request, usually the credentials."""
    pairs = [line.partition(":") for line in pytestconfig.getini("chatkit_headers")]
    return [(name.strip(), value.strip()) for name, _, value in pairs]


@pytest.fixture(scope="session")
def chatkit_second_headers() -> list[tuple[str, str]]:
    """Credentials of another user, who must not see the first one's threads; for `chatkit_check`."""
    return []


@pytest.fixture(scope="session")
def chatkit_messages() -> list[str]:
    """What to say to the agent in a conformance run, for what brings widgets, tools and workflows."""
    return []


@pytest.fixture(scope="session")
def chatkit_client_tools() -> dict[str, Any]:
    """What the page around the widget answers to client tool calls, by name, as soon as they come."""
    return {}


@pytest.fixture
def chatkit(
    request: pytest.FixtureRequest,
    chatkit_backend: Any,
    chatkit_headers: list[tuple[str, str]],
    chatkit_client_tools: dict[str, Any],
) -> Iterator[ChatKit]:
    """A new thread of the backend: `chatkit.send("Hello")`."""
    config = request.config
    opened = ChatKit(
        config.stash[_PROCESS],
        url=_url(config, chatkit_backend),
        headers=chatkit_headers,
        client_tools=chatkit_client_tools,
        folder=str(request.path.parent),
        name=request.node.name,
    )
    yield opened
    mode = config.getoption("--chatkit-record")
    path = _folder(request, "recordings") / f"{_name(request)}.jsonl"
    if opened.turns and (mode == "rewrite" or (mode == "once" and not path.exists())):
        opened.save(path)
    opened.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files of this test, in `goldens/` beside it."""
    config = request.config
    update = bool(config.getoption("--chatkit-update"))
    request.node.stash[_DIFFERS] = differs = list[str]()
    return Golden(_folder(request, "goldens"), _name(request), update, config.stash[_WRITTEN], differs)


@pytest.fixture
def chatkit_check(
    request: pytest.FixtureRequest,
    chatkit_rule: str,
    chatkit_backend: Any,
    chatkit_headers: list[tuple[str, str]],
    chatkit_second_headers: list[tuple[str, str]],
    chatkit_messages: list[str],
) -> Iterator[Check]:
    """One rule after a conformance run; the run is made once. A rule that could not be judged skips its test."""
    config = request.config
    url = _url(config, chatkit_backend)
    checked = config.stash[_CHECKED]
    if url not in checked:
        details = {"headers": chatkit_headers, "second_headers": chatkit_second_headers, "messages": chatkit_messages}
        try:
            checked[url] = config.stash[_PROCESS].ask("check", url=url, **details)
        except WorkbenchFault as fault:
            checked[url] = {"checks": [], "stopped": str(fault)}
    run = checked[url]
    found = [one for one in run["checks"] if one["id"] == chatkit_rule]
    failed = [one for one in found if one["status"] == "failed"]
    if not failed:
        unjudged = next((one for one in found if one["status"] != "passed"), None)
        if not found or unjudged is not None:
            pytest.skip(run["stopped"] or (unjudged["text"] if unjudged else "") or "The run said nothing about it.")
    levels = ("error", "warning") if config.getini("chatkit_fail_on") == "warning" else ("error",)
    worst = next((one for level in ("error", "warning", "note") for one in failed if one["level"] == level), None)
    text = "\n\n".join(one["text"] for one in failed)
    fails = any(one["level"] in levels for one in failed)
    check = Check(chatkit_rule, worst["level"] if worst else "", "failed" if failed else "passed", text, fails)
    yield check
    if not check.verified:
        pytest.fail("The test never called chatkit_check.verify(): it has judged nothing.", pytrace=False)
    if failed and not fails:
        warnings.warn(f"{check.level} {check.rule}: {failed[0]['headline']}", stacklevel=1)


def _url(config: pytest.Config, backend: Any) -> str:
    """Where the backend answers; an ASGI app is served, one at a time."""
    if isinstance(backend, str):
        return backend
    app, path = backend if isinstance(backend, tuple) else (backend, str(config.getini("chatkit_path")))
    if not callable(app):
        pytest.fail(f"chatkit_backend must return a URL or an ASGI app, not {type(app).__name__}.", pytrace=False)
    served = config.stash[_SERVED]
    if not served or served[0].app is not app:
        while served:
            served.pop().stop()
        served.append(ServedApp(app))
    return f"{served[0].address}/{path.lstrip('/')}"


def _folder(request: pytest.FixtureRequest, name: str) -> Path:
    return request.path.parent / name / request.path.stem


def _name(request: pytest.FixtureRequest) -> str:
    name = str(request.node.name)
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[:120]
