"""How large an image is, read from the head of its data, so that its place is right before it is drawn."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

__all__ = ["image_size"]

_HEAD = 96_000  # characters of base64, a multiple of four: more than cameras put before a JPEG's size
_SVG_TAG = re.compile(rb"<svg\b[^>]{0,4000}", re.IGNORECASE)
_SVG_SIDE = rb"""\s%b\s*=\s*["']\s*(\d{1,6}(?:\.\d{1,6})?)(?:px)?\s*["']"""
_SVG_WIDTH, _SVG_HEIGHT = re.compile(_SVG_SIDE % b"width"), re.compile(_SVG_SIDE % b"height")
_NUMBER = rb"-?\d{1,6}(?:\.\d{1,6})?"
_VIEW_BOX = re.compile(rb"""\sviewBox\s*=\s*["']\s*%b[\s,]+%b[\s,]+(%b)[\s,]+(%b)\s*["']""" % ((_NUMBER,) * 4))


def image_size(address: str) -> tuple[int, int] | None:
    """Width and height in pixels of the image in a `data:` address; None for others, and where it cannot be said."""
    head, comma, data = address.partition(",")
    if not comma or head[:5].lower() != "data:" or len(head) > 200:
        return None
    try:
        raw = base64.b64decode(data[:_HEAD]) if head.lower().endswith(";base64") else unquote_to_bytes(data[:_HEAD])
    except (binascii.Error, ValueError):
        return None
    size = _svg(raw) if "svg" in head.lower() else _bitmap(raw)
    return size if size and all(0 < side <= 100_000 for side in size) else None


def _bitmap(raw: bytes) -> tuple[int, int] | None:
    if raw[:8] == b"\x89PNG\r\n\x1a\n" and len(raw) >= 24:
        return int.from_bytes(raw[16:20], "big"), int.from_bytes(raw[20:24], "big")
    if raw[:4] == b"GIF8" and len(raw) >= 10:
        return int.from_bytes(raw[6:8], "little"), int.from_bytes(raw[8:10], "little")
    if raw[:2] == b"BM" and len(raw) >= 26:
        return int.from_bytes(raw[18:22], "little"), abs(int.from_bytes(raw[22:26], "little", signed=True))
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return _webp(raw)
    return _jpeg(raw) if raw[:2] == b"\xff\xd8" else None


def _jpeg(raw: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(raw) and raw[at] == 0xFF:
        kind = raw[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(raw[at + 7 : at + 9], "big"), int.from_bytes(raw[at + 5 : at + 7], "big")
        at += 2 + max(int.from_bytes(raw[at + 2 : at + 4], "big"), 2)
    return None


def _webp(raw: bytes) -> tuple[int, int] | None:
    kind = raw[12:16]
    if kind == b"VP8X" and len(raw) >= 30:
        return int.from_bytes(raw[24:27], "little") + 1, int.from_bytes(raw[27:30], "little") + 1
    if kind == b"VP8 " and len(raw) >= 30:
        return int.from_bytes(raw[26:28], "little") & 0x3FFF, int.from_bytes(raw[28:30], "little") & 0x3FFF
    if kind == b"VP8L" and len(raw) >= 25:
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _svg(raw: bytes) -> tuple[int, int] | None:
    found = _SVG_TAG.search(raw)
    if not found:
        return None
    width, height = _SVG_WIDTH.search(found[0]), _SVG_HEIGHT.search(found[0])
    sides = (width[1], height[1]) if width and height else None
    if sides is None and (box := _VIEW_BOX.search(found[0])):
        sides = box[1], box[2]
    return (round(float(sides[0])), round(float(sides[1]))) if sides else None
