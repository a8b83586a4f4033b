"""Deleting a customer: what goes, what stays as a tombstone, and that nothing personal is left anywhere."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, models

from customers import (
    clearing,
    credit,
    dismissing,
    drafts,
    editing,
    erasing,
    matching,
    merging,
    search,
    splitting,
    tagging,
)
from customers.models import (
    Customer,
    Deletion,
    HistoryEntry,
    Merge,
    MergeMember,
    NotDuplicate,
    PaySource,
    ProfileChange,
    SharedValue,
    SourceRecord,
    Via,
    Visit,
)
from customers.undoing import UndoError
from orders import intake
from orders.models import Order, OrderItem, Transaction
from tests.acts import dump, fresh, merge, undo
from tests.crm.world import dump as everything
from tests.customers.world import rebuilt
from tests.factories import ProductFactory, SourceRecordFactory, customer_with_order, order, person
from tests.linked_rows import linked_row, one_of_each
from tests.orders.world import declined_order, subscription

pytestmark = pytest.mark.django_db
MARK = "Zyxmark"
PERSON = {"first_name": MARK, "last_name": "Zyxmarkova", "email": "zyxmark@reunite.cz", "phone": "+420 602 330 910"}
KNOWN_BY = {"uuid", "identity_key", "external_id", "client_order_id"}
OTHER = {"first_name": "Bjørn", "last_name": "Hansen", "email": "bjorn@reunite.no", "phone": "+47 22 44 22 22"}


def erase(customer: Customer, by=None) -> Deletion:
    return erasing.erase(customer, version=fresh(customer)[0].version, by=by)


def left_of(*marks: str) -> dict[str, list[object]]:
    """{table: rows} that still hold one of the marks, sessions read as what is in them."""
    found = everything()
    found["sessions.Session"] = [(session.get_decoded(),) for session in Session.objects.all()]
    return {
        table: hits
        for table, rows in found.items()
        if (hits := [row for row in rows if any(mark in repr(row).lower() for mark in marks)])
    }


def mark_rows(record: SourceRecord) -> None:
    """A row of everything, the mark in every column that takes it, but for those by which rows are known."""
    one_of_each(record)
    OrderItem.objects.create(order=Order.objects.filter(source_record=record).latest("pk"), description=MARK, amount=1)
    for model in clearing.tables():
        newest = clearing.rows(model, [record.pk]).order_by("-pk").first()
        columns = [field for field in model._meta.concrete_fields if field.name not in KNOWN_BY and not field.choices]
        marks = {field.name: mark for field in columns if (mark := mark_for(field, newest))}
        if newest and marks:
            model._default_manager.filter(pk=newest.pk).update(**marks)


def mark_for(field: models.Field, row: models.Model | None) -> object:
    match field:
        case models.JSONField():
            return {"line1": MARK}
        case models.CharField() | models.TextField() if (field.max_length or 10) >= 10:
            return f"{MARK}{(row.pk if row else 0) % 1000:03}"  # the ten characters that a number of an order has
    return None


def keep_draft(survivor: Customer, duplicate: Customer) -> None:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    plan = merging.plan(*fresh(survivor), fresh(duplicate))
    session["of somebody else"] = 1
    drafts.keep(session, plan, [])
    session.save()


@pytest.fixture
def zyx() -> Customer:
    """Somebody of whom every table that a customer can be in says something."""
    zyx = customer_with_order(**PERSON, external_id="Z-1", billing_address={"line1": f"{MARK} street 1"})
    values = {f"custom{n}": f"{MARK} {n}" for n in range(1, 6)}
    values |= {"company": MARK, "website": MARK, "cart_login": MARK, "shipping_address": {"line1": MARK}}
    zyx = editing.edit(zyx, values, version=zyx.version, by=None, via="page")
    editing.add_note(zyx, f"{MARK} called.", by=None)
    tagging.add(zyx, MARK, by=None)
    tagging.set_attribute(zyx, MARK, MARK, by=None)
    credit.adjust(zyx, Decimal(5), "USD", cause=MARK, by=None)
    [record] = zyx.records.exclude(data_source__name="Staff")
    mark_rows(record)
    return fresh(zyx)[0]


# Nothing is left


def test_nothing_personal_is_left_in_any_table(zyx, agent):
    behind = customer_with_order(first_name="Zyxmarkina", email="zyxmark2@reunite.cz")
    bjorn = customer_with_order(**OTHER)
    agreed = merging.plan(zyx, [behind])
    merging.merge(agreed, by=agent, via=Via.PAGE, reason=MARK, warnings=[merging.Notice(MARK, MARK)])
    into_bjorn = merge(bjorn, zyx, **dict.fromkeys(["first_name", "email", "phone", "company", "cart_login"], zyx))
    bjorn = fresh(bjorn)[0]
    editing.edit(
        bjorn, {"email": "new@reunite.no", "company": "", **OTHER}, version=bjorn.version, by=agent, via="page"
    )
    undo(into_bjorn)
    undo(merge(zyx, bjorn))
    matching.take_back(zyx, bjorn)
    dismissing.dismiss(zyx, bjorn, by=agent, reason=f"{MARK} is a neighbour")
    wrong = SourceRecordFactory(customer=fresh(zyx)[0], first_name="Frank")
    splitting.split(wrong, by=agent, reason=f"{MARK} lives next door")
    keep_draft(bjorn, zyx)
    SharedValue.objects.create(kind="email", value="zyxmark@reunite.cz")
    Visit.objects.create(user=agent, customer=zyx)
    assert len(left_of("zyxmark")) > 20

    erase(zyx, by=agent)

    assert left_of("zyxmark", "602 330 910", "602330910") == {}
    connection.check_constraints()
    assert rebuilt() == "Nothing differed."


def test_of_somebody_who_was_split_off_nothing_is_left_where_they_were(agent):
    bjorn = customer_with_order(**OTHER)
    record = SourceRecordFactory(customer=bjorn, external_id="zyxmark-7", first_name=MARK)
    zyx = splitting.split(record, by=agent, reason=f"{MARK} is “another”, they say")
    erase(zyx)

    assert left_of("zyxmark") == {}
    told = HistoryEntry.objects.get(source_record__customer=bjorn, kind="split").text
    assert told == f"Split a record off as Erased customer {zyx.pk}."


def test_a_name_given_up_long_ago_is_blanked_too(agent):
    zyx, bjorn = customer_with_order(**PERSON), customer_with_order(**OTHER)
    undo(merge(bjorn, zyx))
    editing.edit(fresh(zyx)[0], {"last_name": "Newname"}, version=fresh(zyx)[0].version, by=agent, via="page")
    erase(zyx)

    assert left_of("zyxmark", "newname") == {}
    texts = HistoryEntry.objects.filter(source_record__customer=bjorn, kind="merge").values_list("text", flat=True)
    assert list(texts) == [f"Merged Erased customer {zyx.pk} into this customer."]


def test_what_was_carried_on_to_a_third_and_came_back_is_blanked_there(agent):
    zyx, bjorn, third = customer_with_order(**PERSON), customer_with_order(**OTHER), customer_with_order(email="t@x.cz")
    first = merge(bjorn, zyx, email=zyx)
    second = merge(third, bjorn, email=bjorn)
    undo(second)
    undo(first)
    erase(zyx)

    assert left_of("zyxmark") == {}
    assert rebuilt() == "Nothing differed."


def test_a_value_that_is_anothers_by_now_stays_theirs(agent):
    """It was chosen for a third customer in a merge that stands: that is their e-mail."""
    zyx, bjorn, third = customer_with_order(**PERSON), customer_with_order(**OTHER), customer_with_order(email="t@x.cz")
    first = merge(bjorn, zyx, email=zyx)
    merge(third, bjorn, email=bjorn)
    undo(first)
    assert fresh(third)[0].email == PERSON["email"]
    erase(zyx)

    assert fresh(third)[0].email == PERSON["email"]
    assert rebuilt() == "Nothing differed."


def test_what_staff_replaced_while_they_were_one_is_not_told_of_either(agent):
    zyx, bjorn = customer_with_order(**PERSON), customer_with_order(**OTHER)
    made = merge(bjorn, zyx, email=zyx)
    editing.edit(fresh(bjorn)[0], {"email": "new@reunite.no"}, version=fresh(bjorn)[0].version, by=agent, via="page")
    undo(made)
    erase(zyx)

    [told] = HistoryEntry.objects.filter(source_record__customer=bjorn, kind="edit")
    assert told.text == "E-mail changed from something erased to new@reunite.no."
    assert fresh(bjorn)[0].email == "new@reunite.no"


# What stays


def test_nothing_of_anybody_else_is_touched(zyx):
    bjorn = customer_with_order(**OTHER)
    theirs = bjorn.records.first()
    mark_rows(theirs)

    def rows_of_bjorn() -> list[list[tuple]]:
        return [list(clearing.rows(model, [theirs.pk]).order_by("pk").values_list()) for model in clearing.tables()]

    before, all_before = rows_of_bjorn(), dump()
    erase(zyx)

    assert sum(map(bool, before)) > 15
    assert rows_of_bjorn() == before
    all_after = dump()
    assert {name for name in all_after if not set(map(repr, all_after[name])) <= set(map(repr, all_before[name]))} == {
        "Customer",
        "Deletion",
        "ProfileChange",
    }


def test_a_tombstone_keeps_number_and_uuid_and_nothing_else(zyx):
    erase(zyx)

    stone = Customer.objects.get(pk=zyx.pk)
    assert (stone.uuid, stone.name, stone.is_live) == (zyx.uuid, f"Erased customer {zyx.pk}", False)
    assert stone.version == zyx.version + 1
    assert stone.updated > zyx.updated
    assert not stone.records.exists()


def test_the_deletion_is_on_record_with_how_much_went(zyx, agent):
    merge(zyx, customer_with_order(**OTHER))
    made = erase(zyx, by=agent)

    assert (made.uuid, made.by) == (zyx.uuid, agent)
    assert made.counts["customers"] == 2
    assert made.counts["orders"] == 3
    assert made.counts["source records"] == 3
    assert not {"match keys", "search words"} & made.counts.keys()


def test_whoever_was_merged_into_them_goes_too_however_deep(zyx):
    middle, leaf = customer_with_order(**OTHER), customer_with_order(first_name="Leaf")
    merge(middle, leaf)
    merge(zyx, middle)
    plan = erasing.plan(fresh(zyx)[0])
    assert plan.merged == [middle, leaf]
    erase(zyx)

    assert Customer.objects.filter(erased_at=None).count() == 0
    assert Order.objects.count() == 0
    for made in Merge.objects.all():
        with pytest.raises(UndoError, match="erased"):
            undo(made)
    assert rebuilt() == "Nothing differed."


def test_who_came_back_before_is_not_erased_with_the_survivor(zyx):
    bjorn = customer_with_order(**OTHER)
    made = merge(zyx, bjorn)
    undo(made)
    erase(zyx)

    assert fresh(bjorn)[0].is_live
    assert Order.objects.filter(source_record__customer=bjorn).count() == 1
    assert set(
        HistoryEntry.objects.filter(source_record__customer=bjorn, kind="undo").values_list("text", flat=True)
    ) == {f"Came back as a customer: the merge into Erased customer {zyx.pk} was undone."}
    assert MergeMember.objects.get(duplicate=bjorn).records
    assert not NotDuplicate.objects.exists()


def test_the_erased_is_found_by_nothing_and_comes_again_as_somebody_new(zyx):
    erase(zyx)

    for text in (MARK, PERSON["email"], PERSON["phone"], str(zyx.pk), zyx.uuid, "Z-1"):
        assert not search.find(text).exists(), text
    again = order(**PERSON, external_id="Z-1")
    assert again.found.rule == "new"
    assert again.found.record.customer_id != zyx.pk


def test_a_shared_value_that_two_others_have_stays():
    everybody = [customer_with_order(**PERSON | {"phone": f"+42060233091{n}"}) for n in range(3)]
    SharedValue.objects.get_or_create(kind="email", value=PERSON["email"])
    erase(everybody[0])

    assert SharedValue.objects.filter(kind="email", value=PERSON["email"]).exists()


def test_a_row_of_another_that_names_one_of_theirs_is_kept_without_it(zyx):
    bjorn = customer_with_order(**OTHER)
    record = bjorn.records.first()
    card = PaySource.objects.filter(source_record__customer=zyx).first()
    paid = linked_row(Transaction, record, pay_source=card)
    paid.save()
    Customer.objects.filter(pk=bjorn.pk).update(pay_source=card)
    erase(zyx)

    paid.refresh_from_db()
    assert paid.pay_source is None
    assert fresh(bjorn)[0].pay_source is None
    connection.check_constraints()


# Refusals


def test_who_was_changed_meanwhile_is_not_erased(zyx, agent):
    editing.edit(zyx, {"company": "Acme"}, version=zyx.version, by=agent, via="page")
    with pytest.raises(erasing.StaleEraseError, match="Somebody changed or merged"):
        erasing.erase(zyx, version=zyx.version, by=agent)
    assert fresh(zyx)[0].is_live


def test_who_got_another_customers_records_meanwhile_is_not_erased(zyx):
    merge(zyx, customer_with_order(**OTHER))
    with pytest.raises(erasing.StaleEraseError):
        erasing.erase(zyx, version=zyx.version, by=None)
    assert not Deletion.objects.exists()


def test_who_is_part_of_another_is_not_erased_alone(zyx):
    bjorn = customer_with_order(**OTHER)
    merge(bjorn, zyx)
    with pytest.raises(erasing.EraseError, match=r"is part of Bjørn Hansen \(\d+\) by now"):
        erase(zyx)


def test_nobody_is_erased_twice(zyx):
    erase(zyx)
    with pytest.raises(erasing.EraseError, match="was erased a moment ago"):
        erase(zyx)


@pytest.mark.parametrize(
    ("name", "typed", "is_it"),
    [
        ({"first_name": "Helena", "last_name": "Holý"}, "  helena   HOLY ", True),
        ({"first_name": "Helena", "last_name": "Holý"}, "Helena", False),
        ({"first_name": "Bjørn"}, "bjorn", True),
        ({"email": "nameless@reunite.cz"}, "Nameless@reunite.cz", True),
        ({"first_name": "محمد"}, "محمد", True),
        ({"first_name": "’"}, "", False),
    ],
)
def test_the_name_is_typed_as_one_types(name, typed, is_it):
    assert erasing.confirms(customer_with_order(**{"first_name": "", "last_name": ""} | name), typed) is is_it


# By the schema


def test_every_table_that_refers_to_a_customer_is_dealt_with():
    """A new one has to be thought of in `forgetting`, which this test is to remind of."""
    dealt_with = {"Customer", "ProfileChange", "SourceRecord", "NotDuplicate", "Merge", "MergeMember", "Visit"}
    assert {link.model.__name__ for link in clearing.referring(Customer)} == dealt_with


def test_children_go_before_what_they_refer_to():
    tables = clearing.tables()
    for model in tables:
        referrers = {link.model for link in clearing.referring(model)} & set(tables) - {model}
        assert all(tables.index(each) < tables.index(model) for each in referrers), model
    assert tables[-1] is SourceRecord


def test_erasing_takes_as_many_statements_however_much_there_is(django_assert_max_num_queries):
    record = customer_with_order(**PERSON).records.first()
    for n in range(30):
        order(**PERSON, total=str(n + 1))
    mark_rows(record)
    with django_assert_max_num_queries(130):
        erase(record.customer)
    assert Order.objects.count() == 0


def test_nobody_is_deleted_while_a_payment_has_no_answer():
    declined = declined_order("PENDING")
    customer = declined.source_record.customer
    why = f"A payment of order {declined.number} has no answer from the gateway yet. Delete afterwards."

    assert erasing.plan(customer).refusals == [why]
    with pytest.raises(erasing.EraseError) as error:
        erase(customer)
    assert str(error.value) == why
    assert Order.objects.filter(pk=declined.pk).exists()
    Transaction.objects.update(status="SUCCESS")
    erase(customer)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("status", "is_named"), [("PAUSED", True), ("RECYCLE_FAILED", True), ("CANCELLED", False), ("COMPLETE", False)]
)
def test_the_plan_names_what_may_be_billed_again(status, is_named):
    customer = subscription(status).source_record.customer

    assert bool(erasing.plan(customer).warnings) == is_named


def test_the_plan_names_what_is_still_billed(agent):
    monthly = intake.Subscription(ProductFactory(), Decimal(3))
    helena = order(**PERSON, subscriptions=(monthly,)).found.record.customer
    [notice] = erasing.plan(fresh(helena)[0]).warnings
    assert "Unlimited Monthly" in notice.text
    merge(helena, customer_with_order(**OTHER))
    assert [str(tally) for tally in erasing.plan(fresh(helena)[0]).tallies][:2] == ["2 orders", "1 purchase"]


def test_credit_is_not_given_to_the_erased(zyx):
    erase(zyx)
    with pytest.raises(credit.CreditError, match="erased"):
        credit.adjust(zyx, Decimal(5), "USD", cause="gift", by=None)
    assert not SourceRecord.objects.filter(origin=zyx).exists()


def test_an_unfinished_lead_of_the_same_name_is_a_new_customer_too(zyx):
    erase(zyx)
    assert intake.take_lead(person(**PERSON)).rule == "new"
    assert not ProfileChange.objects.filter(customer=zyx).exclude(values={}).exists()
