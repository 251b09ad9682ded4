"""One specimen of every item type, widget component and note, for the gallery and for tests."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from chat.protocol.items import understand_item
from chat.protocol.state import ItemState

__all__ = ["MARKDOWN_TOUR", "items", "state", "widget", "widgets"]

BASE = {"thread_id": "thr_1", "created_at": "2026-05-04T10:00:00"}

MARKDOWN_TOUR = r"""## A heading of the second order

An answer with **bold**, *emphasis*, ~~struck~~ and `inline code`, a [link](https://example.com/docs "Docs") and a bare
address https://example.com/a/b?x=1. Prices such as $5 and $10 stay prices, while $e^{i\pi} + 1 = 0$ is set.

### Lists

1. First, with a nested list:
   - apples
   - pears, of which
     - some are green
2. Second

- [x] a task that is done
- [ ] one that is not

> A quotation that runs over more than one line, so that its bar can be seen beside it, as it should be, without
> crowding the text.

| Planet  | Radius (km) | Moons | Remarks |
|:--------|------------:|:-----:|---------|
| Mercury |       2,440 |   0   | closest to the Sun |
| Earth   |       6,371 |   1   | the one with the *coffee* |
| Jupiter |      69,911 |  95   | `gas giant` |

```python
from dataclasses import dataclass

@dataclass(frozen=True)
class Point:
    '''A place on the plane.'''
    x: float = 0.0  # metres
    y: float = 0.0

    def norm(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5
```

```json
{"type": "thread.item.done", "item": {"id": "msg_1", "n": 42, "ok": true, "none": null}}
```

```bash
curl -N https://example.com/chatkit -H 'Accept: text/event-stream' | head -n 5
```

```diff
- return {"detail": "Not found"}
+ return {"message": "Not found"}
```

The sum in display, by `\[ … \]`:

\[
\sum_{i=1}^{n} i^2 = \frac{n(n+1)(2n+1)}{6}, \qquad \int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}
\]

$$
A = \begin{pmatrix} a_{11} & a_{12} \\ a_{21} & a_{22} \end{pmatrix}, \quad
f(x) = \begin{cases} x^2 & x \ge 0 \\ -x & x < 0 \end{cases}
$$

---

