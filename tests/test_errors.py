"""The drawing in the docstring of `chat.errors` is the hierarchy."""

import inspect
import re

from chat import errors


def drawn() -> dict[str, tuple[str, str | None]]:
    """Name → (parent, whose) as the docstring draws it."""
    found: dict[str, tuple[str, str | None]] = {}
    stack: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│├└─ ]*)([A-Z]\w+)(.*)$", line)
        if match is None:
            continue
        depth = len(match[1]) // 4
        del stack[depth:]
        owner = re.search(r"your (?:backend|request|profile)|the workbench", match[3])
        found[match[2]] = (stack[-1] if stack else "Exception", owner and owner[0])
        stack.append(match[2])
    return found


def test_every_error_is_drawn_under_its_parent_and_says_whose_fault_it_is() -> None:
    drawing = drawn()
    classes = {
        name: kind
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.WorkbenchError)
    }
    assert set(drawing) == set(classes)
    for name, (parent, whose) in drawing.items():
        assert [base.__name__ for base in classes[name].__bases__] == [parent]
        if whose:
            assert classes[name].whose == whose, name


def test_every_error_is_public() -> None:
    assert set(drawn()) <= set(errors.__all__)


def test_an_error_carries_what_people_need() -> None:
    error = errors.Unreachable(
        "Nothing listens.", cause="refused", expected="a server", got="nothing", advice="Start it."
    )
    assert str(error) == "Nothing listens."
    assert (error.expected, error.got, error.advice, error.cause) == ("a server", "nothing", "Start it.", "refused")
    assert error.whose == "your backend"
    assert error.exchange is None
