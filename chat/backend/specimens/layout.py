"""Components that arrange others."""

from __future__ import annotations

from chat.backend.specimens.trees import Tree, act, box, card, col, part, row, text

__all__ = ["boxes", "columns", "divider", "form", "rows", "spacer", "transition"]


def _swatches() -> list[Tree]:
    colors = ("blue-200", "purple-300", "green-300")
    return [part("Box", width=56, height=36, radius="md", background=color) for color in colors]


def boxes() -> Tree:
    """A box puts its children below each other; borders, backgrounds, sizes."""
    return card(
        part("Box", *_swatches(), gap=2, padding=3, border=1, radius="lg", background="surface-secondary"),
        row(
            box("border 1", border=1),
            box("dashed", border={"size": 2, "style": "dashed", "color": "#c46a4a"}, radius="none"),
            box("below only", border={"bottom": 3}, radius="none"),
            box("background", background={"light": "#e8eef6", "dark": "#27405e"}),
            box("round", size=72, border=1, align="center", justify="center", radius="full"),
            wrap="wrap",
        ),
    )


def rows() -> Tree:
    """Side by side, from the start and pushed apart."""
    return card(
        part("Row", *_swatches(), gap=2, padding=3, border=1, radius="lg", background="surface-secondary"),
        row(box("start", border=1), box("end", border=1), justify="between", padding={"x": 4, "y": 2}),
    )


def columns() -> Tree:
    """Below each other, and as wide as their share says."""
    return card(
        part("Col", *_swatches(), gap=2, padding=3, border=1, radius="lg", background="surface-secondary"),
        row(
            col(box("one share", border=1), flex=1),
            col(box("two shares, stretched", border=1), flex=2, align="stretch"),
            align="start",
        ),
    )


def spacer() -> Tree:
    """Takes what room is left, and no less than it is told to."""
    return card(
        row(text("Left"), part("Spacer"), text("Right")),
        row(text("Left"), part("Spacer", minSize=24), text("Right")),
    )


def divider() -> Tree:
    """Thin, thick, in a colour, and from edge to edge."""
    return card(
        text("Above"),
        part("Divider"),
        text("Between"),
        part("Divider", size=3, color="#c46a4a", spacing=8),
        text("Below"),
        part("Divider", flush=True, size=3, color="strong"),
        text("At the end"),
    )


def transition() -> Tree:
    """What changes in it fades."""
    return card({"type": "Transition", "children": box("What changes in here fades", key="first", border=1)})


def form() -> Tree:
    """Fields that are sent together, one of them required."""
    return card(
        part(
            "Form",
            part("Label", value="Passenger", fieldName="passenger.name"),
            part("Input", name="passenger.name", placeholder="As in the passport", required=True),
            part("Label", value="Remarks", fieldName="remarks"),
            part("Textarea", name="remarks", rows=2, autoResize=True, maxRows=5, placeholder="Optional"),
            part("Checkbox", name="bag", label="One checked bag, 23 kg", defaultChecked=True),
            row(part("Spacer"), part("Button", label="Search", submit=True, style="primary")),
            direction="col",
            gap=3,
            onSubmitAction=act("form", loadingBehavior="container"),
        )
    )
