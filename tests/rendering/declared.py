"""The props of widget components by their names, as `@openai/chatkit` 1.9.0 and `chatkit.widgets` declare them."""

from __future__ import annotations

from collections.abc import Iterator

from chatkit import widgets
from pydantic import BaseModel

__all__ = ["of_the_declarations", "of_the_package"]

_BLOCK = "height width size minHeight minWidth minSize maxHeight maxWidth maxSize aspectRatio radius margin"
_BOX = f"children align justify wrap flex gap padding border background {_BLOCK}"
_TEXT = "value color weight textAlign truncate maxLines"
_ENTRY = "name defaultValue required pattern placeholder allowAutofillExtensions autoSelect autoFocus disabled variant"
_OF_THE_DECLARATIONS = {
    "Basic": "children theme direction gap padding align justify",
    "Card": "asForm children background border size padding status collapsed confirm cancel theme",
    "ListView": "children limit status theme",
    "ListViewItem": "children onClickAction gap align",
    "Box": f"direction {_BOX}",
    "Row": _BOX,
    "Col": _BOX,
    "Form": f"onSubmitAction direction {_BOX}",
    "Spacer": "minSize",
    "Divider": "color size spacing flush",
    "Transition": "children",
    "Title": f"size {_TEXT}",
    "Caption": f"size {_TEXT}",
    "Text": f"streaming italic lineThrough width size minLines editable {_TEXT}",
    "Markdown": "value streaming",
    "Badge": "label color variant size pill",
    "Icon": "name color size",
    "Image": f"src alt frame fit position flush {_BLOCK}",
    "Button": "submit label onClickAction iconStart iconEnd style iconSize color variant size pill uniform block "
    "disabled",
    "Table": "children",
    "Table.Row": "children header",
    "Table.Cell": "children width padding colSpan rowSpan align vAlign colSize",
    "Input": f"inputType size gutterSize pill {_ENTRY}",
    "Textarea": f"size gutterSize rows autoResize maxRows {_ENTRY}",
    "Select": "name options onChangeAction placeholder defaultValue variant size pill block clearable disabled",
    "DatePicker": "name onChangeAction placeholder defaultValue min max variant size side align pill block clearable "
    "disabled",
    "Checkbox": "name label defaultChecked onChangeAction disabled required",
    "RadioGroup": "name options ariaLabel onChangeAction defaultValue direction disabled required",
    "Label": "value fieldName size weight textAlign color",
}


def of_the_declarations() -> Iterator[tuple[str, str]]:
    """(component, prop) of the widget's own declarations."""
    for component, props in _OF_THE_DECLARATIONS.items():
        yield from ((component, prop) for prop in ("key", "id", *props.split()))


def of_the_package() -> Iterator[tuple[str, str]]:
    """(component, prop) of the Python package."""
    for model in vars(widgets).values():
        if isinstance(model, type) and issubclass(model, BaseModel) and "type" in model.model_fields:
            component = model.model_fields["type"].default
            if isinstance(component, str) and component[:1].isupper():
                yield from ((component, prop) for prop in model.model_fields if prop != "type")
