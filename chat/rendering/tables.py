"""Tables that cannot be blown up: a few bytes of source must not become megabytes of empty cells.

A table's row may leave cells out, and each that is missing is drawn. markdown-it-py lets 65,536 of them pass per table,
some 650 kB of HTML; that figure is a constant in its module and no option. What is an option is which rules may end a
table: the parser asks all that end a block quote, before each row. `table_rules` adds one that counts what is missing.

`tests/rendering/test_tables.py` says so when a new version asks them no longer.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as table_rule

__all__ = ["MOST_COLUMNS", "MOST_MISSING_CELLS", "table_rules"]

MOST_COLUMNS = 64
"""A wider table is shown as text."""
MOST_MISSING_CELLS = 8_192
"""The row with which more are missing ends the table."""

_COUNT = "cells of the table"  # in the parser's environment: [line of the heads, columns, missing so far]
_PIPE = re.compile(r"(?<!\\)\|")


def _cells(state: StateBlock, line: int) -> int:
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    ends = text.endswith("|") and not text.endswith("\\|")
    return len(_PIPE.findall(text)) + 1 - text.startswith("|") - ends


def _table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.src.count("|", state.bMarks[start_line], state.eMarks[start_line]) > MOST_COLUMNS + 1:
        return False
    if not silent:
        state.env[_COUNT] = [start_line, 0, 0]
    return bool(table_rule(state, start_line, end_line, silent))


def _ends_table(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """Whether the row in `line` leaves out too much. Asked once for each row, and for what is no table at all."""
    if state.parentType != "table" or not silent:
        return False
    count = state.env[_COUNT]
    if not count[1]:
        count[1] = _cells(state, count[0])
    count[2] += count[1] - _cells(state, line)
    return bool(count[2] > MOST_MISSING_CELLS)


def table_rules(parser: MarkdownIt) -> None:
    """Bound what `parser` makes of tables."""
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.push("table_end", _ends_table, {"alt": ["blockquote"]})
