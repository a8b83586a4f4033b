"""What somebody should know before customers become one. A warning never forbids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from customers.lib.phrases import Notice, customer_numbers, join_words
from customers.merging.doubts import doubts
from customers.merging.plan import MergePlan
from customers.models import CartLogin, Customer, RecordTotals
from customers.profile.fields import FIELDS, FieldKind
from customers.records.registry import linked_models

RecordsOf = Mapping[int, Sequence[int]]

REFUSED = {
    "do_not_sell": ("asked not to be sold to others", "so that holds", "but that no longer holds"),
    "sms_contact": ("opted out of SMS", "so the final customer gets none", "but the final customer gets it"),
    "email_opt_in": ("opted out of email", "so the final customer gets none", "but the final customer gets it"),
}


def cautions(customers: Sequence[Customer], plan: MergePlan, records_of: RecordsOf) -> list[Notice]:
    """Every warning about merging the rest of `customers` into the first as `plan` says."""
    return [
        *(notice for model in linked_models() for notice in model.merge_warnings(records_of)),
        *about_consent(customers, plan),
        *doubts(customers),
        *about_currencies(records_of),
        *about_logins(customers[0], records_of),
    ]


def about_consent(customers: Sequence[Customer], plan: MergePlan) -> Iterator[Notice]:
    """One notice of what is narrowed and one of what is widened, however many answers differ."""
    narrowed, widened = [], []
    for field in (field for field in FIELDS if field.kind is FieldKind.CONSENT):
        answers = {c.pk: getattr(c, field.key) for c in customers}
        strict = [pk for pk, answer in answers.items() if answer is field.strictest]
        if not strict or (not field.strictest) not in answers.values():
            continue
        did, holds, fails = REFUSED[field.key]
        who = customer_numbers(strict).capitalize()
        if plan.finals[field.key].value is field.strictest:
            narrowed.append(f"{who} {did}, {holds}.")
        else:
            widened.append(f"{who} {did}, {fails}.")
    if narrowed:
        yield Notice("Consent is narrowed.", " ".join(narrowed))
    if widened:
        yield Notice("Consent is widened.", " ".join(widened))


def about_currencies(records_of: RecordsOf) -> Iterator[Notice]:
    owner_of = {record: pk for pk, records in records_of.items() for record in records}
    found: defaultdict[str, set[int]] = defaultdict(set)
    rows = RecordTotals.objects.filter(source_record__in=owner_of, orders__gt=0).order_by("currency")
    for record, currency in rows.values_list("source_record", "currency"):
        found[currency].add(owner_of[record])
    if len(found) > 1 and len(set(map(frozenset, found.values()))) > 1:
        where = join_words([f"{currency} ({customer_numbers(sorted(pks))})" for currency, pks in found.items()])
        yield Notice("Different currencies.", f"There are orders in {where}. Each currency adds up by itself.")


def about_logins(survivor: Customer, records_of: RecordsOf) -> Iterator[Notice]:
    records = [record for some in records_of.values() for record in some]
    rows = CartLogin.objects.filter(source_record__in=records, login__isnull=False, merge__undone_at=None)
    logins = list(rows.order_by("pk").values_list("login", flat=True)[:6])
    if len(logins) > 1:
        named = join_words([str(login) for login in logins[:5]] + ["others"] * (len(logins) > 5))
        yield Notice("More than one shop login.", f"{named} will all open the account of {survivor.name}.")
