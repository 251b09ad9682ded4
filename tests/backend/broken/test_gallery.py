"""Every rule has a backend that breaks it, and that is all that is wrong with it."""

import pytest

from chat.backend.broken import GALLERY
from chat.checks import CATALOGUE, examine
from chat.checks.examined import Examined

ENTRIES = {entry.rule_id: entry for entry in GALLERY}
PASSIVE = [rule.id for rule in CATALOGUE.values() if rule.kind != "active"]


async def trigger(rule_id, visit):
    """The exchange in which the fault shows."""
    entry = ENTRIES[rule_id]
    user = visit(entry.path, headers=entry.headers, read_timeout=0.5 if rule_id == "transport/never-ends" else 10)
    if rule_id == "transport/json-body":
        return await user.ask("threads.list")
    if rule_id == "transport/no-message":
        return await user.ask("threads.get_by_id", thread_id="thr_nobody_knows")
    return await user.say(entry.message)


def told(examined: Examined) -> set[str]:
    """The headlines."""
    return {finding.rule_id for finding in examined.findings}


def test_every_rule_is_in_the_gallery_once_and_nothing_else():
    assert sorted(entry.rule_id for entry in GALLERY) == sorted(CATALOGUE)


@pytest.mark.parametrize("rule_id", PASSIVE)
async def test_a_broken_backend_has_its_own_fault_as_the_headline_and_no_other_error(rule_id, visit):
    examined = examine(await trigger(rule_id, visit))
    assert not examined.could_not_run
    assert told(examined) == {rule_id}


async def test_the_backend_that_they_are_made_from_has_no_fault(visit):
    user = visit("/good/chatkit")
    for _ in range(2):
        assert told(examine(await user.say("What is on my list today?"))) == set()
