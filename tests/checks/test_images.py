"""Which addresses of images show in the official widget, and how sure that is."""

import pytest

from chat.checks import examine
from chat.checks.images import ONLY_UNDER_HTTPS, unseen
from tests.checks.examples import image
from tests.checks.streams import card, done, exchange, turn, widget_item


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png",
        "http://localhost:8000/a.png",
        "HTTP://LOCALHOST",
        "http://app.localhost/a",
        "http://[::1]/a",
    ],
)
def test_an_image_of_this_machine_under_http_was_seen_to_be_broken(address: str) -> None:
    assert "from this machine" in unseen(address)


@pytest.mark.parametrize(
    "address", ["http://images.example/a.png", "http://localhost.example/a", "http://127.example/a"]
)
def test_an_image_of_another_host_under_http_may_be_asked_for_under_https(address: str) -> None:
    assert unseen(address) == ONLY_UNDER_HTTPS
    (finding,) = examine(exchange(turn(done(widget_item("wid_1", card(image(address))))))).findings
    assert finding.headline.startswith("An image may not show")


@pytest.mark.parametrize("address", ["https://images.example/a.png", "//images.example/a.png", "{{ image }}", ""])
def test_other_images_show_or_are_not_for_this_rule(address: str) -> None:
    assert unseen(address) == ""
