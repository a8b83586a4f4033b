"""Emails and phones that are ignored for all customers: placeholders, shared mailboxes, switchboards.

A phone is ignored with the digits by which people write it, so that neither of its match keys is left. The worklist,
the intake, Merge and Compare ask `keys` about every value, so each change counts at once, for stored customers as well.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from customers.lib.errors import ActionError
from customers.lib.identity import Identity, match_keys
from customers.lib.phones.written import digits_of_number, readable_phone
from customers.lib.phrases import isolated, join_words
from customers.locks import lock_numbers
from customers.matching.keys import is_placeholder
from customers.models import IgnoredValue, IgnoredValueChange, MatchKey, MatchKind
from customers.models.matching import Key

if TYPE_CHECKING:
    from crm.accounts.models import User


MOST_READ = 500
MOST_NAMED = 5


class IgnoreError(ActionError):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class NamedValue:
    """An email or phone by its match key, and the digits by which a whole number is written."""

    key: Key
    digits: frozenset[str] = field(default=frozenset())

    @property
    def text(self) -> str:
        return readable_value(*self.key)


def readable_value(kind: str, value: str) -> str:
    return readable_phone(value) if kind == MatchKind.PHONE else value


def named_value(text: str) -> NamedValue:
    """The one email or phone that staff entered; IgnoreError when `text` is none, or several."""
    is_email = "@" in text
    keys = list(match_keys(Identity(email=text) if is_email else Identity(phone=text)))
    first_of_kind = [key for key in keys if key[0] == keys[0][0]]
    if len(first_of_kind) != 1:
        raise IgnoreError("Enter one email or phone, such as name@example.com or +1 212 555 2368.")
    [(kind, value)] = first_of_kind
    if kind != MatchKind.PHONE:
        return NamedValue((kind, value))
    written = {digits for of_kind, digits in keys if of_kind == MatchKind.DIGITS}
    return NamedValue((kind, value), frozenset(written | digits_of_number(value)))


@transaction.atomic
def ignore_value(text: str, *, reason: str = "", by: User | None) -> IgnoredValue:
    """Ignore the email or phone `text`; IgnoreError when it is none, or is not used for matching anyway."""
    named = named_value(text)
    if is_placeholder(*named.key):
        raise IgnoreError(f"{isolated(named.text)} is made up. Such values are never used for matching.")
    kind, value = named.key
    if kind == MatchKind.DIGITS and (numbers := _numbers_written_as(value)):
        written, whole = isolated(text.strip()), join_words(numbers)
        raise IgnoreError(f"{written} is {whole} for some customers. Enter the number with its country code.")
    lock_numbers([f"{kind} {value}"])
    if IgnoredValue.objects.filter(kind=kind, value=value, phone=None).exists():
        raise IgnoreError(f"{isolated(named.text)} is ignored already.")
    act = {"reason": reason, "by": by}
    ignored = IgnoredValue.objects.create(kind=kind, value=value, written=text.strip(), **act)
    write_digits(ignored, named)
    IgnoredValueChange.objects.create(kind=kind, value=value, is_ignored=True, **act)
    return ignored


def _numbers_written_as(digits: str) -> list[str]:
    """The whole numbers that records in the countries of these numbers write so: ignoring the digits would not do."""
    records = MatchKey.objects.filter(kind=MatchKind.DIGITS, value=digits).values("source_record")[:MOST_READ]
    numbers = MatchKey.objects.filter(kind=MatchKind.PHONE, source_record__in=records).values_list("value", flat=True)
    written = [number for number in numbers.order_by("value").distinct() if digits in digits_of_number(number)]
    return [readable_phone(number) for number in written[:MOST_NAMED]]


def write_digits(ignored: IgnoredValue, named: NamedValue) -> None:
    IgnoredValue.objects.bulk_create(
        IgnoredValue(
            kind=MatchKind.DIGITS,
            value=digits,
            phone=ignored,
            reason=ignored.reason,
            by=ignored.by,
            created=ignored.created,
        )
        for digits in sorted(named.digits)
    )


def forget_ignored(keys: Collection[Key]) -> None:
    """Forget which of `keys` are ignored if nobody has them any more, also in the history of ignored values."""
    held = MatchKey.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
    ignored = IgnoredValue.objects.among(keys).values_list(Coalesce("phone", "pk"))
    numbers = IgnoredValue.objects.filter(pk__in=ignored).filter(~Exists(held))
    held_digits = IgnoredValue.objects.filter(Exists(held), phone=OuterRef("pk"))
    forgotten = set(numbers.filter(~Exists(held_digits)).values_list("kind", "value"))
    IgnoredValue.objects.among(forgotten).filter(phone=None).delete()
    # What is used again by now is in the history only.
    unused = IgnoredValueChange.objects.among({*keys} | forgotten).filter(~Exists(held))
    unused.exclude(
        Exists(IgnoredValue.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"), phone=None))
    ).update(value="", reason="")


@transaction.atomic
def use_again(pk: int, *, reason: str = "", by: User | None) -> str:
    """Use an ignored value for matching again; the value. IgnoreError when it is used already."""
    ignored = IgnoredValue.objects.select_for_update(of=("self",)).filter(pk=pk, phone=None).first()
    if ignored is None:
        raise IgnoreError("Nothing was changed: this value is no longer ignored.")
    kind, value = ignored.kind, ignored.value
    ignored.delete()
    IgnoredValueChange.objects.create(kind=kind, value=value, is_ignored=False, reason=reason, by=by)
    return readable_value(kind, value)
