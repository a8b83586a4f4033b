"""A set of merges undone one by one: which they are, what is named, and that the others go on."""

from decimal import Decimal
from uuid import uuid4

import pytest

from customers.batches.undo import begin_undo, undo_each
from customers.batches.undo_preview import preview_undo
from customers.credit import credit
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.merging.undo import UndoTerms
from customers.models import BatchUndo, Customer, HistoryEntry, Merge, MergeToUndo, NotDuplicate
from tests.acts import edit, erase, fresh, merge, undo
from tests.customers.invariants import check_owners_and_caches
from tests.factories import customer_with_order

pytestmark = pytest.mark.django_db


def person(name: str, **more: str) -> Customer:
    return customer_with_order(first_name=name, last_name="Holý", email=f"{name.lower()}@reunite.cz", **more)


def pair(n: int) -> Merge:
    return merge(person(f"Helena{n}"), person(f"Helen{n}"))


def preview(**query: object):
    return preview_undo(MergeHistoryForm(query).merge_filter)


def undo_all(merges, *, terms: UndoTerms | None = None, by=None) -> list[tuple[int, str, str]]:
    """(merge, outcome, reason) in the order in which they were done."""
    terms = terms or UndoTerms()
    batch, _ = begin_undo(merges, token=uuid4(), by=by, terms=terms)
    rows = list(undo_each(batch, by=by, reason=terms.reason))
    assert [undone.is_last for undone in rows] == [False] * (len(rows) - 1) + [True]
    return [(undone.row.merge_id, undone.row.outcome, undone.reason) for undone in rows]


def test_all_of_a_filter_are_undone_as_if_they_had_never_been(agent, admin_user):
    chain = [person(name, phone="+420 241 770 449") for name in ("Anna", "Berta", "Cilla", "Dora")]
    first = merge(chain[0], chain[1], by=agent)
    between = merge(chain[2], chain[0], by=admin_user)
    last = merge(chain[3], chain[2], by=agent)
    shown = preview(by=agent.pk)
    assert (shown.merges, shown.moves.customers, shown.merged_since) == ((last.pk, first.pk), 2, 1)
    assert shown.moves.totals.orders == 3

    assert undo_all(shown.merges) == [(last.pk, "undone", ""), (first.pk, "undone", "")]
    owners = {customer.pk: customer.merged_into_id for customer in fresh(*chain)}
    assert owners == {chain[0].pk: chain[2].pk, chain[1].pk: None, chain[2].pk: None, chain[3].pk: None}
    assert not Merge.objects.get(pk=between.pk).undone_at
    check_owners_and_caches()


def test_what_was_edited_since_is_kept_and_named():
    merged = pair(1)
    edit(merged.survivor, company="Acme", first_name="Jelena")
    undo_all([merged.pk])
    pair(2)
    assert merged.survivor.pk != fresh(merged.survivor)[0].merged_into_id
    assert fresh(merged.survivor)[0].first_name == "Jelena"
    other = merge(person("Eva"), person("Iva"), phone="+420 602 330 910")
    edit(other.survivor, phone="+420 241 770 449")
    shown = preview()
    assert shown.edited == 1
    assert [(kept.merge, [value.label for value in kept.values]) for kept in shown.kept] == [(other, ["Phone"])]
    undo_all([other.pk])
    assert MergeToUndo.objects.get(merge=other).kept == ["phone"]


def test_who_cannot_be_restored_is_named_and_the_others_go_on():
    erased, spent, fine = pair(1), pair(2), pair(3)
    undone = undo(pair(4)).merge
    credit.adjust(fresh(spent.survivor)[0], Decimal(5), "USD", reason="Late", by=None)
    again = merge(person("Eva"), person("Iva"))
    credit.adjust(fresh(again.survivor)[0], Decimal(-5), "USD", reason="Order", by=None, allow_overdraft=True)
    erase(erased.survivor)
    shown = preview()
    assert (shown.merges, [merge.pk for merge in shown.erased]) == ((again.pk, fine.pk, spent.pk), [erased.pk])
    assert shown.spends_credit

    rows = undo_all([undone.pk, *shown.merges, erased.pk])
    assert rows == [
        (undone.pk, "before", ""),
        (again.pk, "refused", f"Customer {again.survivor_id} would have −5.00 USD of credit."),
        (fine.pk, "undone", ""),
        (spent.pk, "undone", ""),
        (erased.pk, "refused", f"Customer {erased.survivor_id} was erased, so this merge can no longer be undone."),
    ]
    assert undo_all([again.pk], terms=UndoTerms(allow_overdraft=True)) == [(again.pk, "undone", "")]
    check_owners_and_caches()


def test_customers_are_marked_as_not_duplicates_only_if_asked():
    undo_all([pair(1).pk], terms=UndoTerms(mark_not_duplicates=False))
    assert not NotDuplicate.objects.exists()
    undo_all([(second := pair(2)).pk], terms=UndoTerms(reason="The rule was wrong"))
    assert NotDuplicate.objects.get().reason == f"Merge {second.pk} was undone"
    entries = HistoryEntry.objects.filter(kind="undo", merge=second)
    assert all(entry.text.endswith("Reason: The rule was wrong") for entry in entries)
    assert len(entries) == 2


def test_a_form_that_is_sent_twice_begins_one_batch():
    merges, token = [pair(1).pk, pair(2).pk], uuid4()
    batches = [begin_undo(merges, token=token, by=None, terms=UndoTerms()) for _ in range(2)]
    assert [is_new for _, is_new in batches] == [True, False]
    assert (BatchUndo.objects.count(), MergeToUndo.objects.count()) == (1, 2)
