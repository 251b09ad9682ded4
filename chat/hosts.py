"""Hosts by name and by number: which of them are this machine."""

from __future__ import annotations

import ipaddress

__all__ = ["Address", "address_of", "is_loopback", "is_this_machine", "plain"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def address_of(host: str) -> Address | None:
    """The address that a host is, with or without the brackets of a URL; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def plain(address: Address) -> Address:
    """The IPv4 address that is written inside an IPv6 one (mapped, compatible, NAT64, 6to4), else the address itself.

    What it is judged by: `::ffff:127.0.0.1` is this machine, whatever `ipaddress` says of it.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and (address in _NAT64 or (address in _COMPATIBLE and int(address) > 1)):
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, can be reached from this machine alone."""
    name = host.strip("[]").rstrip(".").lower()
    address = address_of(name)
    if address is None:
        return name == "localhost" or name.endswith(".localhost")  # RFC 6761, 6.3
    return plain(address).is_loopback


def is_this_machine(host: str) -> bool:
    """Whether who connects to this host reaches this machine: the loopback, or the address that stands for no other."""
    address = address_of(host)
    return is_loopback(host) or (address is not None and plain(address).is_unspecified)
