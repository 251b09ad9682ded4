"""Every rule: documented, found where it is broken, silent where it is kept."""

import json
import textwrap
from ast import PyCF_ONLY_AST
from typing import Any

import pytest

from chat.checks import CATALOGUE, Examination, Finding, Level, examine
from chat.checks.rules import CONSOLE_TEXT, DOCUMENT, PREFLIGHT
from tests.checks.examples import CLOSE, FAILING, HEALTHY, Example

PASSIVE = [rule for rule in CATALOGUE.values() if rule.kind != "active" and not rule.compares]
"""Those that compare exchanges of a session have their examples in `test_sessions.py`."""


def cases(table: dict[str, tuple[Example, ...]]) -> list[object]:
    return [
        pytest.param(rule_id, example, id=f"{rule_id}-{number}")
        for rule_id, examples in table.items()
        for number, example in enumerate(examples, 1)
    ]


def told(findings: tuple[Finding, ...]) -> set[str]:
    """Every rule that found something, consequences included."""
    return {found for finding in findings for found in (finding.rule_id, *told(finding.consequences))}


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_is_expected_why_it_matters_what_to_type_and_what_the_widget_does(rule: Any) -> None:
    for text in (rule.title, rule.expected, rule.why, rule.fix, rule.widget):
        assert text.strip()
        assert text == text.strip()
    assert rule.title[0].isupper() or rule.title[0] in "`_"
    assert rule.why.endswith((".", ")"))
    assert rule.widget.endswith(".")
    assert (rule.judge is None) == (rule.kind == "active")


def typeable(fix: str) -> None:
    """A fix is a line of the stream, or Python as it may stand in an asynchronous function; comments may explain."""
    lines = fix.splitlines()
    for line in lines:
        if line.startswith("data: "):
            json.loads(line.removeprefix("data: "))
    code = "\n".join(line for line in lines if not line.startswith("data: "))
    body = textwrap.indent(code, "    ")
    compile(f"async def route():\n    pass\n{body}\n", "fix", "exec", flags=PyCF_ONLY_AST)


JAVASCRIPT = {"auth/expired-token"}
"""Rules whose fix is for the page."""


@pytest.mark.parametrize("rule", [rule for rule in CATALOGUE.values() if rule.id not in JAVASCRIPT], ids=lambda r: r.id)
def test_a_fix_can_be_typed(rule: Any) -> None:
    typeable(rule.fix)
    for example in FAILING.get(rule.id, ()):
        for finding in examine(example()).findings:
            if finding.rule_id not in JAVASCRIPT:
                typeable(finding.fix)


@pytest.mark.parametrize("rule", PASSIVE, ids=lambda rule: rule.id)
def test_a_passive_rule_has_a_failing_and_a_passing_example(rule: Any) -> None:
    assert FAILING[rule.id]
    assert any(rule_applies(rule.on, example) for example in (*HEALTHY, *CLOSE.get(rule.id, ())))


def rule_applies(moments: tuple[str, ...], example: Example) -> bool:
    """Whether an example can be judged at one of these moments at all."""
    examination = Examination(example())
    apart = {PREFLIGHT, CONSOLE_TEXT}.intersection(moments)
    if examination.case.apart or apart:
        return examination.case.apart in apart
    return examination.case.streaming or DOCUMENT in moments


def test_there_are_no_examples_for_rules_that_do_not_exist() -> None:
    assert FAILING.keys() | CLOSE.keys() <= {rule.id for rule in PASSIVE}


@pytest.mark.parametrize(("rule_id", "example"), cases(FAILING))
def test_a_rule_names_its_fault_as_the_headline_and_no_other_error(rule_id: str, example: Any) -> None:
    examined = examine(example())
    assert not examined.could_not_run
    headlines = [finding for finding in examined.findings if finding.rule_id == rule_id]
    assert headlines, f"found {told(examined.findings)}"
    others = {f.rule_id for f in examined.findings if f.level is Level.ERROR and f.rule_id != rule_id}
    assert not others
    for finding in headlines:
        assert finding.count >= 1
        assert finding.headline
        assert finding.expected
        assert finding.got
        assert finding.fix
        assert "…" not in finding.rule_id


@pytest.mark.parametrize(("rule_id", "example"), cases(CLOSE))
def test_a_rule_is_silent_where_it_is_nearly_broken(rule_id: str, example: Any) -> None:
    examined = examine(example())
    assert rule_id not in told(examined.findings)
    assert not examined.could_not_run


@pytest.mark.parametrize("example", [pytest.param(example, id=str(n)) for n, example in enumerate(HEALTHY)])
def test_every_rule_is_silent_about_a_healthy_exchange(example: Any) -> None:
    examined = examine(example())
    assert told(examined.findings) == set()
    assert not examined.could_not_run
