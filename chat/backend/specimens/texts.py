"""Components that are text."""

from __future__ import annotations

from chat.backend.specimens.trees import Tree, card, part, row, text

__all__ = ["badges", "captions", "label", "markdown", "plain", "titles"]


def plain() -> Tree:
    """Sizes, weights, colours, cuts; one grows while it streams, one can be edited."""
    long = "A long text that is cut off after its first line, however wide the card may be at the moment, as it says."
    return card(
        text("Plain text, with **no** Markdown in it"),
        text("Small, secondary and italic", size="sm", color="secondary", italic=True),
        text("Medium, struck through", weight="medium", lineThrough=True),
        text(
            "Large, bold, in a colour of its own",
            size="xl",
            weight="bold",
            color={"light": "#1d5b8f", "dark": "#8fc4f0"},
        ),
        text(long, truncate=True),
        text(f"{long} {long}", maxLines=2, size="sm"),
        text("In the middle", textAlign="center"),
        text("Streams, word by word, when the backend sends it so.", id="streamed", streaming=True),
        text("Click here and write", editable={"name": "note", "placeholder": "A note", "required": True}),
    )


def titles() -> Tree:
    return card(*(part("Title", value=f"Size {size}", size=size) for size in ("sm", "md", "lg", "xl", "2xl", "3xl")))


def captions() -> Tree:
    return card(*(part("Caption", value=f"Size {size}", size=size) for size in ("sm", "md", "lg")))


def markdown() -> Tree:
    value = (
        "**Bold**, *emphasis*, `code` and a [link](https://example.com).\n\n1. one\n2. two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |"
    )
    return card(part("Markdown", id="words", value=value, streaming=True))


def label() -> Tree:
    return card(part("Label", value="Name", fieldName="who"), part("Input", name="who", placeholder="…"))


def badges() -> Tree:
    """Every colour in every variant, and the sizes."""
    colors = ("secondary", "success", "danger", "warning", "info", "discovery")
    return card(
        *(
            row(*(part("Badge", label=color, color=color, variant=variant) for color in colors), wrap="wrap")
            for variant in ("solid", "soft", "outline")
        ),
        row(part("Badge", label="small", size="sm"), part("Badge", label="large, square", size="lg", pill=False)),
    )
