"""Blanking the traces of erased customers: in profile changes, in merges, and in the history of other customers.

An entry of another customer keeps what happened and loses the name. A value that another customer took over in a merge
that was undone since is blanked, unless it is in use: a value that the other customer shows now is its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet

from customers.lib.batches import BATCH
from customers.lib.sentences import ERASED, Value, without_customers
from customers.merging.second_person.tell import tell_of_answer
from customers.models import (
    CombinationMember,
    Customer,
    EvidencePair,
    HistoryEntry,
    HistoryKind,
    LikelyAnswer,
    LikelyPair,
    Merge,
    MergeMember,
    MergeRequest,
    NotDuplicate,
    ProfileChange,
    RequestState,
    SampledMerge,
    Visit,
)
from customers.profile.clean import as_text
from customers.profile.fields import BLANK, BY_KEY, NAME_FIELDS, FieldKind

IN_WORDS = (FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.WEBSITE, FieldKind.ADDRESS, FieldKind.LOGIN)


def redact(family: Mapping[int, Customer]) -> None:
    """Blank the rows that are kept of the locked customers. Call it before their records are deleted."""
    merges = set(Merge.objects.filter(survivor__in=family).values_list("pk", flat=True))
    merges.update(MergeMember.objects.filter(duplicate__in=family).values_list("merge", flat=True))
    _redact_history(family, merges)
    for pk in family:
        _blank_taken(pk, family)
    ProfileChange.objects.filter(customer__in=family).update(values={})
    Merge.objects.filter(pk__in=merges).update(reason="", warnings=[])
    Merge.objects.filter(survivor__in=family).update(survivor_name="")
    SampledMerge.objects.filter(merge__in=merges).update(note="")
    _redact_requests(family)
    MergeMember.objects.filter(duplicate__in=family).update(records=[], duplicate_name="")
    for pairs in (NotDuplicate, LikelyPair, LikelyAnswer, EvidencePair):
        pairs._default_manager.filter(Q(first__in=family) | Q(second__in=family)).delete()
    for rows in (Visit, CombinationMember):
        rows._default_manager.filter(customer__in=family).delete()


def _redact_requests(family: Collection[int]) -> None:
    about = MergeRequest.customers.through._default_manager.filter(customer__in=family)
    requests = MergeRequest.objects.filter(pk__in=about.values("mergerequest"))
    for request in requests.filter(state=RequestState.WAITING).select_related("by"):
        request.state = RequestState.ERASED
        request.save(update_fields=["state"])
        tell_of_answer(request)
    requests.update(reason="", answer="", needed_because=[], entered={}, new_password="", seen={}, fingerprint="")


def _redact_history(family: Collection[int], merges: Collection[int]) -> None:
    entries = {entry.pk: entry for entry in chain(*entries_naming(family, merges))}
    blanked = []
    for entry in entries.values():
        values = dict(without_customers(entry.values, family.__contains__, text=ERASED, name=""))
        if values != entry.values:
            entry.values = values
            blanked.append(entry)
    HistoryEntry.objects.bulk_update(blanked, ["values"], batch_size=BATCH)


def entries_naming(family: Collection[int], merges: Collection[int]) -> Iterator[QuerySet[HistoryEntry]]:
    yield HistoryEntry.objects.filter(about_customer__in=family)
    # The history of every customer in a merge names the others …
    customers = set(Merge.objects.filter(pk__in=merges).values_list("survivor", flat=True))
    customers.update(MergeMember.objects.filter(merge__in=merges).values_list("duplicate", flat=True))
    acts = [HistoryKind.MERGE, HistoryKind.UNDO]
    yield HistoryEntry.objects.filter(source_record__origin__in=customers, kind__in=acts, merge__in=merges)
    # … and so does a group marked as not duplicates or as related, or whose merge was requested.
    marks = [HistoryKind.DISMISSAL, HistoryKind.RELATION, HistoryKind.REQUEST]
    marked = HistoryEntry.objects.filter(kind__in=marks, about_customer=None)
    own = marked.filter(source_record__origin__in=family).values_list("values", flat=True)
    group = {person["customer"] for values in own for person in values.get("customers", [])}
    yield marked.filter(source_record__origin__in=group)


def _blank_taken(giver: int, family: Collection[int], values: Mapping[str, Any] | None = None) -> None:
    """Blank what other customers took from `giver` in merges that were undone since; or `values`, in any merge.

    `values` are of the erased customers themselves, so the profile of `giver` has them no longer.
    """
    members = MergeMember.objects.filter(duplicate=giver)
    if values is None:
        members = members.exclude(undone_at=None)
    taken = ProfileChange.objects.filter(merge__in=members.values("merge")).exclude(customer__in=family)
    for change in taken.select_related("customer"):
        values_taken = {
            key: value["after"]
            for key, value in change.values.items()
            if value["from"] == giver
            and value["after"] != BLANK[key]
            and (values is None or values.get(key) == value["after"])
        }
        if values_taken:
            _blank(change, values_taken, side="after")
            _blank_since(change, values_taken)
            if values_taken.keys() & {*NAME_FIELDS}:
                _blank_names_since(change)
            _blank_taken(change.customer_id, family, values_taken)


def _blank(change: ProfileChange, values: Mapping[str, Any], *, side: str) -> None:
    equal = [key for key in values.keys() & change.values.keys() if change.values[key][side] == values[key]]
    for key in equal:
        change.values[key][side] = BLANK[key]
    if equal:
        change.save(update_fields=["values"])


def _blank_since(change: ProfileChange, values: Mapping[str, Any]) -> None:
    """Blank taken values where a later edit or undo replaced them: in its "before", and in its history entry."""
    customer = change.customer
    for later in ProfileChange.objects.filter(customer=customer, version__gt=change.version):
        _blank(later, values, side="before")
    fields = (BY_KEY[key] for key, value in values.items() if getattr(customer, BY_KEY[key].column) != value)
    erased = {field.key: as_text(field, values[field.key]) for field in fields if field.kind in IN_WORDS}
    kinds = (HistoryKind.EDIT, HistoryKind.UNDO)
    entries = HistoryEntry.objects.filter(source_record__origin=customer, kind__in=kinds, at__gte=change.at)
    blanked = []
    for entry in entries if erased else ():
        changes = [_without_value(field, erased) for field in entry.values.get("changes", ())]
        if changes != entry.values.get("changes", []):
            entry.values["changes"] = changes
            blanked.append(entry)
    HistoryEntry.objects.bulk_update(blanked, ["values"], batch_size=BATCH)


def _blank_names_since(change: ProfileChange) -> None:
    """Blank what the customer was called in later merges, unless it is called so now."""
    customer = change.customer
    survivors = Merge.objects.filter(survivor=customer, created__gte=change.at)
    survivors.exclude(survivor_name=customer.name).update(survivor_name="")
    duplicates = MergeMember.objects.filter(duplicate=customer, merge__created__gte=change.at)
    duplicates.exclude(duplicate_name=customer.name).update(duplicate_name="")


def _without_value(field: Value, erased: Mapping[str, str]) -> Value:
    value = erased.get(field["field"])
    sides = {side: ERASED for side in ("before", "after") if value and field.get(side) == value}
    return {**field, **sides}
