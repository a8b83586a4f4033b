"""A lost lead becomes a customer when it buys, and an undo of a merge leaves no trace of who bought in it."""

import pytest

from customers.models import HistoryEntry, LeadStatus, PaySource, ProfileChange
from customers.profile.edit import edit_profile
from orders.intake.order import IncomingPurchase
from orders.payments.rerun import rerun_order
from tests.acts import fresh, merge, rebuild, undo
from tests.factories import ProductFactory, customer_with_order, declined_order, order
from tests.tables import table

pytestmark = pytest.mark.django_db


def set_status(customer, status):
    [now] = fresh(customer)
    return edit_profile(now, {"lead_status": status}, version=now.version, by=None, via="page")


def lead(name, status=""):
    """Somebody the shop knows by `name`, who has not bought since the status was set."""
    return set_status(customer_with_order(external_id=name, email=f"{name}@example.org", first_name=name), status)


def buys(name, **options):
    return order(external_id=name, first_name=name, **options)


def statuses(*customers):
    return [customer.lead_status for customer in fresh(*customers)]


@table("options", [{}, {"status": "REFUNDED"}, {"purchases": True}])
def test_a_lost_lead_becomes_a_customer_when_it_buys(options):
    lost = lead("helena", "lost")
    if "purchases" in options:
        options = {
            "status": "PENDING",
            "purchases": [IncomingPurchase(ProductFactory(), ProductFactory().price)],
        }
    buys("helena", **options)

    assert statuses(lost) == [""]
    assert fresh(lost)[0].get_billing_status_display() == ("Active" if "purchases" in options else "")
    change = ProfileChange.objects.get(via="order")
    assert change.values == {"lead_status": {"before": "lost", "after": "", "from": None}}
    entry = HistoryEntry.objects.filter(kind="edit").latest("pk")
    assert entry.text == "A purchase cleared the lead status Lost."
    assert rebuild() == "Nothing differed."


@table("status", ["DECLINED", "PENDING", "CANCELLED", "PARTIAL"])
def test_an_order_that_does_not_count_is_not_buying(status):
    lost = lead("helena", "lost")
    buys("helena", status=status)

    assert statuses(lost) == ["lost"]


@table("status", [value for value in LeadStatus.values if value != "lost"])
def test_only_lost_is_ended(status):
    one = lead("helena", status)
    buys("helena")

    assert statuses(one) == [status]
    assert not ProfileChange.objects.filter(via="order").exists()


def test_who_was_never_lost_costs_one_more_question(django_assert_max_num_queries):
    lead("helena", "new")
    with django_assert_max_num_queries(40) as plain:
        buys("helena")
    assert sum("lead_status" in query["sql"] and "SELECT" in query["sql"] for query in plain) <= 2


def test_who_is_lost_again_after_buying_stays_so_until_the_next_order():
    lost = lead("helena", "lost")
    buys("helena")
    set_status(lost, "lost")
    assert statuses(lost) == ["lost"]
    buys("helena")

    assert statuses(lost) == [""]


def test_who_buys_as_part_of_another_ends_lost_for_both_and_an_undo_gives_the_other_back_as_they_were():
    survivor, duplicate = lead("jan", "lost"), lead("helena", "lost")
    merged = merge(survivor, duplicate)
    buys("helena")
    assert statuses(survivor, duplicate) == ["", ""]
    undo(merged)

    assert statuses(survivor, duplicate) == ["lost", ""]
    assert rebuild() == "Nothing differed."


def test_who_buys_themselves_has_bought_whoever_of_theirs_bought_before():
    survivor, duplicate = lead("jan", "lost"), lead("helena")
    merged = merge(survivor, duplicate)
    buys("helena")
    buys("jan")
    undo(merged)

    assert statuses(survivor) == [""]


def test_a_second_buyer_counts_when_the_first_is_taken_out():
    survivor, one, other = lead("jan", "lost"), lead("helena"), lead("petr")
    merged = merge(survivor, one, other)
    buys("helena")
    buys("petr")
    undo(merged, one)
    assert statuses(survivor) == [""]
    undo(merged)

    assert statuses(survivor) == ["lost"]


def test_a_lost_that_a_merge_wrote_ends_with_it_and_what_was_before_comes_back():
    survivor, duplicate = lead("jan", "new"), lead("helena", "lost")
    merged = merge(survivor, duplicate, lead_status=duplicate)
    buys("jan")
    assert statuses(survivor, duplicate) == ["", "lost"]
    undo(merged)

    assert statuses(survivor, duplicate) == ["new", "lost"]
    assert rebuild() == "Nothing differed."


def test_a_lost_that_a_merge_wrote_ends_also_when_a_later_merge_wrote_it_again_and_was_undone():
    survivor, one, two, three = lead("jan", "new"), lead("one", "lost"), lead("two", "working"), lead("three", "lost")
    made = [merge(survivor, duplicate, lead_status=duplicate) for duplicate in (one, two, three)]
    undo(made[2])
    undo(made[1])
    assert statuses(survivor) == ["lost"]
    for _ in range(2):
        buys("jan")

    assert statuses(survivor) == [""]
    assert ProfileChange.objects.filter(via="order").count() == 1
    undo(made[0])
    assert statuses(survivor, one) == ["new", "lost"]
    assert rebuild() == "Nothing differed."


def test_it_reaches_through_a_chain_of_merges():
    last, middle, first = lead("last", "lost"), lead("middle", "lost"), lead("first")
    inner = merge(middle, first)
    outer = merge(fresh(last)[0], middle)
    buys("first")
    assert statuses(last, middle, first) == ["", "", ""]
    undo(outer)
    assert statuses(last, middle) == ["lost", ""]
    undo(inner)

    assert statuses(last, middle, first) == ["lost", "lost", ""]


def test_the_page_of_the_merge_does_not_say_that_the_merge_did_it(as_agent):
    survivor, duplicate = lead("jan", "lost"), lead("helena")
    merged = merge(survivor, duplicate)
    buys("helena")

    changes = as_agent.get(merged.get_absolute_url()).context["changes"]
    assert "Lead status" not in [change.label for change in changes]


def test_a_declined_order_that_is_charged_after_all_is_buying():
    declined = declined_order()
    lost = set_status(declined.source_record.customer, "lost")
    pay_source = PaySource.objects.get().pk
    rerun_order(declined, pay_source, seen=declined.stamp, by=None)

    assert statuses(lost) == [""]
