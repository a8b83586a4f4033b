"""Sentences with named places, and the values that fill them, as history keeps them.

A sentence is a whole message, such as "Merged {customers} into this customer."; a line break parts one message from the
next. A value is a text, a whole number, a list of values, or one of these:

    {"customer": 5, "name": "Helena Holý"}       {"amount": "15.90", "currency": "USD"}
    {"order": "C3E67A9BD0"}                      {"day": "2026-01-12"}    {"time": "2026-01-12T10:00:00+00:00"}
    {"purchase": 12, "name": "Song"}             {"count": 3, "one": "note", "many": "notes"}
    {"field": "email", "label": "Email", "before": "", "after": "helena@reunite.cz"}
    {"attribute": "plan", "before": "gold", "after": ""}
    {"word": "billing address"}                  {"erased": true}

A field without before and after only says that it changed. A text was written by people or programs; a word is the
program's own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from string import Formatter
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from customers.lib.dates import format_day
from customers.lib.money import format_money
from customers.lib.phrases import isolated

Value = Any
Values = Mapping[str, Value]

ERASED = {"erased": True}


@dataclass(frozen=True)
class SentencePart:
    """A piece of a sentence. `is_foreign` when users or data sources wrote it: it could turn the sentence's direction.

    `names` is the kind and the key of what it names: ("customer", 5), ("order", "C3E67A9BD0"), ("purchase", 12).
    """

    text: str
    is_foreign: bool = False
    names: tuple[str, str | int] | None = None


BREAK = SentencePart("\n")
"""Between two messages."""


class Messages(NamedTuple):
    """The message for each way in which one value can change."""

    given: str
    confirmed: str
    confirmed_empty: str
    changed: str
    removed: str
    touched: str


FIELD = Messages(
    given="{name} set to {after}.",
    confirmed="{name} confirmed: {after}.",
    confirmed_empty="{name} confirmed as empty.",
    changed="{name} changed from {before} to {after}.",
    removed="{name} removed. It was {before}.",
    touched="{name} changed.",
)
ATTRIBUTE = Messages(
    given="Attribute {name} set to {after}.",
    confirmed="Attribute {name} confirmed: {after}.",
    confirmed_empty="Attribute {name} confirmed as empty.",
    changed="Attribute {name} changed from {before} to {after}.",
    removed="Attribute {name} removed. It was {before}.",
    touched="Attribute {name} changed.",
)


def text(sentence: str, values: Values) -> str:
    return "".join(" " if part is BREAK else part.text for part in parts(sentence, values))


def isolated_text(sentence: str, values: Values) -> str:
    # On one line of a page, where foreign text must not turn the sentence round.
    return "".join(
        " " if part is BREAK else isolated(part.text) if part.is_foreign else part.text
        for part in parts(sentence, values)
    )


def parts(sentence: str, values: Values) -> Iterator[SentencePart]:
    for before, place in _pieces(sentence):
        for n, line in enumerate(before.split("\n")):
            if n:
                yield BREAK
            if line:
                yield SentencePart(line)
        if place is not None:
            yield from _filled(values.get(place, ERASED))


def places(sentence: str) -> set[str]:
    return {place for _, place in _pieces(sentence) if place is not None}


@lru_cache(maxsize=512)
def _pieces(sentence: str) -> tuple[tuple[str, str | None], ...]:
    """[(literal text, the name of the place that follows it, or None)]."""
    return tuple((before, place) for before, place, _, _ in Formatter().parse(sentence))


def _filled(value: Value) -> Iterator[SentencePart]:
    match value:
        case str():
            yield SentencePart(value, is_foreign=True)
        case int():
            yield SentencePart(f"{value:,}")
        case list() | tuple():
            yield from _listed(value)
        case {"customer": pk, "name": ""}:
            yield SentencePart(f"Erased customer {pk}", names=("customer", pk))
        case {"customer": pk, "name": name}:
            yield from _customer(pk, name)
        case {"order": number}:
            yield SentencePart(number, names=("order", number))
        case {"purchase": pk, "name": name}:
            yield from (
                SentencePart(str(pk), names=("purchase", pk)),
                SentencePart(" ("),
                SentencePart(name, is_foreign=True),
                SentencePart(")"),
            )
        case {"amount": amount, "currency": currency}:
            yield SentencePart(format_money(Decimal(amount), currency))
        case {"day": on}:
            yield SentencePart(f"{date.fromisoformat(on):%-d %b %Y}")
        case {"time": at}:
            yield SentencePart(format_day(datetime.fromisoformat(at)))
        case {"count": count, "one": one, "many": many}:
            yield SentencePart(f"{count:,} {ngettext(one, many, count)}")
        case {"word": own}:
            yield SentencePart(own)
        case {"field": _, "label": label}:
            yield from parts(_message(FIELD, value), {**value, "name": word(label)})
        case {"attribute": name}:
            yield from parts(_message(ATTRIBUTE, value), {**value, "name": name})
        case _:
            yield SentencePart("[erased]")


def _customer(pk: int, name: str) -> Iterator[SentencePart]:
    # Two people may share a name, so the number follows.
    yield SentencePart(name, is_foreign=True, names=("customer", pk))
    if not name.endswith(f" {pk}"):
        yield SentencePart(f" ({pk})")


def _message(messages: Messages, change: Values) -> str:
    if "before" not in change:
        return messages.touched
    if change["before"] == change["after"]:
        return messages.confirmed_empty if change["after"] == "" else messages.confirmed
    if change["before"] == "":
        return messages.given
    return messages.removed if change["after"] == "" else messages.changed


def _listed(values: Sequence[Value]) -> Iterator[SentencePart]:
    # Words as “A, B and C”; messages on lines of their own.
    for n, value in enumerate(values):
        if n:
            is_message = isinstance(value, Mapping) and ("before" in value or "field" in value)
            yield BREAK if is_message else SentencePart(" and " if n == len(values) - 1 else ", ")
        yield from _filled(value)


def money(amount: Decimal, currency: str) -> Value:
    return {"amount": f"{amount:f}", "currency": currency}


def word(own: str) -> Value:
    """A word of the program, such as the label of a field; unlike a text, which users or data sources wrote."""
    return {"word": own}


def count(number: int, one: str, many: str) -> Value:
    return {"count": number, "one": one, "many": many}


def change(field: str, label: str, before: Value, after: Value) -> Value:
    """A change of one field; "" for a blank value."""
    return {"field": field, "label": label, "before": before, "after": after}


def without_customers(
    values: Mapping[str, Value], is_meant: Callable[[int], bool], *, text: Value, name: str
) -> Mapping[str, Value]:
    """`values` unless they name a customer who is meant: then without the names of these, and without any text.

    A text of such an entry, such as a reason, can speak of the customer. `text` and `name` stand there instead.
    """
    if not any(_names_one(value, is_meant) for value in values.values()):
        return values
    return {place: _blanked(value, is_meant, text, name) for place, value in values.items()}


def _names_one(value: Value, is_meant: Callable[[int], bool]) -> bool:
    match value:
        case {"customer": pk}:
            return is_meant(pk)
        case list():
            return any(_names_one(item, is_meant) for item in value)
    return False


def _blanked(value: Value, is_meant: Callable[[int], bool], text: Value, name: str) -> Value:
    match value:
        case str():
            return text
        case list():
            return [_blanked(item, is_meant, text, name) for item in value]
        case {"customer": pk} if is_meant(pk):
            return {"customer": pk, "name": name}
    return value
