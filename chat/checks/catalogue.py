"""All rules, in the order in which they are read: a family module is all it takes to add one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chat.checks.families import (
    auth,
    cors,
    endings,
    endpoint,
    errors,
    framing,
    identity,
    inputs,
    lifecycle,
    pace,
    page,
    paging,
    persistence,
    schema,
    time,
    titles,
    tools,
    transport,
    uploads,
    vocabulary,
    widgets,
)
from chat.checks.rules import Rule, rules_in

__all__ = ["CATALOGUE", "FAMILIES"]

FAMILIES = (
    page,
    endpoint,
    transport,
    pace,
    framing,
    vocabulary,
    schema,
    lifecycle,
    endings,
    identity,
    persistence,
    paging,
    errors,
    auth,
    cors,
    tools,
    widgets,
    uploads,
    inputs,
    time,
    titles,
)
"""The modules that hold rules, most fundamental first."""

CATALOGUE: Mapping[str, Rule] = MappingProxyType({rule.id: rule for family in FAMILIES for rule in rules_in(family)})
"""Every rule by id."""
