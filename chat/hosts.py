"""Hosts by name and by number: which of them are this machine."""

from __future__ import annotations

import ipaddress

__all__ = [
    "Address",
    "address_of",
    "for_browsers",
    "is_loopback",
    "is_off_limits",
    "is_off_limits_name",
    "is_this_machine",
    "plain",
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")

_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254",  # most clouds
            "100.100.100.200",  # Alibaba
            "168.63.129.16",  # Azure
            "192.0.0.192",  # Oracle
            "fd00:ec2::254",  # AWS
            "fd20:ce::254",  # Google
        ),
    )
)
"""Where a cloud tells its machines their credentials. Most, but not all, are also link-local or private."""
_METADATA_NAMES = ("metadata.google.internal", "metadata")


def address_of(host: str) -> Address | None:
    """The address that a host is, with or without the brackets of a URL; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def for_browsers(host: str) -> str:
    """How a browser on this machine calls a server that listens on this host."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


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


def is_off_limits(address: Address) -> bool:
    """Whether nobody else's request may be sent there: to where a cloud tells credentials, link-local, multicast."""
    meant = plain(address)
    return meant in _METADATA or meant.is_link_local or meant.is_multicast


def is_off_limits_name(host: str) -> bool:
    """Whether a name stands for where a cloud tells credentials, whatever address it has."""
    return host.rstrip(".").lower() in _METADATA_NAMES
