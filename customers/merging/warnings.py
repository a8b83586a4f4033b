"""What a user should know before customers are merged. A warning never prevents a merge.

Linked tables add their own warnings: `LinkedRow.merge_warnings`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import ngettext, ngettext_lazy

from customers.lib.dates import format_day
from customers.lib.phrases import ActMessage, Notice, customer_numbers, isolated, join_first, join_words
from customers.matching.duplicates import SharedKeys, holders_of_keys, shared_keys_of
from customers.matching.judgement import Strength, match_strength
from customers.matching.name_similarity import SAME, SIMILAR_ENOUGH, name_similarity, names_differ_much
from customers.matching.not_duplicates import not_duplicates_among
from customers.merging.plan import MergePlan
from customers.models import CartLogin, Customer, MatchKey, RecordTotals
from customers.models.matching import Key
from customers.profile.fields import FIELDS, FieldKind, ProfileField
from customers.records.ownership import records_by_customer
from customers.records.registry import linked_models

if TYPE_CHECKING:
    from crm.accounts.models import User

RecordsByCustomer = Mapping[int, Sequence[int]]

MOST_NAMED, MOST_READ = 5, 100
PAIR = 2
MARKED = ActMessage(
    "{user} marked these customers as not duplicates on {day}: {pairs}.",
    "An API client marked these customers as not duplicates on {day}: {pairs}.",
)
RELATED = ActMessage(
    "{user} marked these customers on {day} as related: {pairs}, {relation}.",
    "An API client marked these customers on {day} as related: {pairs}, {relation}.",
)
# A consent without a sentence of its own has these.
ANY_NARROWED = ngettext_lazy(
    "Customer %(numbers)s gave the more restrictive answer to “%(label)s”. It applies after the merge.",
    "Customers %(numbers)s gave the more restrictive answer to “%(label)s”. It applies after the merge.",
    "count",
)
ANY_WIDENED = ngettext_lazy(
    "Customer %(numbers)s gave the more restrictive answer to “%(label)s”. It no longer applies after the merge.",
    "Customers %(numbers)s gave the more restrictive answer to “%(label)s”. It no longer applies after the merge.",
    "count",
)
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


def merge_warnings(customers: Sequence[Customer], plan: MergePlan) -> list[Notice]:
    records = records_by_customer([customer.pk for customer in customers])
    survivor, *duplicates = customers
    shared = shared_keys_of([survivor.pk]).get(survivor.pk, {})
    return [
        *(notice for model in linked_models() for notice in model.merge_warnings(records)),
        *_about_consent(customers, plan),
        *_about_strangers(survivor, duplicates, shared),
        *_about_households(survivor, duplicates, shared),
        *_about_not_duplicates(customers),
        *_about_currencies(records),
        *_about_logins(survivor, records),
    ]


def _about_consent(customers: Sequence[Customer], plan: MergePlan) -> Iterator[Notice]:
    narrowed, widened = [], []
    for field in (field for field in FIELDS if field.kind is FieldKind.CONSENT):
        answers = {c.pk: getattr(c, field.key) for c in customers}
        strict = [pk for pk, answer in answers.items() if answer is field.strictest]
        if not strict or (not field.strictest) not in answers.values():
            continue
        if plan.finals[field.key].value is field.strictest:
            narrowed.append(narrowed_sentence(field, strict))
        else:
            widened.append(widened_sentence(field, strict))
    if narrowed:
        yield Notice("More restrictive consent applies.", " ".join(narrowed))
    if widened:
        yield Notice("Less restrictive consent applies.", " ".join(widened))


def narrowed_sentence(field: ProfileField, strict: Sequence[int]) -> str:
    return str(NARROWED.get(field.key, ANY_NARROWED) % _answer(field, strict))


def widened_sentence(field: ProfileField, strict: Sequence[int]) -> str:
    return str(WIDENED.get(field.key, ANY_WIDENED) % _answer(field, strict))


def _answer(field: ProfileField, strict: Sequence[int]) -> dict[str, object]:
    return {"count": len(strict), "numbers": join_words([str(pk) for pk in strict]), "label": field.label}


def _about_strangers(survivor: Customer, duplicates: Sequence[Customer], shared: SharedKeys) -> Iterator[Notice]:
    """One notice about each of the duplicates, also where two things speak against them."""
    alone = {c.pk for c in duplicates if c.pk not in shared}
    differing = {c.pk for c in duplicates if names_differ_much(survivor, c)}
    if both := [c.name_with_number for c in duplicates if c.pk in alone & differing]:
        text = ngettext(
            "%(names)s shares no email or phone with %(survivor)s, and may be a different person.",
            "%(names)s share no email or phone with %(survivor)s, and may be different people.",
            len(both),
        )
        named = {"names": join_first(both, MOST_NAMED), "survivor": survivor.name_with_number}
        yield Notice("No shared email or phone, and names differ.", text % named)
    yield from _about_no_match(survivor, sorted(alone - differing))
    yield from _about_names(survivor, [c for c in duplicates if c.pk in differing - alone])


def _about_no_match(survivor: Customer, alone: Sequence[int]) -> Iterator[Notice]:
    if alone:
        text = ngettext(
            "Customer %(numbers)s shares no email or phone with %(name)s.",
            "Customers %(numbers)s share no email or phone with %(name)s.",
            len(alone),
        )
        yield Notice("No shared email or phone.", text % _named(alone, survivor))


def _about_names(survivor: Customer, differing: Sequence[Customer]) -> Iterator[Notice]:
    if others := [c.name_with_number for c in differing]:
        text = ngettext(
            "%(names)s may be a different person from %(survivor)s.",
            "%(names)s may be different people from %(survivor)s.",
            len(others),
        )
        named = {"names": join_first(others, MOST_NAMED), "survivor": survivor.name_with_number}
        yield Notice("Names differ.", text % named)


def _about_households(survivor: Customer, duplicates: Sequence[Customer], shared: SharedKeys) -> Iterator[Notice]:
    by_phone = [c for c in duplicates if _share_only_phones(shared.get(c.pk, ()))]
    if family := [c.pk for c in by_phone if _is_family(survivor, c)]:
        text = ngettext(
            "Customer %(numbers)s has the same last name as %(name)s but shares only a phone.",
            "Customers %(numbers)s have the same last name as %(name)s but share only a phone.",
            len(family),
        )
        yield Notice("Possible shared household.", text % _named(family, survivor))
    elif crowd := _crowd(survivor, {key for c in by_phone for key in shared[c.pk]}):
        text = f"The only match is a phone that {crowd} customers share."
        yield Notice("Possible shared household.", text)


def _named(customers: Sequence[int], survivor: Customer) -> dict[str, str]:
    return {"numbers": join_words([str(pk) for pk in customers]), "name": survivor.name_with_number}


def _share_only_phones(keys: Collection[Key]) -> bool:
    return match_strength(kind for kind, _ in keys) is Strength.PHONE


def _is_family(one: Customer, other: Customer) -> bool:
    last = name_similarity(one.last_name, other.last_name) or 0
    first = name_similarity(one.first_name, other.first_name)
    return last >= SIMILAR_ENOUGH and first is not None and first < SAME


def _crowd(survivor: Customer, keys: Collection[Key]) -> int:
    """The number of customers with one of these phones; 0 when two have it, or all names agree."""
    holders = {customer for customer, _, _ in holders_of_keys(MatchKey.objects.among(keys))} if keys else set()
    if len(holders) <= PAIR:
        return 0
    others = Customer.objects.filter(pk__in=sorted(holders)[:MOST_READ])
    return len(holders) if any(names_differ_much(survivor, other) for other in others) else 0


def _about_not_duplicates(customers: Sequence[Customer]) -> Iterator[Notice]:
    pairs_of: defaultdict[tuple[User | None, str, str], list[str]] = defaultdict(list)
    for (one, other), mark in sorted(not_duplicates_among([c.pk for c in customers]).items()):
        relation = mark.get_relation_display().lower()
        pairs_of[mark.by, format_day(mark.created), relation].append(join_words([str(one), str(other)]))
    for (by, day, relation), pairs in pairs_of.items():
        if relation:
            text = RELATED.text(by, day=day, pairs=", ".join(pairs), relation=relation)
            yield Notice("Related, not the same.", text)
        else:
            yield Notice("Marked as not duplicates before.", MARKED.text(by, day=day, pairs=", ".join(pairs)))


def _about_currencies(records: RecordsByCustomer) -> Iterator[Notice]:
    owner_of = {record: pk for pk, pks in records.items() for record in pks}
    owners: defaultdict[str, set[int]] = defaultdict(set)
    rows = RecordTotals.objects.filter(source_record__in=owner_of, orders__gt=0).order_by("currency")
    for record, currency in rows.values_list("source_record", "currency"):
        owners[currency].add(owner_of[record])
    if len(set(map(frozenset, owners.values()))) > 1:
        where = join_words([f"{currency} ({customer_numbers(sorted(pks))})" for currency, pks in owners.items()])
        yield Notice("Different currencies.", f"There are orders in {where}. Totals are kept per currency.")


def _about_logins(survivor: Customer, records: RecordsByCustomer) -> Iterator[Notice]:
    all_records = [record for pks in records.values() for record in pks]
    rows = CartLogin.objects.filter(source_record__in=all_records, login__isnull=False, merge__undone_at=None)
    logins = list(rows.order_by("pk").values_list("login", flat=True)[:6])
    if len(logins) > 1:
        named = join_words([isolated(login) for login in logins[:5]] + ["others"] * (len(logins) > 5))
        yield Notice(
            "More than one shop login.",
            f"These logins will all open the account of {survivor.name_with_number}: {named}.",
        )
