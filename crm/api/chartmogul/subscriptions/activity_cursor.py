"""The uuid of an activity encodes its position in the order of all activities: time, row, number.

Activities have no numbers of their own. One that is read again has the same uuid, and a list can continue after it.
The uuid is of version 8 (RFC 9562).
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from crm.api.chartmogul.errors import refusal
from orders.revenue.types import Origin, OriginKind, Position

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
VERSION, VARIANT = 8, 0b10
# Bits for the kind of the row, and for the number of the activity among all activities of the row.
KIND, NUMBER = 4, 4


def encode_position(position: Position) -> str:
    at, origin, number = position
    high, low = divmod(max((at - BEGINNING) // MICROSECOND, 0), 2**8)
    first = (high << 16) | (VERSION << 12) | (low << KIND) | origin.kind
    second = (VARIANT << 62) | (origin.pk << NUMBER) | number
    return str(UUID(int=(first << 64) | second))


def decode_position(text: str, param: str) -> Position:
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
        raise ValueError("not one of ours")
    return uuid.int
