"""
What the widget's declarations (`@openai/chatkit` 1.9.0) say of its options, as far as JSON can hold them.

Functions cannot stand in JSON: the stage supplies every one, so that nothing throws for want of it. So it does the
address, which is the session's on the relay. The frame was seen to check as strictly as this does: an unknown key, a
wrong type or a missing key ends it (docs/widget.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .shapes import FLAG, NUMBER, TEXT, Choice, Either, Field, ListOf, MapOf, Null, Record, Shape, Supplied, Tagged
from .shapes import needed as required

__all__ = ["DECLARED_VERSION", "EDITABLE", "LOCALES"]

DECLARED_VERSION: Final = "1.9.0"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FUNCTION: Final = Supplied(
    "a function, which JSON cannot hold", "Leave it out: the stage supplies it, and shows each call in the timeline."
)
_ADDRESS: Final = Supplied("the stage puts in the address of the relay", "Leave it out.")
_FETCH: Final = Supplied("the stage has a `fetch` of its own", "Leave it out.")
_HOSTED: Final = Supplied(
    "a function, and of OpenAI's own hosting", "The stage talks to a backend of your own: leave it out."
)

_TRANSLATED: Final = _words(
    "am ar bg-BG bn-BD bs-BA ca-ES cs-CZ da-DK de-DE el-GR es-419 es-ES et-EE fi-FI fr-CA fr-FR gu-IN hi-IN hr-HR "
    "hu-HU hy-AM id-ID is-IS it-IT ja-JP ka-GE kk kn-IN ko-KR lt lv-LV mk-MK ml mn mr-IN ms-MY my-MM nb-NO nl-NL pa "
    "pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI so-SO sq-AL sr-RS sv-SE sw-TZ ta-IN te-IN th-TH tl tr-TR uk-UA ur "
    "vi-VN zh-CN zh-HK zh-TW"
)
_RESOLVED: Final = _words(
    "bg bn bs ca cs da de el es et fi fr gu hi hr hu hy id is it ja ka kn ko lv mk mr ms my nb nl pl pt ro ru sk sl so "
    "sq sr sv sw ta te th tr uk vi zh zh-Hant en"
)
LOCALES: Final = tuple(sorted({*_TRANSLATED, *_RESOLVED}))
"""What `locale` may be; any other falls back to English or is refused."""

_ICONS: Final = _words(
    "agent analytics atom batch bolt book-open book-closed book-clock bug calendar chart check check-circle "
    "check-circle-filled chevron-left chevron-right circle-question clock compass confetti cube desktop document "
    "dots-horizontal dots-vertical empty-circle external-link globe keys lab images info lifesaver lightbulb mail "
    "map-pin maps mobile name notebook notebook-pencil page-blank phone play plus profile profile-card reload star "
    "star-filled search sparkle sparkle-double square-code square-image square-text suitcase settings-slider user "
    "wreath write write-alt write-alt2"
)
_HEADER_ICONS: Final = _words(
    "sidebar-left sidebar-right sidebar-open-left sidebar-open-right sidebar-open-left-alt sidebar-open-right-alt "
    "sidebar-floating-left sidebar-floating-right sidebar-floating-open-left sidebar-floating-open-right "
    "sidebar-collapse-left sidebar-collapse-right collapse-left collapse-right open-left open-right "
    "double-chevron-left double-chevron-right home home-alt back-small back-large expand-large collapse-large "
    "expand-small collapse-small star star-filled bug chat-temporary settings-cog grid dots-horizontal dots-vertical "
    "dots-horizontal-circle dots-vertical-circle menu menu-inverted hamburger history book-open compose share "
    "light-mode dark-mode close"
)


def _record(fields: Mapping[str, Shape | Field]) -> Record:
    return Record(fields)


_ICON: Final = Choice(_ICONS, "an icon's name", prefix="lucide:")
_HEADER_ICON: Final = Choice(_HEADER_ICONS, "a header icon's name")
_SCHEME: Final = Choice(("light", "dark"))

_MESSAGE_PART: Final = Tagged(
    "type",
    {
        "input_text": _record({"type": required(TEXT), "text": required(TEXT)}),
        "input_tag": _record(
            {
                "type": required(TEXT),
                "text": required(TEXT),
                "id": required(TEXT),
                "group": TEXT,
                "data": MapOf(),
                "interactive": FLAG,
            }
        ),
    },
)

_FONT: Final = _record(
    {
        "family": required(TEXT),
        "src": required(TEXT),
        "weight": Either((TEXT, NUMBER)),
        "style": Choice(("normal", "italic", "oblique")),
        "display": Choice(("auto", "block", "swap", "fallback", "optional")),
        "unicodeRange": TEXT,
    }
)

_THEME: Final = _record(
    {
        "colorScheme": _SCHEME,
        "typography": _record(
            {
                "baseSize": Choice((14, 15, 16, 17, 18)),
                "fontSources": ListOf(_FONT),
                "fontFamily": TEXT,
                "fontFamilyMono": TEXT,
            }
        ),
        "radius": Choice(("pill", "round", "soft", "sharp")),
        "density": Choice(("compact", "normal", "spacious")),
        "color": _record(
            {
                "grayscale": _record(
                    {
                        "hue": required(NUMBER),
                        "tint": required(Choice(tuple(range(10)), "a whole number")),
                        "shade": Choice(tuple(range(-4, 5)), "a whole number"),
                    }
                ),
                "accent": _record({"primary": required(TEXT), "level": required(Choice((0, 1, 2, 3)))}),
                "surface": _record({"background": required(TEXT), "foreground": required(TEXT)}),
            }
        ),
    }
)

_HEADER_ACTION: Final = _record({"icon": required(_HEADER_ICON), "onClick": _FUNCTION})

_TOOL: Final = _record(
    {
        "id": required(TEXT),
        "label": required(TEXT),
        "icon": required(_ICON),
        "shortLabel": TEXT,
        "placeholderOverride": TEXT,
        "pinned": FLAG,
        "persistent": FLAG,
    }
)
_MODEL: Final = _record(
    {"id": required(TEXT), "label": required(TEXT), "description": TEXT, "disabled": FLAG, "default": FLAG}
)

EDITABLE: Final = Record(
    {
        "api": _record(
            {
                "url": _ADDRESS,
                "fetch": _FETCH,
                "getClientSecret": _HOSTED,
                "domainKey": TEXT,
                "uploadStrategy": Tagged(
                    "type",
                    {
                        "two_phase": _record({"type": required(TEXT)}),
                        "direct": _record({"type": required(TEXT), "uploadUrl": required(TEXT)}),
                    },
                ),
            }
        ),
        "locale": Choice(LOCALES, "a locale"),
        "theme": Either((_SCHEME, _THEME)),
        "frameTitle": TEXT,
        "initialThread": Either((TEXT, Null())),
        "onClientTool": _FUNCTION,
        "header": _record(
            {
                "enabled": FLAG,
                "title": _record({"enabled": FLAG, "text": TEXT}),
                "leftAction": _HEADER_ACTION,
                "rightAction": _HEADER_ACTION,
            }
        ),
        "history": _record({"enabled": FLAG, "showDelete": FLAG, "showRename": FLAG}),
        "startScreen": _record(
            {
                "greeting": TEXT,
                "prompts": ListOf(
                    _record(
                        {
                            "label": required(TEXT),
                            "prompt": required(Either((TEXT, ListOf(_MESSAGE_PART)))),
                            "icon": _ICON,
                        }
                    )
                ),
            }
        ),
        "threadItemActions": _record({"feedback": FLAG, "retry": FLAG}),
        "composer": _record(
            {
                "placeholder": TEXT,
                "attachments": _record(
                    {
                        "enabled": required(FLAG),
                        "maxSize": Either((NUMBER, MapOf(NUMBER, "an object of numbers by MIME type"))),
                        "maxCount": NUMBER,
                        "accept": MapOf(ListOf(TEXT), "an object of file endings by MIME type"),
                    }
                ),
                "tools": ListOf(_TOOL),
                "models": ListOf(_MODEL),
                "dictation": _record({"enabled": required(FLAG)}),
            }
        ),
        "disclaimer": _record({"text": required(TEXT), "highContrast": FLAG}),
        "entities": _record(
            {"onTagSearch": _FUNCTION, "showComposerMenu": FLAG, "onClick": _FUNCTION, "onRequestPreview": _FUNCTION}
        ),
        "commands": _record({"enabled": required(FLAG), "onSearch": _FUNCTION, "onSelect": _FUNCTION}),
        "widgets": _record({"onAction": _FUNCTION}),
        "thread": _record({"autoScroll": FLAG}),
    }
)
"""The options that are written in the editor: all that are declared, and of those that JSON cannot hold, why not."""
