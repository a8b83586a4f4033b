"""What somebody should know before customers become one. A warning never forbids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import ngettext_lazy

from customers.lib.phrases import Notice, customer_numbers, isolated, join_words
from customers.merging.doubts import doubts
from customers.merging.plan import MergePlan
from customers.models import CartLogin, Customer, RecordTotals
from customers.profile.fields import FIELDS, FieldKind
from customers.records.registry import linked_models

RecordsOf = Mapping[int, Sequence[int]]

NARROWED = {
    "do_not_sell": ngettext_lazy(
        "Customer %(numbers)s opted out of data sales. This applies after the merge.",
        "Customers %(numbers)s opted out of data sales. This applies after the merge.",
        "count",
    ),
    "sms_contact": ngettext_lazy(
        "Customer %(numbers)s opted out of SMS. No SMS are sent after the merge.",
        "Customers %(numbers)s opted out of SMS. No SMS are sent after the merge.",
        "count",
    ),
    "email_opt_in": ngettext_lazy(
        "Customer %(numbers)s opted out of emails. No emails are sent after the merge.",
        "Customers %(numbers)s opted out of emails. No emails are sent after the merge.",
        "count",
    ),
}
WIDENED = {
    "do_not_sell": ngettext_lazy(
        "Customer %(numbers)s opted out of data sales. This no longer applies after the merge.",
        "Customers %(numbers)s opted out of data sales. This no longer applies after the merge.",
        "count",
    ),
    "sms_contact": ngettext_lazy(
        "Customer %(numbers)s opted out of SMS. SMS are allowed after the merge.",
        "Customers %(numbers)s opted out of SMS. SMS are allowed after the merge.",
        "count",
    ),
    "email_opt_in": ngettext_lazy(
        "Customer %(numbers)s opted out of emails. Emails are allowed after the merge.",
        "Customers %(numbers)s opted out of emails. Emails are allowed after the merge.",
        "count",
    ),
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
        named = {"count": len(strict), "numbers": join_words([str(pk) for pk in strict])}
        if plan.finals[field.key].value is field.strictest:
            narrowed.append(NARROWED[field.key] % named)
        else:
            widened.append(WIDENED[field.key] % named)
    if narrowed:
        yield Notice("More restrictive consent applies.", " ".join(narrowed))
    if widened:
        yield Notice("Less restrictive consent applies.", " ".join(widened))


def about_currencies(records_of: RecordsOf) -> Iterator[Notice]:
    owner_of = {record: pk for pk, records in records_of.items() for record in records}
    found: defaultdict[str, set[int]] = defaultdict(set)
    rows = RecordTotals.objects.filter(source_record__in=owner_of, orders__gt=0).order_by("currency")
    for record, currency in rows.values_list("source_record", "currency"):
        found[currency].add(owner_of[record])
    if len(found) > 1 and len(set(map(frozenset, found.values()))) > 1:
        where = join_words([f"{currency} ({customer_numbers(sorted(pks))})" for currency, pks in found.items()])
        yield Notice("Different currencies.", f"There are orders in {where}. Totals are kept per currency.")


def about_logins(survivor: Customer, records_of: RecordsOf) -> Iterator[Notice]:
    records = [record for some in records_of.values() for record in some]
    rows = CartLogin.objects.filter(source_record__in=records, login__isnull=False, merge__undone_at=None)
    logins = list(rows.order_by("pk").values_list("login", flat=True)[:6])
    if len(logins) > 1:
        named = join_words([isolated(login) for login in logins[:5]] + ["others"] * (len(logins) > 5))
        yield Notice(
            "More than one shop login.",
            f"These logins will all open the account of {isolated(survivor.name)}: {named}.",
        )
