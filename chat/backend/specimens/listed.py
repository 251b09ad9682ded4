"""All specimens, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from chat.backend.specimens import content, controls, items, layout, roots, texts

__all__ = ["SPECIMENS", "Specimen"]


@dataclass(frozen=True)
class Specimen:
    """`make` gives the root of a widget, or the fields of an item whose type is `item`; both as JSON."""

    name: str
    group: str
    says: str
    """What it is for, in a few words."""
    make: Callable[[], dict[str, Any]]
    item: str = "widget"
    part_of: str = ""
    """The component in which alone it occurs: that one's specimen shows it, too."""


def _widgets(group: str, *entries: tuple[str, str, Callable[[], dict[str, Any]]]) -> tuple[Specimen, ...]:
    return tuple(Specimen(name, group, says, make) for name, says, make in entries)


_SPECIMENS: Final = (
    *_widgets(
        "Roots",
        ("Card", "a bordered surface, with status and buttons", roots.card_with_all),
        ("ListView", "rows, the first of them shown", roots.list_view),
    ),
    Specimen("ListViewItem", "Roots", "one row, which can be clicked", roots.list_view, part_of="ListView"),
    *_widgets("Roots", ("Basic", "no surface: what is in it stands by itself", roots.basic)),
    *_widgets(
        "Layout",
        ("Box", "a container, downwards unless it says otherwise", layout.boxes),
        ("Row", "side by side", layout.rows),
        ("Col", "one below the other", layout.columns),
        ("Form", "fields that are sent together", layout.form),
        ("Spacer", "pushes apart", layout.spacer),
        ("Divider", "a line", layout.divider),
        ("Transition", "its child comes and goes softly", layout.transition),
    ),
    *_widgets(
        "Text",
        ("Text", "plain text, may stream and be edited", texts.plain),
        ("Title", "a heading", texts.titles),
        ("Caption", "small print", texts.captions),
        ("Markdown", "formatted text, may stream", texts.markdown),
        ("Label", "names a field", texts.label),
    ),
    *_widgets(
        "Content",
        ("Badge", "a short state", texts.badges),
        ("Icon", "one of ChatKit's icons", content.icons),
        ("Image", "a picture, fitted into its frame", content.images),
        ("Chart", "bars, lines and areas", content.chart),
        ("Table", "rows and cells", content.table),
    ),
    Specimen("Table.Row", "Content", "one row, or the headings", content.table, part_of="Table"),
    Specimen("Table.Cell", "Content", "a cell, which may span others", content.table, part_of="Table"),
    *_widgets(
        "Controls",
        ("Button", "does something when it is clicked", controls.buttons),
        ("Input", "one line", controls.inputs),
        ("Textarea", "several lines", controls.textareas),
        ("Select", "one of many", controls.selects),
        ("DatePicker", "a day", controls.dates),
        ("Checkbox", "yes or no", controls.checkboxes),
        ("RadioGroup", "one of a few", controls.radios),
    ),
    *(Specimen(name, "Items", says, partial(dict, fields), kind) for name, says, kind, fields in items.ITEMS),
)
SPECIMENS: Final = {specimen.name: specimen for specimen in _SPECIMENS}
"""By name."""
