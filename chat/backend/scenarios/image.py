"""A picture drawn here, coming out in previews that get sharper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from math import sin
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from chat.backend.script import Cue, Draw, Say, Scenario, Script

__all__ = ["SCENARIO", "lighthouse", "previews"]

_WIDTH, _HEIGHT, _HORIZON = 960, 640, 430
_PREVIEW_WIDTHS = (14, 40, 130)
_FINE = 2
"""Drawn so many times larger, for smooth edges."""

_Color = tuple[int, int, int]
_ROCK = ((520, 470), (590, 424), (640, 432), (700, 402), (770, 424), (960, 380), (960, 640), (470, 640))
_TOWER = ((655, 416), (672, 200), (708, 200), (725, 416))
_SHADE = ((708, 200), (694, 200), (700, 416), (725, 416))
_ROOF = ((668, 150), (690, 126), (712, 150))
_BEAMS = (((690, 168), (0, 40), (0, 210)), ((690, 168), (960, 110), (960, 190)))


def _scaled(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x * _FINE, y * _FINE) for x, y in points]


def _gradient(top: _Color, bottom: _Color, height: int) -> Image.Image:
    size = (_WIDTH * _FINE, height * _FINE)
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def _shine(picture: Image.Image, shapes: Sequence[Sequence[tuple[float, float]]], strength: int, blur: float) -> None:
    mask = Image.new("L", picture.size)
    pen = ImageDraw.Draw(mask)
    for shape in shapes:
        if len(shape) == 2:
            pen.ellipse(_scaled(shape), fill=strength)
        else:
            pen.polygon(_scaled(shape), fill=strength)
    picture.paste((255, 242, 196), mask=mask.filter(ImageFilter.GaussianBlur(blur * _FINE)))


def _paint() -> Image.Image:
    random = Random(1871)
    picture = Image.new("RGB", (_WIDTH * _FINE, _HEIGHT * _FINE))
    picture.paste(_gradient((22, 30, 66), (244, 158, 96), _HORIZON), (0, 0))
    pen = ImageDraw.Draw(picture, "RGBA")
    for _ in range(90):
        x, y = random.randrange(_WIDTH), random.randrange(_HORIZON // 2)
        pen.ellipse(_scaled(((x, y), (x + 1.2, y + 1.2))), fill=(255, 255, 240, random.randrange(60, 220)))
    _shine(picture, (((150, 352), (290, 492)),), 110, 24)
    pen = ImageDraw.Draw(picture, "RGBA")
    pen.ellipse(_scaled(((170, 372), (270, 472))), fill=(255, 222, 160))
    picture.paste(_gradient((190, 120, 98), (18, 26, 52), _HEIGHT - _HORIZON), (0, _HORIZON * _FINE))
    for line in range(_HORIZON + 4, _HEIGHT, 8):
        for _ in range(16):
            near_sun = random.random() < 0.4
            middle = random.gauss(220, 40) if near_sun else random.uniform(0, _WIDTH)
            length = random.uniform(14, 70) * (line - _HORIZON + 60) / 120
            glint = (255, 214, 170, random.randrange(60, 170) if near_sun else random.randrange(14, 60))
            pen.line(
                _scaled(((middle - length / 2, line), (middle + length / 2, line + sin(middle)))),
                fill=glint,
                width=_FINE,
            )
    _shine(picture, _BEAMS, 96, 7)
    pen = ImageDraw.Draw(picture, "RGBA")
    pen.polygon(_scaled(_ROCK), fill=(24, 22, 34))
    pen.polygon(_scaled(_TOWER), fill=(236, 230, 220))
    for top in (232, 300, 368):
        left, right = 672 - 17 * (top - 200) / 216, 708 + 17 * (top - 200) / 216
        band = ((left, top), (right, top), (right + 3, top + 34), (left - 3, top + 34))
        pen.polygon(_scaled(band), fill=(186, 58, 52))
    pen.polygon(_scaled(_SHADE), fill=(20, 20, 40, 70))
    pen.rectangle(_scaled(((662, 192), (718, 201))), fill=(40, 38, 50))
    pen.rectangle(_scaled(((674, 150), (706, 192))), fill=(255, 240, 180))
    pen.polygon(_scaled(_ROOF), fill=(150, 44, 40))
    pen.line(_scaled(((690, 126), (690, 110))), fill=(40, 38, 50), width=3 * _FINE)
    _shine(picture, (((655, 136), (725, 206)),), 190, 18)
    return picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


@cache
def lighthouse() -> bytes:
    """A lighthouse at dusk: a JPEG of 960 × 640."""
    return _encoded(_paint(), 85)


@cache
def previews() -> tuple[bytes, ...]:
    """The same picture three times, of the same size, from a blur to nearly sharp."""
    picture = Image.open(BytesIO(lighthouse()))
    small = (picture.resize((width, width * _HEIGHT // _WIDTH), Image.Resampling.BOX) for width in _PREVIEW_WIDTHS)
    return tuple(_encoded(one.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC), 60) for one in small)


def _script(cue: Cue) -> Script:
    yield Draw(lighthouse, previews)
    yield Say("Here is a lighthouse at dusk. It was drawn on this machine, by some sixty lines of Python.")


SCENARIO = Scenario(
    name="image",
    label="Generated image",
    prompt="Draw me a lighthouse at dusk",
    icon="image",
    title="A lighthouse at dusk",
    keywords=("image*", "picture*", "draw", "draw me*", "paint*", "illustration*"),
    script=_script,
)
