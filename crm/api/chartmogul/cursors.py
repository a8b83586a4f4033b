"""The uuid of an activity: where it stands in the order of all of them, which is what it derives from.

So it is the same whenever the activity is derived, and a list can go on after it. It is one of version 8 (RFC 9562).
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from crm.api.chartmogul.errors import refusal
from orders.revenue.movements import Position
from orders.revenue.types import Origin, OriginKind

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
VERSION, VARIANT = 8, 0b10
# How many bits each part has: the time, what kind of row, the row, the number of what the row made.
KIND, ROW, NUMBER = 4, 58, 4


def write_place(place: Position) -> str:
    at, origin, number = place
    high, low = divmod(max((at - BEGINNING) // MICROSECOND, 0), 2**8)
    first = (high << 16) | (VERSION << 12) | (low << KIND) | origin.kind
    second = (VARIANT << 62) | (origin.pk << NUMBER) | number
    return str(UUID(int=(first << 64) | second))


def read_place(text: str, param: str) -> Position:
    try:
        first, second = divmod(_checked(UUID(text)), 2**64)
        kind = OriginKind(first & 0xF)
        microseconds = (first >> 16 << 8) | (first >> KIND & 0xFF)
        at = BEGINNING + microseconds * MICROSECOND
        return at, Origin(kind, second % 2**62 >> NUMBER), second & 0xF
    except (ValueError, OverflowError):
        raise refusal(400, "This activity does not exist", param) from None


def _checked(uuid: UUID) -> int:
    if uuid.version != VERSION:
        raise ValueError("not of our making")
    return uuid.int
