"""What is compared of live customers, read from the database in normal forms.

Emails and phones are those of all records, but for those that recognise nobody: placeholders, values that staff
ignore or excluded, and values that very many share. Addresses are those of the profile and of all customers that were
merged into this one, for billing and for shipping. A trait that is a day is taken for the date of birth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from customers.lib.companies import company_form
from customers.lib.domains import domain_of_email, domain_of_website
from customers.lib.emails import normal_email
from customers.lib.names import name_words, normal_name
from customers.lib.person_name import SUFFIXES, normal_names
from customers.lib.placeholders import is_placeholder_email, is_placeholder_phone
from customers.matching.evidence.values import DAY
from customers.matching.keys import MOST_SHARING
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.nicknames import full_forms
from customers.models import (
    Attribute,
    Customer,
    IdentifyingAttribute,
    IgnoredValue,
    MatchKey,
    MatchKind,
    SharedValue,
    SourceRecord,
    UnmatchedValue,
)
from customers.models.matching import Key

Address = Mapping[str, str]
ADDRESSES = ("billing_address", "shipping_address")
AT_ONCE, FEW = 5_000, 500
KINDS = (MatchKind.EMAIL, MatchKind.PHONE)
COLUMNS = ("pk", "first_name", "last_name", "company", "website", "email", "billing_address", "shipping_address")


def compared_customers(only: Collection[int] | None = None, *, first: int = 0) -> Iterator[ComparedCustomer]:
    """All live customers from the number `first` on, or `only` these, in the order of their numbers."""
    ignored = set(IgnoredValue.objects.values_list("kind", "value"))
    live = Customer.objects.live().order_by("pk")
    if only is not None:
        yield from _compared(live.filter(pk__in=only), ignored)
        return
    last = first - 1
    while numbers := list(live.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        yield from _compared(live.filter(pk__gt=last, pk__lte=numbers[-1]), ignored)
        last = numbers[-1]


def _compared(customers: QuerySet[Customer], ignored: Collection[Key]) -> Iterator[ComparedCustomer]:
    profiles = list(customers.only(*COLUMNS))
    if profiles:
        numbers = [profile.pk for profile in profiles]
        keys, merged, births = _keys(numbers, ignored), _merged_addresses(numbers), _births(numbers)
        for one in profiles:
            yield compare(one, keys.get(one.pk, {}), merged.get(one.pk, ()), births.get(one.pk, ()))


def _of_customers(numbers: Sequence[int], customer: str) -> dict[str, Any]:
    # A few are named; naming thousands takes longer than reading those between.
    if len(numbers) < FEW:
        return {f"{customer}__in": numbers}
    return {f"{customer}__gte": numbers[0], f"{customer}__lte": numbers[-1]}


def _merged_addresses(numbers: Sequence[int]) -> dict[int, list[Address]]:
    """{customer: the addresses of those merged into it}."""
    records = SourceRecord.objects.filter(**_of_customers(numbers, "customer")).exclude(origin=F("customer"))
    addresses: defaultdict[int, list[Address]] = defaultdict(list)
    for customer, *of_origin in records.values_list("customer", *(f"origin__{name}" for name in ADDRESSES)):
        addresses[customer] += of_origin
    return addresses


def _births(numbers: Sequence[int]) -> dict[int, list[str]]:
    """{customer: dates of birth}: the traits of them that are days, those of the first record first."""
    traits = IdentifyingAttribute.objects.filter(meaning=IdentifyingAttribute.Meaning.TRAIT).values("name")
    named = _of_customers(numbers, "source_record__customer")
    rows = Attribute.objects.filter(**named, name__in=traits, removed=False).order_by("source_record", "pk")
    births: defaultdict[int, list[str]] = defaultdict(list)
    for customer, value in rows.values_list("source_record__customer", "value"):
        if DAY.match(value.strip()):
            births[customer].append(value.strip()[:10])
    return births


def _keys(numbers: Sequence[int], ignored: Collection[Key]) -> dict[int, dict[str, set[str]]]:
    """{customer: {kind: values}}."""
    excluded = UnmatchedValue.objects.filter(
        source_record=OuterRef("source_record"), kind=OuterRef("kind"), value=OuterRef("value")
    )
    crowded = SharedValue.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"), holders__gt=MOST_SHARING)
    named = _of_customers(numbers, "source_record__customer")
    rows = MatchKey.objects.filter(~Exists(excluded), ~Exists(crowded), kind__in=KINDS, **named)
    values: defaultdict[int, dict[str, set[str]]] = defaultdict(lambda: {"email": set(), "phone": set()})
    for customer, kind, value in rows.values_list("source_record__customer", "kind", "value"):
        is_placeholder = is_placeholder_email if kind == MatchKind.EMAIL else is_placeholder_phone
        if (kind, value) not in ignored and not is_placeholder(value):
            values[customer][kind].add(value)
    return values


def compare(
    profile: Customer,
    keys: Mapping[str, Collection[str]],
    merged: Iterable[Address] = (),
    births: Collection[str] = (),
) -> ComparedCustomer:
    """`merged` are addresses of customers that were merged into this one."""
    first, last = normal_names(profile)
    suffix = next((word for word in reversed(name_words(profile.last_name)) if word in SUFFIXES), "")
    emails = tuple(sorted(keys.get("email", ())))
    email = normal_email(profile.email)
    address = profile.billing_address
    number, street = split_street(address.get("line1", ""))
    return ComparedCustomer(
        profile.pk,
        first=first,
        last=last.removesuffix(suffix) or last,
        suffix=suffix,
        short_of=(first, *full_forms(first)) if first else (),
        company=company_form(profile.company),
        domain=domain_of(profile.website, email),
        email=email if email in emails else (emails[0] if emails else ""),
        emails=emails,
        phones=tuple(sorted(keys.get("phone", ()))),
        street=street,
        number=number,
        place=normal_name(address.get("line2", "")),
        city=normal_name(address.get("city", "")),
        postcode="".join(name_words(address.get("postal_code", ""))),
        state="".join(name_words(address.get("state", ""))),
        addresses=tuple(sorted({_whole(one) for one in (address, profile.shipping_address, *merged)} - {""})),
        born=next(iter(births), ""),
        births=tuple(sorted({*births})),
    )


def _whole(address: Address) -> str:
    """Number, street and place as one text; "" if one of them is missing."""
    number, street = split_street(address.get("line1", ""))
    place = "".join(name_words(address.get("postal_code", ""))) or normal_name(address.get("city", ""))
    return f"{number} {street} {place}" if number and street and place else ""


def split_street(line: str) -> tuple[str, str]:
    """The house number, which is the first word with a digit at either end, and the rest: (12, mainst)."""
    words = name_words(line)
    at = next((n for n in (0, *range(len(words) - 1, 0, -1)) if words and words[n][:1].isdigit()), None)
    if at is None:
        return "", "".join(words)
    return words[at], "".join(words[:at] + words[at + 1 :])


def domain_of(website: str, email: str) -> str:
    """Of the website, else of the email."""
    return domain_of_website(website) or domain_of_email(email)
