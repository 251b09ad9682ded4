"""Which addresses may be followed, and which images may be loaded."""

import pytest

from chat.rendering.addresses import host_of, image_source, link_target
from chat.rendering.context import NO_IMAGES, ImagePolicy
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


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_bitmaps_as_data_load(kind: str) -> None:
    address = PNG.replace("png", kind)
    assert image_source(address, NO_IMAGES) == address


@pytest.mark.parametrize(
    "address",
    [
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html;base64,AAAA",
        "data:image/png,x",
        PNG + '" onerror="x',
        "data:;base64,AA",
    ],
)
def test_other_data_does_not(address: str) -> None:
    assert image_source(address, NO_IMAGES) is None
