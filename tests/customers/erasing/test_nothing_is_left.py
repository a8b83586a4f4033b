"""Nothing personal is left anywhere."""

import pytest
from django.db import connection

from customers.erasing import redact
from customers.lib import sentences
from customers.lib.phrases import Notice
from customers.matching import not_duplicates
from customers.matching.ignored_list import changes_page
from customers.matching.ignored_values import ignore_value, use_again
from customers.matching.not_duplicates import delete_not_duplicates
from customers.merging import drafts
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.split import split_record
from customers.models import (
    HistoryEntry,
    HistoryKind,
    IgnoredValue,
    IgnoredValueChange,
    Merge,
    SharedValue,
    SourceRecord,
    Via,
    Visit,
)
from customers.profile.edit import edit_profile
from customers.records import history
from tests.acts import edit, erase, fresh, merge, rebuild, undo
from tests.customers.erasing.marked_rows import MARK, OTHER, PERSON, left_of
from tests.factories import SourceRecordFactory, customer_with_order
from tests.query_costs import analyze, strangers
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_nothing_personal_is_left_in_any_table(zyx, agent):
    behind = customer_with_order(first_name="Zyxmarkina", email="zyxmark2@reunite.cz", phone=PERSON["phone"])
    bjorn = customer_with_order(**OTHER)
    agreed = plan_merge(zyx, [behind])
    merge_customers(agreed, by=agent, via=Via.PAGE, reason=MARK, warnings=[Notice(MARK, MARK)])
    into_bjorn = merge(bjorn, zyx, **dict.fromkeys(["first_name", "email", "phone", "company", "cart_login"], zyx))
    bjorn = fresh(bjorn)[0]
    edit_profile(
        bjorn, {"email": "new@reunite.no", "company": "", **OTHER}, version=bjorn.version, by=agent, via="page"
    )
    undo(into_bjorn)
    undo(merge(zyx, bjorn))
    delete_not_duplicates(zyx, bjorn)
    not_duplicates.mark_not_duplicates(zyx, bjorn, by=agent, reason=f"{MARK} is a neighbour")
    wrong = SourceRecordFactory(customer=fresh(zyx)[0], first_name="Frank")
    split_record(wrong, by=agent, reason=f"{MARK} lives next door")
    entered = {"picks": {"email": str(zyx.pk)}, "typed": {"company": MARK}}
    drafts.keep(fresh(bjorn, zyx), entered, by=agent, seen={bjorn.pk: 1, zyx.pk: 1})
    SharedValue.objects.create(kind="email", value="zyxmark@reunite.cz")
    Visit.objects.create(user=agent, customer=zyx)
    assert len(left_of("zyxmark")) > 20

    erase(zyx, by=agent)

    assert left_of("zyxmark", "602 330 910", "602330910") == {}
    connection.check_constraints()
    assert rebuild() == "Nothing differed."


def test_an_ignored_value_goes_with_the_last_who_had_it_and_from_its_history_too(zyx, agent):
    bjorn = customer_with_order(**OTHER)
    SourceRecordFactory(customer=bjorn, email="both@reunite.cz")
    SourceRecordFactory(customer=zyx, email="both@reunite.cz")
    for text in ("both@reunite.cz", "zyxmark@reunite.cz", "+420 602 330 910"):
        ignore_value(text, reason="Zyxmark asked for it", by=agent)
    use_again(IgnoredValue.objects.get(value="zyxmark@reunite.cz").pk, by=agent)
    IgnoredValueChange.objects.filter(value="both@reunite.cz").update(reason="A shared mailbox")
    IgnoredValue.objects.filter(value="both@reunite.cz").update(reason="A shared mailbox")

    erase(zyx, by=agent)

    assert left_of("zyxmark", "602 330 910", "602330910") == {}
    assert [row.text for row in changes_page().rows] == ["[erased]", "[erased]", "[erased]", "both@reunite.cz"]
    assert [ignored.value for ignored in IgnoredValue.objects.all()] == ["both@reunite.cz"]


def test_of_somebody_who_was_split_off_nothing_is_left_where_they_were(agent):
    bjorn = customer_with_order(**OTHER)
    record = SourceRecordFactory(customer=bjorn, external_id="zyxmark-7", first_name=MARK)
    zyx = split_record(record, by=agent, reason=f"{MARK} is “another”, they say")
    erase(zyx)

    assert left_of("zyxmark") == {}
    entry = HistoryEntry.objects.get(source_record__customer=bjorn, kind="split").text
    assert entry == f"Split [erased] off as Erased customer {zyx.pk}. Reason: [erased]"


