"""Icons, pictures and figures."""

from __future__ import annotations

from typing import Any, Final

from chat.backend.specimens.trees import Tree, card, part, row, text

__all__ = ["chart", "icons", "images", "table"]

_PICTURE: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 320 180'%3E%3Crect width='320' "
    "height='180' fill='%23cfe3f5'/%3E%3Ccircle cx='248' cy='48' r='26' fill='%23ffd27a'/%3E%3Cpath d='M0 150l90-88 74 "
    "70 56-48 100 76v20H0z' fill='%235c7f6b'/%3E%3C/svg%3E"
)


def icons() -> Tree:
    names = (
        *("agent", "bolt", "calendar", "check-circle", "globe", "lightbulb", "mail", "map-pin", "sparkle", "star"),
        "lucide:sailboat",
    )
    sizes = ("xs", "sm", "md", "lg", "xl", "2xl", "3xl")
    return card(
        row(*(part("Icon", name=name, size="xl") for name in names), gap=3, wrap="wrap"),
        row(*(part("Icon", name="star-filled", size=size, color="warning") for size in sizes), gap=3),
    )


def images() -> Tree:
    """Fitted into its frame in each way, round, with a frame, and as wide as there is room."""
    fits = ("cover", "contain", "fill", "scale-down")
    return card(
        part("Image", src=_PICTURE, alt="Hills", height=140, width="100%", fit="cover", radius="lg"),
        row(
            *(part("Image", src=_PICTURE, alt=f"Hills, {fit}", fit=fit, size=72, radius="md") for fit in fits),
            wrap="wrap",
        ),
        row(
            part("Image", src=_PICTURE, alt="Hills, small", size=72, radius="full", frame=True),
            part(
                "Image",
                src=_PICTURE,
                alt="Hills, whole",
                width=128,
                aspectRatio="16/9",
                fit="contain",
                background="gray-100",
            ),
            gap=3,
        ),
    )


def chart() -> Tree:
    months = (("Jan", 30, 80, 20), ("Feb", 42, 75, 34), ("Mar", 55, 71, 48), ("Apr", 48, 68, 41), ("May", 70, 64, 66))
    data = [{"month": month, "new": new, "old": old, "rate": rate} for month, new, old, rate in months]
    series: list[dict[str, Any]] = [
        {"type": "bar", "dataKey": "old", "label": "Returning", "stack": "people"},
        {"type": "bar", "dataKey": "new", "label": "New", "stack": "people", "color": "#c46a4a"},
        {"type": "line", "dataKey": "rate", "label": "Rate", "color": "orange", "curveType": "monotone"},
        {"type": "line", "dataKey": "rate", "label": "Rate, by steps", "color": "#4a6fa5", "curveType": "step"},
    ]
    area = [{"type": "area", "dataKey": "rate", "label": "Rate", "color": "green", "curveType": "natural"}]
    return card(
        part("Title", value="Customers by month", size="sm"),
        part(
            "Chart",
            data=data,
            series=series,
            xAxis={"dataKey": "month", "labels": {"Jan": "January"}},
            showYAxis=True,
            showLegend=True,
            showTooltip=True,
            barGap=4,
            barCategoryGap=16,
            height=220,
        ),
        part("Chart", data=data, series=area, xAxis={"dataKey": "month", "hide": True}, showTooltip=False, height=80),
        size="lg",
    )


def table() -> Tree:
    """Headings, column sizes, a cell that is no text, one that spans two columns."""

    def cell(value: str, *, strong: bool = False, **props: Any) -> Tree:
        return part("Table.Cell", text(value, weight="semibold" if strong else "normal"), **props)

    flights = (("Lisbon", "direct", "189 EUR"), ("Vienna", "by Graz", "149 EUR"), ("Porto", "direct", "201 EUR"))
    body = (
        part(
            "Table.Row",
            cell(city),
            part("Table.Cell", part("Badge", label=way, color="info")),
            cell(fare, align="end", vAlign="center"),
        )
        for city, way, fare in flights
    )
    head = part(
        "Table.Row",
        cell("City", strong=True, colSize="lg"),
        cell("Way", strong=True, colSize="md"),
        cell("Fare", strong=True, colSize="sm", align="end"),
        header=True,
    )
    last = part("Table.Row", cell("The cheapest", colSpan=2), cell("149 EUR", strong=True, align="end"))
    return card(part("Table", head, *body, last))