An external image: ![a chart of sales](https://charts.example.net/sales.png) and a link to nowhere:
[inside](chatkit-link://thread/12).
"""


def picture(blur: int = 0) -> str:
    """A small painted landscape as data URL."""
    image = Image.new("RGB", (512, 384), "#cfe3f5")
    draw = ImageDraw.Draw(image)
    draw.ellipse((350, 50, 430, 130), fill="#ffd27a")
    draw.polygon([(0, 300), (140, 140), (260, 290), (350, 190), (512, 320), (512, 384), (0, 384)], fill="#5c7f6b")
    draw.polygon([(0, 340), (200, 260), (512, 350), (512, 384), (0, 384)], fill="#3c5a4b")
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def state(item: dict[str, Any], status: str = "done", progress: float | None = None) -> ItemState:
    """An item as the fold would hold it."""
    delivery = understand_item({"id": "item_1", **BASE, **item})
    assert delivery is not None
    made = ItemState(delivery, status)  # type: ignore[arg-type]
    made.progress = progress
    return made


def widget(root: dict[str, Any], status: str = "done") -> ItemState:
    """A widget item."""
    return state({"type": "widget", "widget": root}, status)


def _url(title: str, url: str, **more: Any) -> dict[str, Any]:
    return {"type": "url", "title": title, "url": url, **more}


def _note(index: int | None, source: dict[str, Any]) -> dict[str, Any]:
    return {"type": "annotation", "index": index, "source": source}


CITED = (
    "The server-sent events format is always UTF-8. Clients must ignore a byte order mark at its start. The draft in "
    "your project folder says the same, and Priya reviewed it."
)
SOURCES = [
    _url(
        "HTML Standard: server-sent events",
        "https://html.spec.whatwg.org/multipage/server-sent-events.html",
        description="This specification defines an API for opening an HTTP connection and receiving notifications.",
        attribution="WHATWG",
        timestamp="2026-03-01",
    ),
    _url("Using server-sent events", "https://developer.mozilla.org/en-US/docs/Web/API/Server-sent_events"),
    {"type": "file", "title": "Streaming notes", "filename": "notes/streaming.md", "description": "Draft of 3 May"},
    {"type": "entity", "id": "u_17", "title": "Priya Raman", "icon": "user", "label": "Reviewer"},
]

TASKS: list[dict[str, Any]] = [
    {
        "type": "thought",
        "title": "Understanding the question",
        "status_indicator": "complete",
        "content": "They want to know **why** the stream stalls. Let me look at the proxy first.",
    },
    {
        "type": "web_search",
        "title": "Searching the web",
        "title_query": "nginx buffering",
        "status_indicator": "complete",
        "queries": ["nginx proxy_buffering event-stream", "X-Accel-Buffering"],
        "sources": SOURCES[:2],
    },
    {"type": "file", "title": "Reading the configuration", "sources": [SOURCES[2]], "status_indicator": "complete"},
    {"type": "image", "title": "Drawing the request path", "status_indicator": "loading"},
    {
        "type": "custom",
        "title": "Checking the headers",
        "icon": "search",
        "content": "`X-Accel-Buffering: no` is missing.",
        "status_indicator": "none",
    },
]


def items() -> list[tuple[str, ItemState]]:
    """(label, item) for every item type and its main states."""
    question = {
        "type": "multiple_choice",
        "id": "q1",
        "question": "Which environments are affected?",
        "multiple": True,
        "options": [{"value": "Production"}, {"value": "Staging"}, {"value": "Local"}],
    }
    single = {
        "type": "multiple_choice",
        "id": "q2",
        "question": "How urgent is it?",
        "options": [{"value": "Today"}, {"value": "This week"}, {"value": "Whenever"}],
    }
    free = {"type": "freeform", "id": "q3", "question": "Anything else?", "description": "A sentence is enough."}
    notes = [
        _note(46, SOURCES[0]),
        _note(46, SOURCES[1]),
        _note(98, SOURCES[0]),
        _note(131, SOURCES[2]),
        _note(151, SOURCES[3]),
    ]
    call = {
        "type": "client_tool_call",
        "call_id": "c1",
        "name": "get_selected_canvas_nodes",
        "arguments": {"project": "my_project", "limit": 3, "deep": True},
    }
    return [
        (
            "user message",
            state(
                {
                    "type": "user_message",
                    "inference_options": {},
                    "quoted_text": "Clients must ignore a byte order mark.",
                    "content": [
                        {"type": "input_text", "text": "Is this *really* so?\n  Ask "},
                        {"type": "input_tag", "id": "t1", "text": "Priya", "data": {}, "group": "People"},
                        {"type": "input_text", "text": " <b>please</b>."},
                    ],
                    "attachments": [
                        {"type": "file", "id": "a1", "name": "trace.jsonl", "mime_type": "application/jsonl"},
                        {
                            "type": "image",
                            "id": "a2",
                            "name": "screen.jpg",
                            "mime_type": "image/jpeg",
                            "preview_url": picture(),
                        },
                        {
                            "type": "image",
                            "id": "a3",
                            "name": "external.png",
                            "mime_type": "image/png",
                            "preview_url": "https://files.example.net/p.png",
                        },
                    ],
                }
            ),
        ),
        (
            "assistant message",
            state(
                {
                    "type": "assistant_message",
                    "content": [{"type": "output_text", "text": MARKDOWN_TOUR, "annotations": []}],
                }
            ),
        ),
        (
            "assistant message, cited",
            state(
                {"type": "assistant_message", "content": [{"type": "output_text", "text": CITED, "annotations": notes}]}
            ),
        ),
        (
            "workflow, running",
            state({"type": "workflow", "workflow": {"type": "reasoning", "tasks": TASKS}}, "streaming"),
        ),
        (
            "workflow, expanded",
            state(
                {
                    "type": "workflow",
                    "workflow": {
                        "type": "custom",
                        "tasks": [*TASKS, {"type": "quantum", "title": "?"}],
                        "expanded": True,
                        "summary": {"title": "Looked into the stalled stream", "icon": "search"},
                    },
                }
            ),
        ),
        (
            "workflow, reasoning",
            state(
                {"type": "workflow", "workflow": {"type": "reasoning", "tasks": TASKS[:1], "summary": {"duration": 3}}}
            ),
        ),
        ("task", state({"type": "task", "task": TASKS[1]})),
        ("task, custom", state({"type": "task", "task": TASKS[4]})),
        ("client tool call, pending", state({**call, "status": "pending"})),
        ("client tool call, completed", state({**call, "status": "completed", "output": {"nodes": [1, 2, 3]}})),
        ("structured input, pending", state({"type": "structured_input", "inputs": [question, single, free]})),
        (
            "structured input, answered",
            state(
                {
                    "type": "structured_input",
                    "status": "answered",
                    "inputs": [
                        {**question, "answer": {"values": ["Production", "Our demo laptop"]}},
                        {**single, "answer": {"skipped": True}},
                    ],
                }
            ),
        ),
        ("generated image, none yet", state({"type": "generated_image"}, "streaming", 0.0)),
        (
            "generated image, preview",
            state({"type": "generated_image", "image": {"id": "i", "url": picture(14)}}, "streaming", 0.5),
        ),
        ("generated image", state({"type": "generated_image", "image": {"id": "i", "url": picture()}})),
        (
            "generated image, external",
            state({"type": "generated_image", "image": {"id": "i", "url": "https://img.example.net/1.png"}}),
        ),
        ("unknown item", state({"type": "hologram", "beams": [1, 2], "color": "blue"})),
        ("invalid item", state({"type": "client_tool_call", "name": 3})),
    ]


def _row(*children: dict[str, Any], **props: Any) -> dict[str, Any]:
    return {"type": "Row", "align": "center", "gap": 3, "children": list(children), **props}


def _field(label: str, control: dict[str, Any]) -> dict[str, Any]:
    caption = {"type": "Label", "value": label, "fieldName": control["name"]}
    return {"type": "Col", "gap": 1, "flex": 1, "children": [caption, control]}


ACT = {"type": "demo.act", "payload": {"n": 1}}
SPACER = {"type": "Spacer"}


def _form() -> dict[str, Any]:
    options = [{"value": "LIS", "label": "Lisbon"}, {"value": "CPH", "label": "Copenhagen", "description": "via Malmö"}]
    fields = [
        _row(
            _field("To", {"type": "Select", "name": "to", "options": options, "defaultValue": "LIS", "block": True}),
            _field("Departure", {"type": "DatePicker", "name": "when", "defaultValue": "2026-06-01T00:00:00"}),
            align="end",
        ),
        _field(
            "Passenger", {"type": "Input", "name": "who", "placeholder": "Name as in the passport", "required": True}
        ),
        _field("Remarks", {"type": "Textarea", "name": "remarks", "placeholder": "Optional", "rows": 2}),
        _field(
            "Cabin",
            {
                "type": "RadioGroup",
                "name": "cabin",
                "defaultValue": "economy",
                "options": [{"value": "economy", "label": "Economy"}, {"value": "business", "label": "Business"}],
            },
        ),
        {"type": "Checkbox", "name": "bag", "label": "One checked bag, 23 kg (+45 EUR)", "defaultChecked": True},
        {"type": "Divider"},
        _row(
            {
                "type": "Button",
                "label": "Seat map",
                "variant": "ghost",
                "iconStart": "external-link",
                "onClickAction": {**ACT, "handler": "client"},
            },
            SPACER,
            {"type": "Button", "label": "Cancel", "variant": "outline", "onClickAction": ACT},
            {"type": "Button", "label": "Book", "style": "primary", "submit": True},
            gap=2,
        ),
    ]
    head = _row(
        {"type": "Icon", "name": "suitcase", "size": "lg", "color": "secondary"},
        {
            "type": "Col",
            "children": [
                {"type": "Title", "value": "Book a flight", "size": "sm"},
                {"type": "Caption", "value": "WB 417 from Hamburg, daily at 09:40"},
            ],
        },
        SPACER,
        {"type": "Badge", "label": "from 189 EUR", "color": "info", "pill": True},
    )
    return {
        "type": "Card",
        "size": "md",
        "children": [
            head,
            {"type": "Divider", "flush": True},
            {"type": "Form", "direction": "col", "gap": 3, "onSubmitAction": ACT, "children": fields},
        ],
    }


def widgets() -> list[tuple[str, dict[str, Any]]]:
    """(label, root): what is not among the specimens of `chat.backend.specimens`."""
    media = {
        "type": "Card",
        "size": "md",
        "children": [
            {
                "type": "Image",
                "src": picture(),
                "alt": "Hills",
                "radius": "lg",
                "height": 160,
                "width": "100%",
                "fit": "cover",
            },
            {"type": "Image", "src": "https://cdn.example.net/x.png", "alt": "External", "height": 60},
        ],
    }
    odd = {
        "type": "Basic",
        "gap": 2,
        "children": [{"type": "Hologram", "beams": 3}, {"type": "Text", "value": "after it"}, "text"],
    }
    dark = {
        "type": "Card",
        "size": "sm",
        "theme": "dark",
        "children": [
            {"type": "Title", "value": "Always dark", "size": "sm"},
            {"type": "Caption", "value": "whatever the page is"},
            {"type": "Button", "label": "Go", "style": "primary", "block": True, "onClickAction": ACT},
        ],
    }
    return [("form", _form()), ("media", media), ("unknown", odd), ("dark", dark)]
