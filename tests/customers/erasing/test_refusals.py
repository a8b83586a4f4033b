"""Who is not erased, and what is said before somebody is."""

from decimal import Decimal

import pytest

from customers.erasing.erase import EraseError, StaleEraseError, erase_customer, is_name_of, plan_erasure
from customers.models import Erasure
from customers.profile.edit import edit_profile
from orders.intake.order import IncomingPurchase
from orders.models import Order, Transaction
from tests.acts import erase, fresh, merge
from tests.customers.erasing.marked_rows import OTHER, PERSON
from tests.factories import ProductFactory, customer_with_order, declined_order, order, subscription
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_who_was_changed_meanwhile_is_not_erased(zyx, agent):
    edit_profile(zyx, {"company": "Acme"}, version=zyx.version, by=agent, via="page")
    with pytest.raises(StaleEraseError, match="changed or merged since"):
        erase_customer(zyx, version=zyx.version, by=agent)
    assert fresh(zyx)[0].is_live


def test_who_got_another_customers_records_meanwhile_is_not_erased(zyx):
    merge(zyx, customer_with_order(**OTHER))
    with pytest.raises(StaleEraseError):
        erase_customer(zyx, version=zyx.version, by=None)
    assert not Erasure.objects.exists()


def test_who_is_part_of_another_is_not_erased_alone(zyx):
    bjorn = customer_with_order(**OTHER)
    merge(bjorn, zyx)
    with pytest.raises(EraseError, match=r"was merged into Bjørn Hansen \(\d+\) meanwhile"):
        erase(zyx)


def test_nobody_is_erased_twice(zyx):
    erase(zyx)
    with pytest.raises(EraseError, match="was erased a moment ago"):
        erase(zyx)


@table(
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
    assert is_name_of(customer_with_order(**{"first_name": "", "last_name": ""} | name), typed) is is_it


def test_nobody_is_deleted_while_a_payment_has_no_answer():
    declined = declined_order("PENDING")
    customer = declined.source_record.customer
    why = (
        f"The gateway has not answered for a payment of order {declined.number} yet. Delete the customer after it has."
    )
    why += " After a day you can resolve the payment on the page of the order."

    assert plan_erasure(customer).refusals == [why]
    with pytest.raises(EraseError) as error:
        erase(customer)
    assert str(error.value) == why
    assert Order.objects.filter(pk=declined.pk).exists()
    Transaction.objects.update(status="SUCCESS")
    erase(customer)
    assert not Order.objects.exists()


@table(("status", "is_named"), [("PAUSED", True), ("RECYCLE_FAILED", True), ("CANCELLED", False), ("COMPLETE", False)])
def test_the_plan_names_what_may_be_billed_again(status, is_named):
    customer = subscription(status).source_record.customer

    assert bool(plan_erasure(customer).warnings) == is_named


def test_the_plan_names_what_is_still_billed(agent):
    monthly = IncomingPurchase(ProductFactory(), Decimal(3))
    helena = order(**PERSON, purchases=(monthly,)).assigned.record.customer
    [notice] = plan_erasure(fresh(helena)[0]).warnings
    assert "Unlimited Monthly" in notice.text
    merge(helena, customer_with_order(**OTHER))
    assert [str(count) for count in plan_erasure(fresh(helena)[0]).counts][:2] == ["2 orders", "1 purchase"]
