"""Commands start fast: what each imports, and what it does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

SLOW = (
    "asyncio",
    "chatkit.types",
    "httpx",
    "importlib.metadata",
    "jinja2",
    "pydantic",
    "rich",
    "xml.etree.ElementTree",
)
"""What takes more than a few milliseconds; and what nobody needs who does not serve."""
SERVING = ("nicegui", "agents", "openai", "fastapi", "starlette", "uvicorn", "sqlite_utils", "chatkit.server", "PIL")
SPY = """
import sys, runpy
sys.argv = sys.argv[1:]
try:
    runpy.run_path("app.py", run_name="__main__")
except SystemExit as ending:
    assert not ending.code, ending
sys.stderr.write(" ".join(sys.modules))
"""


def slow_imports(*arguments: str) -> set[str]:
    """Those of `SLOW` and `SERVING` that a command has imported when it is over. It has to end well."""
    done = subprocess.run(
        [sys.executable, "-c", SPY, "app.py", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split()) & {*SLOW, *SERVING}


@pytest.mark.parametrize("arguments", [("--help",), *((name, "--help") for name in ("check", "explain", "serve"))])
def test_help_needs_nothing(arguments: tuple[str, ...]) -> None:
    assert slow_imports(*arguments) == set()


def test_the_version_is_all_that_is_looked_up_for_it() -> None:
    assert slow_imports("--version") == {"importlib.metadata"}


@pytest.mark.parametrize("arguments", [("--list",), ("--explain", "framing/not-json")])
def test_the_catalogue_of_rules_needs_no_types_of_the_sdk(arguments: tuple[str, ...]) -> None:
    assert slow_imports("check", *arguments) <= {"pydantic", "importlib.metadata"}


def test_a_request_is_printed_without_types_of_the_sdk() -> None:
    found = slow_imports("curl", "threads.create", "http://127.0.0.1:8000/chatkit")
    assert found <= {"httpx", "rich", "asyncio"}  # httpx brings rich for its own command line


def test_a_file_is_explained_with_the_types_of_the_sdk_alone() -> None:
    """Jinja is what `chatkit.widgets` asks for, importlib.metadata is pydantic's."""
    found = slow_imports("explain", "tests/data/good-first-turn.txt")
    assert found == {"chatkit.types", "pydantic", "jinja2", "importlib.metadata"}
