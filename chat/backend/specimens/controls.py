"""Components that are pressed, filled in and chosen from."""

from __future__ import annotations

from typing import Any

from chat.backend.specimens.trees import Tree, act, card, part, row

__all__ = ["buttons", "checkboxes", "dates", "inputs", "radios", "selects", "textareas"]

_CITIES = (
    *("Lisbon", "Vienna", "Porto", "Oslo", "Turin", "Ghent", "Graz", "Bergen", "Malmö", "Cork", "Bilbao", "Riga"),
    *("Tartu", "Split", "Aarhus", "Lyon", "Basel"),
)


def buttons() -> Tree:
    """Every colour in every variant; icons, sizes, one for the page alone."""
    colors = ("primary", "secondary", "info", "discovery", "success", "caution", "warning", "danger")
    pressed = act("button")
    return card(
        *(
            row(
                *(
                    part("Button", label=color, color=color, variant=variant, size="sm", onClickAction=pressed)
                    for color in colors
                ),
                wrap="wrap",
            )
            for variant in ("solid", "soft", "outline", "ghost")
        ),
        row(
            part("Button", label="Primary", style="primary", iconStart="sparkle", onClickAction=pressed),
            part("Button", label="Pill", pill=True, iconEnd="chevron-right", onClickAction=pressed),
            part("Button", iconStart="plus", uniform=True, onClickAction=pressed),
            part("Button", label="Disabled", disabled=True),
            part("Button", label="For the page", variant="ghost", onClickAction=act("button", handler="client")),
            wrap="wrap",
        ),
        part("Button", label="As wide as there is room", block=True, style="secondary", onClickAction=pressed),
    )


def inputs() -> Tree:
    kinds = ("email", "password", "tel", "url")
    return card(
        part("Input", name="text", placeholder="Text", defaultValue="Select me", autoSelect=True),
        *(part("Input", name=kind, inputType=kind, placeholder=kind, variant="soft") for kind in kinds),
        part("Input", name="number", inputType="number", defaultValue="7", size="sm"),
        part("Input", name="code", placeholder="Three capital letters", pattern="[A-Z]{3}", pill=True, gutterSize="xl"),
        part("Input", name="off", placeholder="Disabled", disabled=True),
    )


def textareas() -> Tree:
    return card(
        part("Textarea", name="fixed", rows=2, placeholder="Two rows"),
        part(
            "Textarea",
            name="growing",
            rows=1,
            autoResize=True,
            maxRows=4,
            placeholder="Grows up to four rows",
            variant="soft",
        ),
    )


def selects() -> Tree:
    """Plain, with descriptions and a way to clear it, long enough to be searched, switched off."""
    options: list[dict[str, Any]] = [{"value": city.lower(), "label": city} for city in _CITIES]
    described = [{**option, "description": "direct, daily"} for option in options[:2]]
    described.append({"value": "porto", "label": "Porto"})
    described.append({"value": "cork", "label": "Cork, booked out", "disabled": True})
    return card(
        part("Select", name="plain", options=options[:3], placeholder="Where to?", block=True),
        part(
            "Select",
            name="clearable",
            options=described,
            defaultValue="porto",
            clearable=True,
            block=True,
            onChangeAction=act("select"),
        ),
        part("Select", name="searched", options=options, placeholder="Search", searchable=True, block=True),
        row(
            part("Select", name="pill", options=options[:3], defaultValue="vienna", variant="outline", pill=True),
            part("Select", name="off", options=options[:3], disabled=True, variant="soft", pill=True),
        ),
    )


def dates() -> Tree:
    return card(
        part(
            "DatePicker",
            name="departure",
            defaultValue="2026-06-10T00:00:00",
            min="2026-06-03T00:00:00",
            max="2026-07-20T00:00:00",
            clearable=True,
            block=True,
            onChangeAction=act("date"),
        ),
        row(
            part("DatePicker", name="empty", placeholder="When back?", side="top", align="end", variant="soft"),
            part("DatePicker", name="off", placeholder="Not now", disabled=True, pill=True),
            wrap="wrap",
        ),
    )


def checkboxes() -> Tree:
    return card(
        part("Checkbox", name="a", label="One checked bag", defaultChecked=True),
        part("Checkbox", name="b", label="A seat at the window", onChangeAction=act("check")),
        part("Checkbox", name="c", label="Has to be checked", required=True),
        part("Checkbox", name="d", label="Disabled", disabled=True),
    )


def radios() -> Tree:
    options = [
        {"value": value, "label": value.title(), "disabled": value == "first"}
        for value in ("economy", "business", "first")
    ]
    return card(
        part("RadioGroup", name="cabin", ariaLabel="Cabin", options=options, defaultValue="economy"),
        part(
            "RadioGroup",
            name="seat",
            ariaLabel="Seat",
            options=options[:2],
            direction="col",
            onChangeAction=act("radio"),
        ),
    )
