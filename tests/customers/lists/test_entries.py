"""The lists that admins edit: what may be done to an entry, and what becomes of those who have it."""

from decimal import Decimal

import pytest

from customers.lists.catalogue import BY_SLUG
from customers.lists.entries import ListError, add_entry, add_usual, delete_entry, edit_entry, move_entry, retire_entry
from customers.merging.changed_values import changed_values
from customers.models import AccountType, ClosingReason, Customer, LeadPhase, Opportunity
from customers.profile.edit import edit_profile
from tests.acts import merge, refusal, undo
from tests.factories import CustomerFactory, SourceRecordFactory
from tests.factories.linked_rows import row_to_refer_to
from tests.factories.lists import make_entry
from tests.tables import table

pytestmark = pytest.mark.django_db

TYPES, PHASES, REASONS = (BY_SLUG[slug] for slug in ("account-types", "lead-phases", "closing-reasons"))


def rename(edited, entry, name, **values):
    shown = {column: getattr(entry, column) for column in edited.columns}
    return edit_entry(edited, entry.pk, {**shown, "name": name, **values}, seen=entry.updated.isoformat(), by=None)


def names(edited):
    return [entry.name for entry in edited.with_use()]


@table("name", ["RESELLER", " reseller ", "Réseller", "", "\u200b", "x" * 101, "a\x00"])
def test_a_name_is_refused_that_the_list_has_in_another_spelling_or_that_is_none(name):
    add_entry(TYPES, {"name": "Reseller"}, by=None)
    with pytest.raises(ListError) as refused:
        add_entry(TYPES, {"name": name}, by=None)
    assert refused.value.field == "name"
    assert AccountType.objects.count() == 1


def test_a_long_name_is_kept_whole_in_any_script():
    for name in ("W" * 100, "ﷺ" * 100, "שלום " * 20):
        assert add_entry(TYPES, {"name": name}, by=None).name == name.strip()


def test_one_reason_may_win_and_lose():
    add_usual(REASONS, by=None)
    assert list(ClosingReason.objects.filter(name="Price").values_list("outcome", flat=True)) == ["won", "lost"]
    with pytest.raises(ListError, match="already"):
        add_entry(REASONS, {"name": "price", "outcome": "won"}, by=None)
    with pytest.raises(ListError, match="Nothing was added"):
        add_usual(REASONS, by=None)


@table(
    ("values", "field"),
    [
        ({"score": 101}, "score"),
        ({"score": -1}, "score"),
        ({"value": Decimal(10), "currency": "XXX"}, "currency"),
        ({"value": Decimal(-1), "currency": "USD"}, "value"),
        ({"value": Decimal(1), "currency": ""}, "currency"),
    ],
)
def test_a_phase_has_a_score_in_percent_and_a_value_in_a_currency(values, field):
    with pytest.raises(ListError) as refused:
        add_entry(PHASES, {"name": "Offer", "score": 10, **values}, by=None)
    assert refused.value.field == field


def test_an_entry_moves_past_the_next_that_is_offered():
    one, two, three = (add_entry(TYPES, {"name": name}, by=None) for name in "123")
    retire_entry(TYPES, two.pk, is_retired=True, by=None)
    move_entry(TYPES, three.pk, towards="up", by=None)
    assert names(TYPES) == ["3", "1", "2"]
    move_entry(TYPES, three.pk, towards="up", by=None)
    move_entry(TYPES, one.pk, towards="down", by=None)
    assert names(TYPES) == ["3", "1", "2"]


def test_of_two_edits_at_once_the_later_is_refused():
    entry = add_entry(TYPES, {"name": "Shop"}, by=None)
    rename(TYPES, entry, "Store")
    with pytest.raises(ListError, match="Another user changed this entry"):
        rename(TYPES, entry, "Branch")
    assert names(TYPES) == ["Store"]


def test_a_new_name_of_a_phase_is_that_of_the_stage_of_its_opportunities():
    opportunity = row_to_refer_to(Opportunity, SourceRecordFactory())
    Opportunity.objects.update(pipeline_stage="Offer")
    phase = add_entry(PHASES, {"name": "Offer", "score": 60}, by=None)
    assert Opportunity.objects.get().phase == phase
    rename(PHASES, phase, "Proposal")
    assert Opportunity.objects.get(pk=opportunity.pk).pipeline_stage == "Proposal"


def test_only_what_nothing_has_and_no_profile_ever_had_is_deleted():
    one, two, unused = (add_entry(TYPES, {"name": name}, by=None) for name in "123")
    survivor, duplicate = CustomerFactory(), CustomerFactory()
    for customer, entry in ((survivor, one), (duplicate, two)):
        edit_profile(customer, {"account_type": entry.pk}, version=customer.version, by=None, via="page")
    merged = merge(survivor, duplicate, account_type=duplicate)
    assert Customer.objects.get(pk=survivor.pk).account_type == two
    # Nothing has the first one now, and an undo brings it back.
    assert refusal(delete_entry, TYPES, one.pk, by=None).endswith("it is or was in use. Retire it instead.")
    assert delete_entry(TYPES, unused.pk, by=None) == "3"
    undo(merged)
    assert Customer.objects.get(pk=survivor.pk).account_type == one
    with pytest.raises(ListError, match="deleted a moment ago"):
        delete_entry(TYPES, unused.pk, by=None)


def test_a_reason_and_a_phase_of_an_opportunity_are_not_deleted():
    phase = make_entry(LeadPhase, "Offer")
    reason = make_entry(ClosingReason, "Price", outcome="lost")
    row_to_refer_to(Opportunity, SourceRecordFactory())
    Opportunity.objects.update(phase=phase, closing_reason=reason, forecast_category="lost")
    assert [edited.with_use().get().is_used for edited in (PHASES, REASONS)] == [True, True]
    assert "was not deleted" in refusal(delete_entry, PHASES, phase.pk, by=None)
    assert "was not deleted" in refusal(delete_entry, REASONS, reason.pk, by=None)


def test_the_names_of_what_merges_changed_are_read_together(django_assert_num_queries):
    types = [add_entry(TYPES, {"name": name}, by=None) for name in "123"]
    merges = [merge(CustomerFactory(), CustomerFactory(account_type=kind.pk)) for kind in types]
    # Changes, entries of the list, credit.
    with django_assert_num_queries(3):
        changes = changed_values(dict.fromkeys(merges, ()))
    assert sorted(change.after for (change,) in changes.values()) == ["1", "2", "3"]
