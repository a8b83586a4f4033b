"""Customers drawn by a seed and a number: names that many have, an email, a phone, and what they bought.

Names are as uneven as real ones are: the most frequent first name has one in eight, the most frequent last name one in
eleven, and most names few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from benchmarks.large.filtered import Filtered, OrderState, filtered, order_state, purchase_status
from orders.models import PurchaseStatus

BEGINNINGS = ("An", "Be", "Car", "Dan", "El", "Fran", "Ga", "Hel", "Iv", "Jo", "Kar", "Le", "Mar", "Na", "Ol", "Pe")
ENDINGS = ("a", "en", "ia", "ito", "ka", "lo", "na", "on", "ra", "sa", "ta", "us")
MIDDLES = ("", "ber", "den", "gar", "hol", "ker", "len", "mül", "nov", "ric", "ste", "wal")
TRADES = ("baker", "cooper", "fisher", "mason", "miller", "potter", "sawyer", "smith", "tanner", "turner", "weaver")
FIRST_NAMES = tuple(beginning + ending for ending in ENDINGS for beginning in BEGINNINGS)
LAST_NAMES = tuple(f"{start}{middle}{trade}" for middle in MIDDLES for trade in TRADES for start in BEGINNINGS)
START = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = 2000
ORDERS = (0, 1, 1, 2, 2, 3, 4, 9)
ORDERS_EACH = sum(ORDERS) / len(ORDERS)
PROVIDERS = ("gmail.com", "gmail.com", "gmail.com", "hotmail.com", "example.com")
SHARE_EMAIL, SUBSCRIBE, OTHER_SHOP = 0.02, 0.1, 0.5
"""How many are the customer before them once more, buy something that bills again, and are known to two sources."""
BLOCK = 10_000
"""So many customers have the number of a block in their emails and external ids, and its exchange in their phones."""
AREA_CODES = (212, 305, 312, 404, 415, 512, 602, 617, 702, 713, 718, 818, 916)
EXCHANGES = 800
"""Of an area code, and each has the phones of a block: enough for a hundred million customers."""
FIRST = len(AREA_CODES) * EXCHANGES - 1
"""The block that the first customer has alone."""


@dataclass(frozen=True)
class Bought:
    at: datetime
    total: Decimal
    state: OrderState


@dataclass(frozen=True)
class Subscribed:
    at: datetime
    total: Decimal
    status: PurchaseStatus


@dataclass(frozen=True)
class Person:
    external_id: str
    profile: dict[str, str]
    other_email: str
    """By which a second data source knows them; "" where there is none."""
    orders: list[Bought]
    purchases: list[Subscribed]
    filtered: Filtered


def person(number: int, *, seed: int, most: int, block_size: int = BLOCK, orders_each: float = ORDERS_EACH) -> Person:
    """The first one has `most` orders, a tenth as many purchases, and is in no block. Others have `orders_each`."""
    random = Random(f"{seed} {number}")  # noqa: S311 - nothing is secret
    block, place = divmod(number - 1, block_size) if number else (FIRST, 0)
    same_as = place - 1 if place and random.random() < SHARE_EMAIL else place
    area, exchange = phones_of(block)
    profile = {
        "first_name": _uneven(random, FIRST_NAMES),
        "last_name": _uneven(random, LAST_NAMES),
        "email": f"person{same_as}b{block}@{PROVIDERS[same_as % len(PROVIDERS)]}",
        "phone": f"+1 {area} {exchange}{place:04}",
    }
    orders = most if number == 0 else random.choice(ORDERS)
    if number and orders_each < ORDERS_EACH and random.random() >= orders_each / ORDERS_EACH:
        orders = 0
    subscriptions = most // 10 if number == 0 else int(random.random() < SUBSCRIBE)
    other_email = f"person{place}b{block}@example.net" if random.random() < OTHER_SHOP else ""
    return Person(
        f"c{place}b{block}",
        profile,
        other_email,
        [_bought(random) for _ in range(orders)],
        [_subscribed(random) for _ in range(subscriptions)],
        filtered(
            random,
            is_known_elsewhere=bool(other_email),
            has_bought=bool(orders or subscriptions),
            subscribes=bool(subscriptions),
        ),
    )


def phones_of(block: int) -> tuple[int, int]:
    """The area code and the exchange that all phones of a block begin with."""
    return AREA_CODES[block // EXCHANGES], 200 + block % EXCHANGES


def _uneven(random: Random, names: Sequence[str]) -> str:
    """The first name of n is as frequent as the n-th is rare: each share is one by its place."""
    return names[int(len(names) ** random.random()) - 1]


def _bought(random: Random) -> Bought:
    return Bought(*_sale(random), order_state(random))


def _subscribed(random: Random) -> Subscribed:
    return Subscribed(*_sale(random), purchase_status(random))


def _sale(random: Random) -> tuple[datetime, Decimal]:
    at = START + timedelta(days=random.randrange(DAYS), seconds=random.randrange(86_400))
    return at, Decimal(random.randrange(500, 20_000)) / 100
