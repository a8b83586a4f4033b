"""Blanking what is kept of somebody who is erased: in changes, merges, and what is written of them at others.

A sentence at another customer keeps what happened and loses the name. A value that another took over in a merge which
was undone since is blanked where nothing follows from it any more; one that is theirs by now stays theirs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from django.db.models import Q

from customers.models import (
    Customer,
    HistoryEntry,
    HistoryKind,
    Merge,
    MergeMember,
    NotDuplicate,
    ProfileChange,
    SourceRecord,
    Visit,
)
from customers.profile.clean import as_text
from customers.profile.fields import BLANK, BY_KEY, FieldKind

NAMING = (HistoryKind.MERGE, HistoryKind.UNDO, HistoryKind.SPLIT, HistoryKind.DISMISSAL)
"""The kinds of history that name another customer."""
NAMED_BY = ("first_name", "last_name", "company", "email", "phone")
NUMBER = re.compile(r"(?:\(|customer )(\d{1,18})\b", re.IGNORECASE)
IN_WORDS = (FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.WEBSITE, FieldKind.ADDRESS, FieldKind.LOGIN)


def redact(family: Mapping[int, Customer]) -> None:
    """Blank what is kept of the locked customers, as long as their own records are still there to tell of it."""
    merges = set(Merge.objects.filter(survivor__in=family).values_list("pk", flat=True))
    merges.update(MergeMember.objects.filter(duplicate__in=family).values_list("merge", flat=True))
    apart = NotDuplicate.objects.filter(Q(first__in=family) | Q(second__in=family))
    acquainted = _acquainted(family, merges, apart)
    _reword(acquainted, dict(_sayings(family)), NAMING)
    _forget_reasons(acquainted, family)
    for pk in family:
        _blank_given(pk, family)
    ProfileChange.objects.filter(customer__in=family).update(values={})
    Merge.objects.filter(pk__in=merges).update(reason="", warnings=[])
    MergeMember.objects.filter(duplicate__in=family).update(records=[])
    apart.delete()
    Visit.objects.filter(customer__in=family).delete()


def _acquainted(family: Collection[int], merges: Collection[int], apart: Iterable[NotDuplicate]) -> set[int]:
    """The customers whose history may name one of the `family`: those whom theirs names, and who were merged with."""
    found = set(Merge.objects.filter(pk__in=merges).values_list("survivor", flat=True))
    found.update(MergeMember.objects.filter(merge__in=merges).values_list("duplicate", flat=True))
    found.update(pk for said in apart for pk in (said.first_id, said.second_id))
    own = HistoryEntry.objects.filter(source_record__origin__in=family, kind__in=NAMING)
    found.update(int(number) for text in own.values_list("text", flat=True) for number in NUMBER.findall(text))
    return found - set(family)


def _sayings(family: Mapping[int, Customer]) -> Iterator[tuple[str, str]]:
    """(words, what is said instead) of every name that one of the `family` ever had, and of their records."""
    had: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(lambda: {""}))
    for pk, key, value in _names_ever(family):
        had[pk][key].add(value)
    for pk, values in had.items():
        people = product(values["first_name"], values["last_name"])
        names = {" ".join(filter(None, person)) for person in people}
        for name in names.union(*(values[key] for key in NAMED_BY[2:])) - {""}:
            yield f"{name} ({pk})", f"Erased customer {pk}"
    for record in SourceRecord.objects.filter(origin__in=family).select_related("data_source"):
        yield str(record), "a record"


def _forget_reasons(customers: Collection[int], family: Collection[int]) -> None:
    """Why a record was split off from or as one of the `family`: words that somebody typed."""
    names = re.compile(rf"Erased customer (?:{'|'.join(map(str, family))})\b")
    told = HistoryEntry.objects.filter(source_record__origin__in=customers, kind=HistoryKind.SPLIT)
    wordy = [entry for entry in told if "because “" in entry.text and names.search(entry.text)]
    for entry in wordy:
        entry.text = re.sub(r" because “.*”,", "", entry.text, flags=re.DOTALL)
    HistoryEntry.objects.bulk_update(wordy, ["text"])


def _names_ever(family: Mapping[int, Customer]) -> Iterator[tuple[int, str, str]]:
    for pk, customer in family.items():
        yield from ((pk, key, getattr(customer, key)) for key in NAMED_BY)
    for pk, values in ProfileChange.objects.filter(customer__in=family).values_list("customer", "values"):
        for key in values.keys() & set(NAMED_BY):
            yield from ((pk, key, values[key][side]) for side in ("before", "after"))


def _reword(customers: Collection[int], sayings: Mapping[str, str], kinds: Collection[str], **filters: Any) -> None:
    """Say it otherwise wherever these words stand in the history of `customers`."""
    longest_first = sorted(filter(None, sayings), key=len, reverse=True)
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    told = HistoryEntry.objects.filter(source_record__origin__in=customers, kind__in=kinds, **filters)
    reworded = []
    for entry in told if longest_first else ():
        text = words.sub(lambda found: sayings[found[0]], entry.text)
        if text != entry.text:
            entry.text = text
            reworded.append(entry)
    HistoryEntry.objects.bulk_update(reworded, ["text"])


def _blank_given(giver: int, family: Collection[int], values: Mapping[str, Any] | None = None) -> None:
    """Blank what others took from `giver`, only `values` where they are given, in merges that were undone since."""
    undone = MergeMember.objects.filter(duplicate=giver).exclude(undone_at=None)
    taken = ProfileChange.objects.filter(merge__in=undone.values("merge")).exclude(customer__in=family)
    for change in taken.select_related("customer"):
        given = {
            key: value["after"]
            for key, value in change.values.items()
            if value["from"] == giver
            and value["after"] != BLANK[key]
            and (values is None or values.get(key) == value["after"])
        }
        if given:
            _blank(change, given, side="after")
            _blank_since(change, given)
            _blank_given(change.customer_id, family, given)


def _blank(change: ProfileChange, given: Mapping[str, Any], *, side: str) -> None:
    same = [key for key in given.keys() & change.values.keys() if change.values[key][side] == given[key]]
    for key in same:
        change.values[key][side] = BLANK[key]
    if same:
        change.save(update_fields=["values"])


def _blank_since(change: ProfileChange, given: Mapping[str, Any]) -> None:
    """What was taken, where a later edit replaced it: a value before the first change is what nothing follows from."""
    customer = change.customer
    for later in ProfileChange.objects.filter(customer=customer, version__gt=change.version):
        _blank(later, given, side="before")
    fields = (BY_KEY[key] for key, value in given.items() if getattr(customer, BY_KEY[key].column) != value)
    said = {as_text(field, given[field.key]): "something erased" for field in fields if field.kind in IN_WORDS}
    _reword([customer.pk], said, [HistoryKind.EDIT], at__gte=change.at)
