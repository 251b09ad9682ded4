"""How large a table may become, and that markdown-it-py still asks the rules that say so."""

import pytest

from chat.rendering import render_markdown
from chat.rendering.markdown import parser
from chat.rendering.tables import MOST_COLUMNS, MOST_MISSING_CELLS

MOVED = (
    "markdown-it-py no longer asks the rules that end a block quote whether a table's row ends the table: "
    "chat/rendering/tables.py has to find another way, or a few bytes become megabytes of empty cells"
)


def table(columns: int, rows: list[str]) -> str:
    return "\n".join(["|h" * columns + "|", "|-" * columns + "|", *rows])


def test_the_parser_still_asks_before_each_row() -> None:
    asked = {rule.__name__ for rule in parser().block.ruler.getRules("blockquote")}
    assert "_ends_table" in asked, MOVED
    rows = MOST_MISSING_CELLS  # each leaves out one
    assert render_markdown(table(2, ["|x|"] * (rows + 10))).count("<tr>") == 1 + rows, MOVED


@pytest.mark.parametrize(
    ("row", "cells"), [("|", 0), ("| a \\| b", 1), ("a", 1), ("a | b", 2), ("| a | b |", 2), ("||", 1)]
)
def test_the_row_that_leaves_out_too_much_ends_the_table(row: str, cells: int) -> None:
    columns = 40
    assert render_markdown(table(columns, [row])).count("<td>") == columns  # every missing cell is drawn
    fit = MOST_MISSING_CELLS // (columns - cells)
    html = render_markdown(table(columns, [row] * (fit + 5)))
    assert html.count("<tr>") == 1 + fit
    assert html.index("</table>") < html.rindex("<p>")


def test_a_table_that_leaves_nothing_out_may_be_as_long_as_it_is() -> None:
    html = render_markdown(table(10, ["|a" * 10 + "|"] * 3_000))
    assert html.count("<tr>") == 3_001
    assert html.endswith("</table></div>\n")


def test_each_table_is_counted_by_itself() -> None:
    rows = ["|x|"] * (MOST_MISSING_CELLS - 1)
    text = "\n\n> quoted\n\n".join([table(2, rows)] * 3)
    assert render_markdown(text).count("<tr>") == 3 * (1 + len(rows))


def test_a_table_of_too_many_columns_is_text() -> None:
    assert "<table" in render_markdown(table(MOST_COLUMNS, ["|a|"]))
    assert "<table" not in render_markdown(table(MOST_COLUMNS + 1, ["|a|"]))