def test_a_name_given_up_long_ago_is_blanked_too(agent):
    zyx, bjorn = customer_with_order(**PERSON), customer_with_order(**OTHER)
    undo(merge(bjorn, zyx))
    edit_profile(fresh(zyx)[0], {"last_name": "Newname"}, version=fresh(zyx)[0].version, by=agent, via="page")
    erase(zyx)

    assert left_of("zyxmark", "newname") == {}
    [entry] = HistoryEntry.objects.filter(source_record__customer=bjorn, kind="merge")
    assert [entry.text] == [f"Merged Erased customer {zyx.pk} into this customer."]


@table("is_marked", [True, False])
def test_of_a_group_marked_as_not_duplicates_the_others_keep_each_other(agent, is_marked):
    zyx, bjorn, third = customer_with_order(**PERSON), customer_with_order(**OTHER), customer_with_order(email="t@x.cz")
    group = [zyx.pk, bjorn.pk, third.pk]
    not_duplicates.mark_all_not_duplicates(group, by=agent)
    if not is_marked:
        not_duplicates.unmark_all_not_duplicates(group, by=agent)
    erase(zyx)

    assert left_of("zyxmark") == {}
    texts = [entry.text for entry in HistoryEntry.objects.filter(source_record__customer=bjorn, kind="dismissal")]
    named = f"Erased customer {zyx.pk} and {third.name_with_number}"
    assert texts == [f"Not a duplicate of {named}.", f"“Not a duplicate” of {named} removed."][: 1 + (not is_marked)]


def test_what_nobody_wrote_stays_beside_an_erased_name(agent):
    zyx, bjorn = customer_with_order(**PERSON), customer_with_order(**OTHER)
    rows = [sentences.count(2, "note", "notes"), "a text"]
    history.write(bjorn, HistoryKind.SPLIT, "Moved {rows} to {customer}.", rows=rows, customer=zyx, by=agent)
    erase(zyx)

    entry = HistoryEntry.objects.get(kind="split")
    assert entry.text == f"Moved 2 notes and [erased] to Erased customer {zyx.pk}."
    assert entry.about_customer == zyx


def test_others_entries_that_name_the_erased_are_found_by_indexes():
    zyx, bjorn = customer_with_order(**PERSON), customer_with_order(**OTHER)
    merge(bjorn, zyx)
    strangers(300)
    HistoryEntry.objects.bulk_create(
        HistoryEntry(source_record_id=pk, kind=kind, sentence=f"{n}")
        for pk in SourceRecord.objects.values_list("pk", flat=True)
        for n, kind in enumerate(["edit", "merge", "dismissal"] * 5)
    )
    analyze()
    for entries in redact.entries_naming({zyx.pk}, {Merge.objects.get().pk}):
        plan = entries.explain()
        assert "Seq Scan on customers_historyentry" not in plan
        assert "SCAN customers_historyentry" not in plan


def test_what_was_carried_on_to_a_third_and_came_back_is_blanked_there(agent):
    zyx, bjorn, third = customer_with_order(**PERSON), customer_with_order(**OTHER), customer_with_order(email="t@x.cz")
    first = merge(bjorn, zyx, email=zyx)
    second = merge(third, bjorn, email=bjorn)
    undo(second)
    undo(first)
    erase(zyx)

    assert left_of("zyxmark") == {}
    assert rebuild() == "Nothing differed."


def test_a_value_that_was_carried_on_in_a_merge_that_stands_is_forgotten_too():
    zyx, bjorn, third = customer_with_order(**PERSON), customer_with_order(**OTHER), customer_with_order(email="t@x.cz")
    first = merge(bjorn, zyx, email=zyx)
    merge(third, bjorn, email=bjorn)
    undo(first)
    assert fresh(third)[0].email == OTHER["email"]
    erase(zyx)

    assert left_of("zyxmark") == {}
    assert rebuild() == "Nothing differed."


def test_a_value_that_is_anothers_by_now_stays_theirs():
    """Staff entered it for a third customer: that is their email."""
    zyx, bjorn, third = customer_with_order(**PERSON), customer_with_order(**OTHER), customer_with_order(email="t@x.cz")
    first = merge(bjorn, zyx, email=zyx)
    merge(third, bjorn, email=bjorn)
    edit(third, email=PERSON["email"])
    undo(first)
    erase(zyx)

    assert fresh(third)[0].email == PERSON["email"]
    assert rebuild() == "Nothing differed."


def test_what_staff_replaced_while_they_were_one_is_not_told_of_either(agent):
    zyx, bjorn = customer_with_order(**PERSON), customer_with_order(**OTHER)
    merged = merge(bjorn, zyx, email=zyx)
    edit_profile(fresh(bjorn)[0], {"email": "new@reunite.no"}, version=fresh(bjorn)[0].version, by=agent, via="page")
    undo(merged)
    erase(zyx)

    [entry] = HistoryEntry.objects.filter(source_record__customer=bjorn, kind="edit")
    assert entry.text == "Email changed from [erased] to new@reunite.no."
    assert fresh(bjorn)[0].email == "new@reunite.no"
