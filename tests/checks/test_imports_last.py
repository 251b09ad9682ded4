"""What to type comes before its imports, and typing in both is typing in the fix."""

import pytest

from chat.checks import CATALOGUE
from chat.checks.imports_last import split_imports

CODE = "yield ProgressUpdateEvent(text='Looking')"


@pytest.mark.parametrize(
    ("imports", "code"),
    [
        ("from chatkit.types import ProgressUpdateEvent", CODE),
        ("import json\nfrom chatkit.types import (\n    A,\n    B,\n)\nfrom x import y", f"class Server:\n    {CODE}"),
        ("from a import b\n\nimport c", CODE),
    ],
)
def test_the_imports_at_the_top_go_below(imports: str, code: str) -> None:
    assert split_imports(f"{imports}\n\n\n{code}") == (code, imports)


@pytest.mark.parametrize("fix", [CODE, "# first\nimport x\nx()", "import x", "", "important = 1", "from_here()"])
def test_what_does_not_begin_with_imports_stays(fix: str) -> None:
    assert split_imports(fix) == (fix, "")


def test_no_rules_fix_loses_anything() -> None:
    for rule in CATALOGUE.values():
        code, imports = split_imports(rule.fix)
        assert sorted(filter(None, f"{imports}\n{code}".split("\n"))) == sorted(filter(None, rule.fix.split("\n")))
