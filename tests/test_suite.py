"""The tests themselves: what they may lean on."""

import ast
from pathlib import Path

import playwright
import pytest

TESTS = Path(__file__).parent
FILES = sorted(path for path in TESTS.rglob("*.py") if "bench" not in path.relative_to(TESTS).parts)
OF_WORK = {"process_time", "process_time_ns", "thread_time", "thread_time_ns", "getrusage", "default_timer"}
IN_PAGES = "performance" + ".now"
OF_TIME = {"perf_counter", "perf_counter_ns", "monotonic"}


def called(node: ast.AST) -> set[str]:
    """Names of the functions that are called in it."""
    functions = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
    return {getattr(function, "attr", getattr(function, "id", "")) for function in functions}


def timed(source: str) -> list[str]:
    """What a test asserts about how long something took."""
    tree = ast.parse(source)
    found = [f"{name}()" for name in sorted(called(tree) & OF_WORK)]
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    found += [text for text in texts if IN_PAGES in text]
    began = {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and called(node.value) & OF_TIME
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and name.id != "deadline"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            names = {name.id for name in ast.walk(node.test) if isinstance(name, ast.Name)}
            if called(node.test) & OF_TIME and (names & began or "deadline" not in names):
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_asserts_how_long_something_took(path: Path) -> None:
    """A busy machine takes longer: work is counted (`tests/work.py`), time is measured in `tests/bench/`."""
    assert timed(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "begun = time.process_time()\nwork()\nassert time.process_time() - begun < 2",
        "begun = time.monotonic()\nwork()\nassert time.monotonic() - begun < 2",
        f"begun = page.evaluate('{IN_PAGES}()')",
        "begun = time.perf_counter()\nwork()\nassert 1 < time.perf_counter() - begun",
    ],
)
def test_it_would_be_seen(source: str) -> None:
    assert timed(source)


def test_who_waits_with_a_deadline_may_look_at_the_clock() -> None:
    assert not timed("deadline = time.monotonic() + 20\nwhile not there():\n    assert time.monotonic() < deadline")


def test_what_is_taken_out_of_the_browsers_driver_is_in_it() -> None:
    """Where an update words it otherwise, browser tests go on as they are, and take an eighth longer."""
    taken = next(line for line in (TESTS / "driver.cjs").read_text().splitlines() if line.startswith("const SNAPSHOT"))
    bundle = Path(playwright.__file__).parent / "driver" / "package" / "lib" / "coreBundle.js"
    assert bundle.read_text("utf-8").count(taken.split('"')[1]) == 1
