"""How often somebody may try to sign in, beside the block of one name from one address (axes).

An address is counted before its password is hashed, so that a flood costs nothing. Wrong passwords for one name are
counted over all addresses: a guesser who has many is slowed down. Nobody is locked out by that, because a guesser could
otherwise lock out anybody.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest

from crm import rate_limit
from crm.accounts.web.client_address import client_address

MINUTE, QUARTER_OF_AN_HOUR = 60, 15 * 60
MOST_FAILURES = 20
"""Wrong passwords for one name before it is slowed down."""
PAUSE = 2.0
MOST_AT_ONCE = 4
"""Sign-ins at work in a process. They wait for one another to hash (`hashers.MOST_AT_ONCE`)."""
_room = BoundedSemaphore(MOST_AT_ONCE)
_waiting = BoundedSemaphore(2)
"""More threads of a process do not wait: what is sent meanwhile is answered that it has to come later."""


def is_flood(request: HttpRequest) -> bool:
    """Count the attempt; whether its address, or the network that one IPv6 client has, sent too many this minute."""
    attempts = rate_limit.count(f"sign-ins {network_of(client_address(request))}", seconds=MINUTE)
    most: int = settings.SIGN_INS_PER_ADDRESS
    return attempts > most


def network_of(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return str(ip)


@contextmanager
def room() -> Iterator[bool]:
    """Whether this sign-in may go on. Few do at once, so that threads of the process are left for everybody else."""
    is_free = _room.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _room.release()


def slow_down(username: str) -> bool:
    """Wait if many wrong passwords were sent for this name; False if too many wait already."""
    if rate_limit.counted(_name_of(username), seconds=QUARTER_OF_AN_HOUR) < MOST_FAILURES:
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        time.sleep(PAUSE)
    finally:
        _waiting.release()
    return True


def note_failure(username: str) -> None:
    rate_limit.count(_name_of(username), seconds=QUARTER_OF_AN_HOUR)


def _name_of(username: str) -> str:
    """A digest, because a name can be anything, and a cache keeps it."""
    return f"failed sign-ins {hashlib.sha256(username.casefold().encode(errors='replace')).hexdigest()}"
