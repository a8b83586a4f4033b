"""What somebody should know before customers become one. A warning never forbids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from customers import matching
from customers.days import day
from customers.fields import FIELDS, Kind
from customers.linked import linked_models
from customers.merging import MergePlan
from customers.models import CartLogin, Customer, RecordTotals
from customers.notices import Notice
from customers.wording import listed

RecordsOf = Mapping[int, Sequence[int]]

REFUSED = {
    "do_not_sell": ("asked not to be sold to others", "so that holds", "but that no longer holds"),
    "sms_contact": ("opted out of SMS", "so the final customer gets none", "but the final customer gets it"),
    "email_opt_in": ("opted out of e-mail", "so the final customer gets none", "but the final customer gets it"),
}


def cautions(customers: Sequence[Customer], plan: MergePlan, records_of: RecordsOf) -> list[Notice]:
    """Every warning about merging the rest of `customers` into the first as `plan` says."""
    return [
        *(notice for model in linked_models() for notice in model.merge_warnings(records_of)),
        *about_consent(customers, plan),
        *about_identity(customers),
        *about_dismissals(customers),
        *about_currencies(records_of),
        *about_logins(customers[0], records_of),
    ]


def numbers(customers: Sequence[int]) -> str:
    """“customer 61”, “customers 6 and 61”."""
    return f"customer{'s' if len(customers) > 1 else ''} {listed([str(pk) for pk in customers])}"


def about_consent(customers: Sequence[Customer], plan: MergePlan) -> Iterator[Notice]:
    for field in FIELDS:
        if field.kind is not Kind.CONSENT:
            continue
        answers = {c.pk: getattr(c, field.key) for c in customers}
        strict = [pk for pk, answer in answers.items() if answer is field.strictest]
        if not strict or (not field.strictest) not in answers.values():
            continue
        did, narrowed, widened = REFUSED[field.key]
        who = numbers(strict).capitalize()
        if plan.finals[field.key].value is field.strictest:
            yield Notice("Consent is narrowed.", f"{who} {did}, {narrowed}.")
        else:
            yield Notice("Consent is widened.", f"{who} {did}, {widened}.")


def about_identity(customers: Sequence[Customer]) -> Iterator[Notice]:
    survivor, *duplicates = customers
    matched = matching.matches_of([survivor.pk]).get(survivor.pk, {})
    if alone := [c.pk for c in duplicates if c.pk not in matched]:
        shares = "share" if len(alone) > 1 else "shares"
        yield Notice(
            "Nothing matches.", f"{numbers(alone).capitalize()} {shares} no e-mail or phone with {survivor.name}."
        )
    if any(matching.names_agree(survivor.last_name, c.last_name) is False for c in duplicates):
        yield Notice("Different last names.", "A shared phone may be a household.")


def about_dismissals(customers: Sequence[Customer]) -> Iterator[Notice]:
    pairs_of: defaultdict[str, list[str]] = defaultdict(list)
    for (one, other), no in sorted(matching.dismissals([c.pk for c in customers]).items()):
        pairs_of[f"{no.by or 'A program'} said on {day(no.created)}"].append(f"{one} and {other}")
    for said, pairs in pairs_of.items():
        yield Notice("Dismissed before.", f"{said} that {', '.join(pairs)} are not the same.")


def about_currencies(records_of: RecordsOf) -> Iterator[Notice]:
    owner_of = {record: pk for pk, records in records_of.items() for record in records}
    found: defaultdict[str, set[int]] = defaultdict(set)
    rows = RecordTotals.objects.filter(source_record__in=owner_of, orders__gt=0).order_by("currency")
    for record, currency in rows.values_list("source_record", "currency"):
        found[currency].add(owner_of[record])
    if len(found) > 1 and len(set(map(frozenset, found.values()))) > 1:
        where = listed([f"{currency} ({numbers(sorted(pks))})" for currency, pks in found.items()])
        yield Notice("Different currencies.", f"There are orders in {where}. Each currency adds up by itself.")


def about_logins(survivor: Customer, records_of: RecordsOf) -> Iterator[Notice]:
    records = [record for some in records_of.values() for record in some]
    rows = CartLogin.objects.filter(source_record__in=records, login__isnull=False, merge__undone_at=None)
    logins = list(rows.order_by("pk").values_list("login", flat=True)[:6])
    if len(logins) > 1:
        named = listed([str(login) for login in logins[:5]] + ["others"] * (len(logins) > 5))
        yield Notice("More than one shop login.", f"{named} will all open the account of {survivor.name}.")
