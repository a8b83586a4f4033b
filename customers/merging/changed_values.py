"""What merges changed of the kept customers' values, before and after, as it is shown afterwards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model

from customers.lib.money import format_money
from customers.lib.phrases import ActMessage
from customers.merging.preview import ValueChange
from customers.models import CartLogin, CreditEntry, Merge, MergeMember, PaySource, ProfileChange
from customers.profile.clean import as_text
from customers.profile.fields import FIELDS, FieldKind, ProfileField
from customers.profile.replay import BY_PURCHASE

ENTERED = ActMessage("entered by {user}", "entered by an API client")
LEFT_EMPTY = ActMessage("left empty by {user}", "left empty by an API client")


def changed_values(merges: Mapping[Merge, Sequence[MergeMember]]) -> dict[int, list[ValueChange]]:
    """{merge: its changes}, of the merges with their members, read together."""
    # A purchase that clears “Lost” while the merge stands is recorded with the merge, but the merge did not write it.
    written: defaultdict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    changes = ProfileChange.objects.filter(merge__in=merges).exclude(via=BY_PURCHASE).order_by("merge", "version")
    for pk, values in changes.values_list("merge", "values"):
        for key, value in values.items():
            # A correction changed what the merge had written.
            written[pk][key] = {**value, "before": written[pk].get(key, value)["before"]}
    named = _named_rows([values for of_merge in written.values() for values in of_merge.items()])
    credit: defaultdict[int, list[CreditEntry]] = defaultdict(list)
    for entry in CreditEntry.objects.filter(merge__in=merges).order_by("pk"):
        credit[entry.merge_id or 0].append(entry)
    return {
        merge.pk: [
            *_of_profile(merge, _in_words(written[merge.pk], named), members),
            *_of_credit(merge, credit[merge.pk]),
        ]
        for merge, members in merges.items()
    }


NAMED: Mapping[str, type[Model]] = {
    field.key: table
    for field in FIELDS
    if (table := {FieldKind.LOGIN: CartLogin, FieldKind.PAY_SOURCE: PaySource}.get(field.kind, field.listed))
}
"""{field: the table of the rows that its values name}"""
Rows = Mapping[tuple[str, int], object]


def _named_rows(values: Sequence[tuple[str, Mapping[str, Any]]]) -> Rows:
    """{(field, key): the row} of the rows that are named by key."""
    rows: dict[tuple[str, int], object] = {}
    for name, model in NAMED.items():
        keys = {value[side] for key, value in values if key == name for side in ("before", "after")}
        if keys := keys - {None}:
            rows.update({(name, row.pk): row for row in model._default_manager.filter(pk__in=keys)})
    return rows


def _in_words(written: Mapping[str, Mapping[str, Any]], rows: Rows) -> Iterator[tuple[ProfileField, str, str, int]]:
    """Field, before, after, and the customer whose value it was."""
    for field in (field for field in FIELDS if field.key in written):
        value = written[field.key]
        if field.key in NAMED:
            before, after = (str(rows.get((field.key, value[side]), "")) for side in ("before", "after"))
        else:
            before, after = as_text(field, value["before"]), as_text(field, value["after"])
        yield field, before, after, value["from"]


def _of_profile(
    merge: Merge, changes: Iterable[tuple[ProfileField, str, str, int]], members: Sequence[MergeMember]
) -> Iterator[ValueChange]:
    names = {member.duplicate_id: member.duplicate_then for member in members}
    for field, before, after, giver in changes:
        if field.kind is FieldKind.PASSWORD and after:
            after = "Existing password" if giver else "New password"
        origin = names.get(giver) or ((ENTERED if after else LEFT_EMPTY).text(merge.actor))
        if field.kind is FieldKind.CONSENT and not giver:
            origin = "most restrictive answer"
        yield ValueChange(field.label, before, after, origin)


def _of_credit(merge: Merge, entries: Sequence[CreditEntry]) -> Iterator[ValueChange]:
    for entry in entries:
        text = f"corrected by {format_money(entry.amount, entry.currency)}"
        yield ValueChange("Credit", "sum", text, ENTERED.text(merge.actor))
