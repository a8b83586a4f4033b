"""Writing the evidence keys of source records: who else has an external ID, company, web domain or identifier.

No act writes them: an order or an edit would take longer for what nothing waits for (docs/decisions/0052).
`keep_up_evidence`, which the clock starts, does it for who changed, and for all once an identifying attribute changed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Min

from customers.lib.batches import BATCH, batches
from customers.matching.evidence.pairs import AT_ONCE, write_pairs
from customers.matching.evidence.values import RecordedValues, evidence_keys
from customers.models import (
    Attribute,
    Customer,
    DataSource,
    EvidenceKey,
    EvidenceProgress,
    IdentifyingAttribute,
    SourceRecord,
)
from customers.records.changed_customers import changed_customers, changes_have_appeared_to
from customers.records.match_keys import Difference

TURN = 20.0
"""Seconds: the clock asks again soon."""


def refresh_evidence(records: Collection[SourceRecord]) -> list[str]:
    """Write the keys of `records` anew where they differ; a line for each that differed."""
    if not records:
        return []
    attributes, websites = _identifiers(records), _websites(records)
    staff = DataSource.staff().pk
    derived = {}
    for record in records:
        values = RecordedValues(
            record.company,
            record.email,
            websites.get(record.pk, ""),
            "" if record.data_source_id == staff else record.external_id or "",
            attributes.get(record.pk, {}),
        )
        derived[record.pk] = {tuple(key) for key in evidence_keys(values)}
    difference = Difference.of(EvidenceKey, ("kind", "value"), derived)
    # The clock and the rules may note the same records at once.
    difference.settle(ignore_conflicts=True)
    return difference.named()


def _identifiers(records: Collection[SourceRecord]) -> Mapping[int, Mapping[int, str]]:
    """{record: {identifying attribute: value}}."""
    meaning = IdentifyingAttribute.Meaning.IDENTIFIER
    number_of = dict(IdentifyingAttribute.objects.filter(meaning=meaning).values_list("name", "pk"))
    values: defaultdict[int, dict[int, str]] = defaultdict(dict)
    if number_of:
        rows = Attribute.objects.filter(source_record__in=records, name__in=number_of, removed=False)
        for record, name, value in rows.values_list("source_record", "name", "value"):
            values[record][number_of[name]] = value
    return values


def _websites(records: Collection[SourceRecord]) -> Mapping[int, str]:
    """{record: website}. A record says none, so the website of a profile goes with the first record of its customer."""
    customers = {record.customer_id for record in records}
    websites = dict(Customer.objects.filter(pk__in=customers).exclude(website="").values_list("pk", "website"))
    firsts = SourceRecord.objects.filter(customer__in=websites).values("customer").annotate(first=Min("pk")).order_by()
    return {first: websites[customer] for customer, first in firsts.values_list("customer", "first")}


def note_customers(customers: Collection[int]) -> None:
    refresh_evidence(list(SourceRecord.objects.filter(customer__in=customers).order_by("pk")))


def keep_up_evidence() -> str:
    """Bring the keys up to date, for some seconds; what it did, in words."""
    ends = time.monotonic() + TURN
    progress = EvidenceProgress.objects.first() or _begin()
    noted = _note_changed(progress)
    while progress.next_record is not None and time.monotonic() < ends:
        noted += _note_following(progress)
    return f"Evidence of {noted} records noted." if noted else ""


def _begin() -> EvidenceProgress:
    progress, _ = EvidenceProgress.objects.get_or_create(pk=1, defaults={"noted_to": changes_have_appeared_to()})
    return progress


def _note_changed(progress: EvidenceProgress) -> int:
    changed = changed_customers(progress.noted_to, most=BATCH)
    records = list(SourceRecord.objects.filter(customer__in=changed.pks).order_by("pk"))
    with transaction.atomic():
        refresh_evidence(records)
        _pair(records, *changed.pks)
        progress.noted_to = changed.up_to
        progress.save(update_fields=["noted_to"])
    return len(records)


def _note_following(progress: EvidenceProgress) -> int:
    """The records that follow; all are through when there are none."""
    position = progress.next_record
    records = list(SourceRecord.objects.filter(pk__gte=position or 0).order_by("pk")[:BATCH])
    with transaction.atomic():
        refresh_evidence(records)
        _pair(records)
        progress.next_record = records[-1].pk + 1 if len(records) == BATCH else None
        # Somebody may have changed an identifying attribute meanwhile, which begins anew.
        EvidenceProgress.objects.filter(pk=progress.pk, next_record=position).update(next_record=progress.next_record)
    progress.refresh_from_db(fields=["next_record"])
    return len(records)


def _pair(records: Collection[SourceRecord], *others: int) -> None:
    for customers in batches(sorted({*others, *(record.customer_id for record in records)}), AT_ONCE):
        write_pairs(customers)


def begin_anew() -> None:
    """All records once more: what is an identifier, or a normal form, has changed."""
    EvidenceProgress.objects.update(next_record=0)
