"""Where requests may go: to public addresses by HTTPS on port 443, and wherever WEBHOOK_NETWORKS allows.

Asked when a URL is saved, and again for each request, which then connects to the very address that was asked
about (post.py): a name that leads elsewhere a moment later gains nothing.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

from django.conf import settings

from customers.lib.errors import ActionError

Address = IPv4Address | IPv6Address

PUBLIC_IPV6 = ip_network("2000::/3")
NOT_PUBLIC = [
    ip_network("192.0.0.0/24"),  # of protocols, and what Oracle's hosts answer
    ip_network("168.63.129.16/32"),  # public by its number, but answered by Azure's hosts
    ip_network("192.88.99.0/24"),  # of relays
    ip_network("2001::/23"),  # of protocols, such as tunnels to any IPv4 address
    ip_network("2002::/16"),  # tunnels to any IPv4 address
    ip_network("3fff::/20"),  # of examples
]
"""What some version of Python, or all, take for public, beside all that none does."""
DEFAULT_PORTS = {"https": 443, "http": 80}
PLAIN = "/?%:@!$&'()*+,;=~-._"
"""What may stand in a request as it is. The path has no question mark."""


class TargetRefusedError(ActionError):
    """Nothing may be sent to this address. The message names no address that it leads to."""


@dataclass(frozen=True)
class RequestUrl:
    scheme: str
    host: str
    port: int
    path: str
    """With the query, as it stands in a request."""

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """As it stands in the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(url: str) -> RequestUrl:
    """Requests are made from these parts, so that nothing reads the URL in another way."""
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in url):
        raise TargetRefusedError("The URL must not have spaces or backslashes.", "url")
    try:
        parts = urlsplit(url)
        port, host = parts.port, _host_name(parts.hostname or "").rstrip(".")
    except (ValueError, UnicodeError):
        raise TargetRefusedError("This is no URL.", "url") from None
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise TargetRefusedError("Enter a URL that begins with https://", "url")
    if parts.username is not None or parts.password is not None:
        raise TargetRefusedError("The URL must not have a user name or password.", "url")
    path = quote(parts.path or "/", safe=PLAIN)
    query = f"?{quote(parts.query, safe=PLAIN)}" if parts.query else ""
    return RequestUrl(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path + query)


def _host_name(name: str) -> str:
    return name if name.isascii() else name.encode("idna").decode()


def resolve(target: RequestUrl) -> Sequence[Address]:
    """All addresses of the host. If one of them may not be asked, none is."""
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TargetRefusedError(f"The host {target.host} was not found.", "url") from None
    addresses = list(dict.fromkeys(_plain(str(row[4][0])) for row in rows))
    for address in addresses:
        _refuse_unless_allowed(target, address)
    return addresses


def _plain(text: str) -> Address:
    """An IPv4 address that is written as IPv6 is that IPv4 address."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _refuse_unless_allowed(target: RequestUrl, address: Address) -> None:
    if any(address in network for network in settings.WEBHOOK_NETWORKS):
        return
    if not is_public(address):
        raise TargetRefusedError(
            f"The host {target.host} has an address in a private or reserved network. Only public"
            " addresses are allowed.",
            "url",
        )
    if (target.scheme, target.port) != ("https", DEFAULT_PORTS["https"]):
        raise TargetRefusedError("Use https:// without a port: requests are sent by HTTPS to port 443 only.", "url")


def is_public(address: Address) -> bool:
    if address.is_multicast or any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and (address.version == 4 or address in PUBLIC_IPV6)
