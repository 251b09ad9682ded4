"""Hosts by name and by number."""

import ipaddress

import pytest

from chat.hosts import is_loopback, is_this_machine, plain


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "::1",
        "[::1]",
        "localhost",
        "LocalHost",
        "localhost.",
        "a.localhost",
        "::ffff:127.0.0.1",
        "[::ffff:7f00:1]",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
    ],
)
def test_the_loopback_by_all_its_names(host: str) -> None:
    assert is_loopback(host)
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "::ffff:0.0.0.0"])
def test_the_address_that_stands_for_no_other_leads_here_but_is_open_to_all(host: str) -> None:
    assert is_this_machine(host)
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example",
        "192.168.1.1",
        "::2",
        "fe80::1%eth0",
        "::ffff:8.8.8.8",
        "notlocalhost",
        "127.0.0.1:80",
        "[::1]:80",
        "-",
    ],
)
def test_what_only_looks_like_it(host: str) -> None:
    assert not is_loopback(host)
    assert not is_this_machine(host)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("::ffff:169.254.169.254", "169.254.169.254"),
        ("64:ff9b::a9fe:a9fe", "169.254.169.254"),
        ("2002:a9fe:a9fe::1", "169.254.169.254"),
        ("::10.0.0.1", "10.0.0.1"),
        ("::1", "::1"),
        ("::", "::"),
        ("2606:4700::1", "2606:4700::1"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_an_address_inside_another_is_the_one_that_counts(written: str, meant: str) -> None:
    assert plain(ipaddress.ip_address(written)) == ipaddress.ip_address(meant)
