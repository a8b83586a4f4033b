"""The start page: what waits, what was done lately, by week, and whom one saw last."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from customers.merging import recent
from customers.merging.recent import BASE, HIGHEST, WEEKS, merges_by_week, recent_acts
from customers.models import Merge, Visit
from customers.search.recent import recently_viewed, record_visit
from orders.payments import contradiction_list
from tests.acts import merge, undo
from tests.factories import CustomerFactory, allow, customer_with_order, declined_order, signed_in
from tests.orders.payments.changing_gateway import make_contradicted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)  # a Wednesday


def test_a_fresh_install_says_how_customers_come_in(as_agent):
    page = as_agent.get("/").content.decode()
    assert "Customers appear as soon as a data source sends orders or leads. You can also add one manually." in page
    assert "Add customer" in page
    assert "Merges per week" not in page


def test_who_may_not_add_customers_is_not_told_to(viewer):
    page = signed_in(viewer).get("/").content.decode()
    assert "sends orders or leads. Possible duplicates" in page
    assert "Add customer" not in page


def test_where_nothing_was_done_yet_each_part_says_so(as_agent):
    customer_with_order(email="h@reunite.cz")
    page = as_agent.get("/").content.decode()
    for said in ("No duplicates to review.", "No merges yet.", "Customers you open appear here."):
        assert said in page


def test_duplicates_that_wait_are_counted_and_the_first_named(as_agent):
    oldest, *_ = [customer_with_order(email="h@reunite.cz") for _ in range(4)]
    customer_with_order(email="other@reunite.cz")
    page = as_agent.get("/").content.decode()
    assert "1 group</span>" in page
    assert "and 1 more" in page
    assert f'href="/customers/{oldest.pk}/merge/"' in page


def test_who_may_decide_about_payments_sees_those_with_two_answers_and_others_do_not(as_admin, as_agent, monkeypatch):
    orders = [declined_order(email=f"h{n}@reunite.cz") for n in range(3)]
    for order in orders[:2]:
        make_contradicted(order)
    monkeypatch.setattr(contradiction_list, "MOST_SHOWN", 1)
    page = as_admin.get("/").content.decode()
    assert f'href="/orders/{orders[0].number}/decide/"' in page
    assert "1+</span>" in page
    assert not any(order.number in page for order in orders[1:])
    assert "Payments to decide" not in as_agent.get("/").content.decode()


def test_merges_and_undos_are_told_latest_first(as_agent, agent):
    a, b, c = (CustomerFactory(first_name=name) for name in "abc")
    first = merge(a, b, by=allow(agent, "customers.merge_unmatched_customer"))
    second = merge(a, c)
    undo(first, by=agent)
    acts = [(act.merge.pk, act.is_undo, act.by and str(act.by)) for act in recent_acts()]
    assert acts == [
        (first.pk, True, "Margaret Park"),
        (second.pk, False, None),
        (first.pk, False, "Margaret Park"),
    ]
    assert f"b ({b.pk}) restored from a" in as_agent.get("/").content.decode()


def test_a_part_that_was_taken_back_is_told_with_who_did(as_agent, agent):
    a, b, c = (CustomerFactory(first_name=name) for name in "abc")
    merged = merge(a, b, c)
    undo(merged, c, by=agent)
    undone = recent_acts()[0]
    assert (undone.is_undo, undone.duplicates, str(undone.by)) == (True, c.name_with_number, "Margaret Park")
    assert merges_by_week(today=timezone.now().date())[-1].undos == 1


# By week


def done(on: datetime, *, undone: datetime | None = None) -> None:
    merged = merge(CustomerFactory(), CustomerFactory())
    Merge.objects.filter(pk=merged.pk).update(created=on, undone_at=undone)
    merged.members.update(undone_at=undone)


def counts() -> dict[str, tuple[int, int]]:
    shown = merges_by_week(today=NOW.date())
    return {f"{week.monday:%d.%m.}": (week.merges, week.undos) for week in shown if week.merges or week.undos}


def test_merges_and_undos_are_counted_in_their_weeks():
    assert counts() == {}
    done(NOW)
    done(NOW - timedelta(days=2, hours=13))  # the Sunday before
    done(NOW - timedelta(weeks=15), undone=NOW)
    done(NOW - timedelta(weeks=16))
    assert counts() == {"16.03.": (1, 1), "09.03.": (1, 0), "01.12.": (1, 0)}
    assert len(merges_by_week(today=NOW.date())) == WEEKS


def test_no_week_is_counted_further_than_is_shown(monkeypatch):
    monkeypatch.setattr(recent, "MOST", 2)
    for _ in range(4):
        done(NOW)
    assert merges_by_week(today=NOW.date())[-1].text == "Week of 16 Mar 2026: 2+ merges, 0 undos"


def test_a_week_begins_where_the_reader_is(agent):
    agent.time_zone = "Pacific/Auckland"
    agent.save()
    done(datetime(2026, 3, 15, 20, tzinfo=UTC))  # Monday morning there
    with time_machine.travel(NOW, tick=False):
        page = signed_in(agent).get("/").content.decode()
    assert "Week of 16 Mar 2026: 1 merge, 0 undos." in page


def test_the_plot_draws_merges_up_and_undos_down_and_every_week_has_its_words(as_agent):
    done(NOW, undone=NOW)
    with time_machine.travel(NOW, tick=False):
        page = as_agent.get("/")
    heights = [bar.merges.height for bar in page.context["chart"]]
    assert heights == [0] * 15 + [BASE - HIGHEST]
    assert page.content.decode().count("<title>Week of") == WEEKS


# Whom one saw last


def test_a_customer_who_is_opened_again_comes_first_and_only_once(as_agent, agent):
    a, b = CustomerFactory(first_name="Ada"), CustomerFactory(first_name="Bea")
    for customer in (a, b, a):
        as_agent.get(f"/customers/{customer.pk}/")
    assert [visit.customer for visit in recently_viewed(agent)] == [a, b]
    assert Visit.objects.count() == 2
    assert as_agent.get("/").content.decode().index("Ada") < as_agent.get("/").content.decode().index("Bea")


def test_a_visit_leads_to_whom_the_customer_is_part_of_now_and_nobody_sees_anothers(as_agent, agent, admin_user):
    a, b, gone = CustomerFactory(), CustomerFactory(), CustomerFactory()
    for customer in (a, b, gone):
        record_visit(customer, by=agent)
    merge(a, b)
    type(gone).objects.filter(pk=gone.pk).update(erased_at=NOW)
    assert [visit.customer for visit in recently_viewed(agent)] == [a]
    assert recently_viewed(admin_user) == []


def test_a_part_of_the_page_is_no_visit(as_agent):
    customer = CustomerFactory()
    as_agent.get(f"/customers/{customer.pk}/", headers={"HX-Request": "true", "HX-Target": "rows"})
    as_agent.head(f"/customers/{customer.pk}/")
    assert not Visit.objects.exists()


def test_remembering_a_visit_is_one_statement(agent, django_assert_num_queries):
    customer = CustomerFactory()
    for _ in range(2):
        with django_assert_num_queries(1):
            record_visit(customer, by=agent)


def test_thirty_of_everything_cost_as_many_queries_as_one(as_agent, agent, django_assert_num_queries):
    agent = allow(agent, "customers.merge_unmatched_customer")
    for number in range(30):
        one, *_ = [customer_with_order(email=f"h{number}@reunite.cz") for _ in range(2)]
        record_visit(one, by=agent)
        merged = merge(CustomerFactory(), CustomerFactory(), by=agent)
        if number % 2:
            undo(merged, by=agent)
    with django_assert_num_queries(27):
        # session, user with permissions; who pays twice; whether there are customers; answers to requests;
        # lead phases; tasks;
        # the worklist (13, as in test_listing); weeks;
        # merges, who was part of them, undos; visits, where they lead, those customers
        as_agent.get("/")
