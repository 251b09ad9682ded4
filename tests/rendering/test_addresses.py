"""Which addresses may be followed, and which images may be loaded."""

import base64
import io
from urllib.parse import quote

import pytest
from PIL import Image

from chat.rendering.addresses import host_of, image_source, link_target
from chat.rendering.context import NO_IMAGES, ImagePolicy
from chat.rendering.image_sizes import image_size
from tests.data.xss import ADDRESSES

PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8000/a?b=c#d",
        "HTTPS://Example.COM/",
        "https://127.0.0.1:8080/x",
        "http://[::1]:80/",
        "mailto:someone@example.com?subject=x",
        "tel:+49-40-123",
    ],
)
def test_ordinary_addresses_may_be_followed(address: str) -> None:
    assert link_target(address) == address


@pytest.mark.parametrize("address", [a for a in ADDRESSES if not a.startswith("https://")])
def test_other_schemes_and_tricks_may_not(address: str) -> None:
    assert link_target(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "#top",
        "/path",
        "//host/x",
        "chatkit-link://x",
        "ftp://x.org/",
        "https://u@x.org",
        "https://x y.org",
        "https://" + "a" * 9000,
    ],
)
def test_relative_foreign_and_overlong_addresses_may_not(address: str) -> None:
    assert link_target(address) is None


def test_the_host_that_is_shown_is_the_host_that_is_asked() -> None:
    assert host_of("https://Example.COM.:443/x") == "example.com"
    assert host_of("https://example.com@evil.invalid/x") == ""
    assert host_of("https://example.com\\@evil.invalid/x") == ""


@pytest.mark.parametrize(
    ("entry", "address", "loads"),
    [
        ("https://files.example:8443", "https://files.example:8443/a.png", True),
        ("https://files.example:8443/", "https://files.example/a.png", False),
        ("https://files.example", "https://files.example:443/a.png", True),
        ("https://files.example", "http://files.example/a.png", False),
        ("files.example", "https://files.example/a.png", True),
        ("files.example", "http://files.example:9000/a.png", True),
        ("files.example", "https://notfiles.example/a.png", False),
        ("files.example", "https://files.example.evil.invalid/a.png", False),
        ("*.example", "https://files.example/a.png", True),
        ("*.example", "https://example/a.png", False),
        ("*.", "https://files.example/a.png", False),
        ("*", "https://files.example/a.png", False),
        ("", "https://files.example/a.png", False),
    ],
)
def test_images_load_from_allowed_origins_only(entry: str, address: str, loads: bool) -> None:
    assert image_source(address, ImagePolicy((entry,))) == (address if loads else None)


def test_an_image_the_reader_asked_for_loads() -> None:
    wanted = "https://cdn.example/a.png"
    assert image_source(wanted, ImagePolicy(urls=frozenset({wanted}))) == wanted
    assert image_source(wanted + "?more", ImagePolicy(urls=frozenset({wanted}))) is None


@pytest.mark.parametrize("kind", ["png", "jpeg", "jpg", "gif", "webp", "avif", "bmp", "svg+xml"])
def test_images_as_data_load(kind: str) -> None:
    address = PNG.replace("png", kind)
    assert image_source(address, NO_IMAGES) == address


@pytest.mark.parametrize(
    "address",
    [
        "data:text/html;base64,AAAA",
        "data:image/svg+xml;base64,<svg/>\x00",
        "data:text/html,data:image/svg+xml,<svg/>",
        "data:image/png,x",
        PNG + '" onerror="x',
        "data:;base64,AA",
    ],
)
def test_other_data_does_not(address: str) -> None:
    assert image_source(address, NO_IMAGES) is None


@pytest.mark.parametrize("form", [";utf8,<svg/>", ",%3Csvg%2F%3E", ";charset=utf-8,<svg width='3' height='2'/>"])
def test_an_svg_loads_as_it_is_written(form: str) -> None:
    assert image_source(f"data:image/svg+xml{form}", NO_IMAGES) == f"data:image/svg+xml{form}"


def _data(kind: str, size: tuple[int, int]) -> str:
    out = io.BytesIO()
    Image.new("RGB", size, "#468").save(out, kind.upper())
    return f"data:image/{kind};base64," + base64.b64encode(out.getvalue()).decode()


@pytest.mark.parametrize("kind", ["png", "gif", "jpeg", "webp", "bmp"])
def test_the_size_of_a_bitmap_stands_in_its_head(kind: str) -> None:
    assert image_size(_data(kind, (37, 91))) == (37, 91)


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ("<svg xmlns='x' width='40' height=\"20px\"/>", (40, 20)),
        ("<?xml version='1.0'?><svg viewBox='0 0 300 100'><rect width='5' height='5'/></svg>", (300, 100)),
        ("<svg width='100%' height='100%' viewBox='0,0,8,4'/>", (8, 4)),
        ("<svg/>", None),
        ("no image", None),
    ],
)
def test_an_svg_has_the_size_that_it_says(svg: str, size: tuple[int, int] | None) -> None:
    assert image_size("data:image/svg+xml," + quote(svg)) == size
    assert image_size("data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()) == size


@pytest.mark.parametrize(
    "address", ["", "https://example.com/a.png", "data:image/png;base64,AAAA", "data:image/png;base64,!"]
)
def test_of_other_addresses_no_size_is_known(address: str) -> None:
    assert image_size(address) is None
