"""The pages of a rerun of many declined sales: from the list, preview, start, and who may."""

import pytest

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from orders.models import Order, TransactionStatus
from tests.acts import rerun
from tests.crm.batches.sent import sent_of
from tests.factories import declined_order, make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
URL = "/orders/rerun/"


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def declined(db) -> list[Order]:
    """The last is declined again, and one for good."""
    tokens = ("sandbox-approves", "sandbox-times-out", "sandbox-soft-decline")
    orders = [
        declined_order(token=token, email=f"h{n}@reunite.cz", external_id=str(n), deduplicate=False)
        for n, token in enumerate(tokens)
    ]
    declined_order(TransactionStatus.HARD_DECLINE, email="hard@reunite.cz", deduplicate=False)
    return orders


def work() -> Job:
    job = Job.objects.latest("pk")
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="one")
    return job


def test_all_soft_declines_of_a_filter_are_rerun_by_a_job_with_a_file(declined, as_agent):
    address = f"{URL}?status=DECLINED"
    assert f'href="{address}"' in as_agent.get("/orders/?status=DECLINED").text
    page = as_agent.get(address)
    text = visible_text(page)
    assert "Sales that will be rerun 3 Charged at most 29.70 USD" in text
    assert "Declined permanently 1" in text
    first, second = (as_agent.post(address, sent_of(page)) for _ in range(2))
    assert first.url == second.url == Job.objects.get().get_absolute_url()
    job = work()
    assert (job.state, job.done, job.about) == ("done", 3, "3 declined sales, 29.70 USD")
    assert job.counts == {"Charged": 1, "No answer yet": 1, "Declined again": 1}
    assert [reloaded_status(order) for order in declined] == ["COMPLETE", "DECLINED", "DECLINED"]
    result = b"".join(as_agent.get(f"/jobs/{job.pk}/result/")).decode("utf-8-sig").splitlines()
    assert result[0] == "Order,Amount,Currency,Result,Answer"
    assert f"{declined[2].number},9.90,USD,Declined again,Insufficient funds." in result


def reloaded_status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def test_ticked_orders_are_rerun_and_no_other(declined, as_agent):
    page = as_agent.get("/orders/").text
    assert page.count('type="checkbox" name="order"') == 3
    address = f"{URL}?order={declined[0].pk}"
    page = as_agent.get(address)
    assert "Rerun 1 sale" in visible_text(page)
    as_agent.post(address, sent_of(page))
    work()
    assert [reloaded_status(order) for order in declined] == ["COMPLETE", "DECLINED", "DECLINED"]


def test_a_preview_that_is_no_longer_true_charges_nothing(declined, as_agent):
    address = f"{URL}?status=DECLINED"
    page = as_agent.get(address)
    rerun(declined[0])
    answer = as_agent.post(address, sent_of(page), follow=True)
    assert "Other sales can be rerun now" in visible_text(answer)
    assert not Job.objects.exists()


def test_a_sale_that_is_charged_before_its_turn_is_listed_as_not_rerun(declined, as_agent):
    address = f"{URL}?order={declined[0].pk}"
    as_agent.post(address, sent_of(as_agent.get(address)))
    rerun(declined[0])
    job = work()
    assert (job.failed, job.errors.get().row) == (1, f"Order {declined[0].number}")


def test_what_cannot_be_rerun_says_so(declined, as_agent):
    assert "Select the orders that are rerun" in visible_text(as_agent.get(URL, follow=True))
    assert "Choose the status" in visible_text(as_agent.get(f"{URL}?kind=RECURRING", follow=True))
    assert "not valid: Amount from" in visible_text(as_agent.get(f"{URL}?status=DECLINED&low=x", follow=True))
    assert "No sale can be rerun" in visible_text(as_agent.get(f"{URL}?status=DECLINED&high=1"))


def test_who_may_not_rerun_sees_no_box_and_no_page(declined):
    viewer = signed_in(make_user("viewer", ["customers.view_customer", "orders.view_order"]))
    page = viewer.get("/orders/?status=DECLINED").text
    assert 'name="order"' not in page
    assert "/orders/rerun/" not in page
    assert viewer.get(f"{URL}?status=DECLINED").status_code == 403
