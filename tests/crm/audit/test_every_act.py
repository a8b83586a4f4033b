"""Each kind of act with the entry that it writes. A kind that no test of this folder has fails the suite."""

from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.accounts import api_keys, grant
from crm.audit.models import AuditEntry
from crm.jobs import control
from crm.jobs.kinds.rebuild import start_rebuild
from crm.pulls import pulls
from crm.pulls.models import System
from crm.webhooks import endpoints, replay
from customers.lib.audit import AuditAction
from customers.lib.identity import Identity
from customers.lists.catalogue import BY_SLUG
from customers.lists.entries import add_entry, delete_entry, edit_entry, move_entry, retire_entry
from customers.matching.evidence.attributes import mark_identifying, unmark_identifying
from customers.merging.split import split_record
from customers.models import Event, EventKind
from customers.sources import data_sources
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.models import Order
from orders.payments.charge import place_order
from orders.payments.gateway import Card
from orders.payments.settle_by_hand import settle_by_hand
from tests.acts import erase, fresh, merge, refund, rerun, undo
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.database import reloaded
from tests.factories import (
    CustomerFactory,
    DataSourceFactory,
    SourceRecordFactory,
    customer_with_order,
    declined_order,
    paid_order,
    sale,
    signed_in,
)

pytestmark = pytest.mark.django_db
PASSWORD = "a very good password"


@pytest.fixture
def logged(admin_user):
    """The texts of the audit log by the admin since it was asked last."""
    last = 0

    def since(action: AuditAction) -> list[str]:
        nonlocal last
        entries = list(AuditEntry.objects.filter(pk__gt=last, by=admin_user).order_by("pk"))
        last = entries[-1].pk if entries else last
        return [entry.text for entry in entries if entry.action == action]

    return since


def test_the_first_charge_of_an_order(logged, admin_user):
    who = IncomingCustomer(DataSourceFactory(), Identity("Helena", "Holý", "", "helena@reunite.cz"))
    incoming = IncomingOrder(who, Decimal("9.90"), "USD", external_id="1001")
    cards = ("4242424242424242", "4000000000000002")
    for number in cards:
        place_order(incoming._replace(external_id=number), Card(number, 12, 2099), by=admin_user)
    place_order(incoming._replace(external_id=cards[0]), Card(cards[0], 12, 2099), by=admin_user)  # sent again
    place_order(incoming._replace(external_id="paid elsewhere"), None, by=admin_user)
    approved, declined = (Order.objects.get(external_id=number) for number in cards)
    assert declined.status == "DECLINED"
    assert logged(AuditAction.PAYMENT) == [f"Order {order.number}: charge, 9.90 USD." for order in (approved, declined)]


def test_payments(logged, admin_user):
    paid, declined = paid_order(), declined_order()
    number = f"Order {paid.number}"
    refund(paid, "1.00", by=admin_user)
    assert logged(AuditAction.PAYMENT) == [f"{number}: refund, 1.00 USD."]
    rerun(declined, by=admin_user)
    assert logged(AuditAction.PAYMENT) == [f"Order {declined.number}: charged again, {declined.total} USD."]


def test_payments_without_an_answer(logged, admin_user):
    order = declined_order()
    payment = sale(order, "PENDING", token="sandbox-silent")
    type(payment).objects.update(at=timezone.now() - timedelta(days=2))
    about = {"happened": False, "reference": "", "reason": "None there", "seen": reloaded(order).stamp}
    settle_by_hand(order, **about, by=admin_user)
    assert logged(AuditAction.PAYMENT) == [
        f"Order {order.number}: resolved manually as soft decline, {order.total} USD."
    ]


def test_webhooks(logged, admin_user, settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    by = {"by": admin_user}
    endpoint, _ = endpoints.add(name="Shop", url="http://127.0.0.1/secret", kinds=[], **by)
    endpoints.change(endpoint, name="Warehouse", url="http://127.0.0.1/other", kinds=[], **by)
    endpoint.refresh_from_db()
    endpoints.change(endpoint, name="Warehouse", url="http://127.0.0.1/other", kinds=[], **by)
    endpoints.rotate(endpoint, keep_old_for=timedelta(), **by)
    endpoints.pause(endpoint, **by)
    endpoints.pause(endpoint, **by)
    endpoints.resume(endpoint, **by)
    event = Event.objects.create(kind=EventKind.CUSTOMER_UPDATED, customer=1)
    event.refresh_from_db()
    type(endpoint).objects.update(handed_out_at=event.at, handed_out_pk=event.pk)
    replay.start(endpoint, since=event.at, **by)
    replay.cancel(endpoint, **by)
    endpoints.delete(endpoint, **by)
    begin = f"Endpoint {endpoint.pk}, "
    assert logged(AuditAction.WEBHOOK) == [
        f"{begin}Shop: added.",
        f"{begin}Shop: name, URL changed.",
        f"{begin}Warehouse: secret rotated.",
        f"{begin}Warehouse: paused.",
        f"{begin}Warehouse: resumed.",
        f"{begin}Warehouse: events are sent again.",
        f"{begin}Warehouse: sending again cancelled.",
        f"{begin}Warehouse: deleted.",
    ]


def test_pulls_and_data_sources(logged, admin_user, settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    account = pulls.PullAccount("http://127.0.0.1/secret", "the password", 0, login="api")
    pull = pulls.add(account, system=System.KONNEKTIVE, source="Old CRM", by=admin_user)
    assert logged(AuditAction.SOURCE) == ["Old CRM: created."]
    pulls.change(pull, account, by=admin_user)
    pulls.delete(pull, by=admin_user)
    assert logged(AuditAction.PULL) == ["Pull into Old CRM: changed, with a new secret.", "Pull into Old CRM: deleted."]

    source = pull.data_source
    data_sources.change(source, {"name": "CRM"}, seen=data_sources.latest_change(source), by=admin_user)
    assert logged(AuditAction.SOURCE) == ["CRM: edited."]


def test_a_name_from_right_to_left_turns_no_entry_around(logged, admin_user):
    data_sources.create("متجر", by=admin_user)
    assert logged(AuditAction.SOURCE) == ["\u2068متجر\u2069: created."]


def test_jobs(logged, admin_user):
    job, _ = start_rebuild(by=admin_user)
    control.pause(job, by=admin_user)
    control.resume(job, by=admin_user)
    control.cancel(job, by=admin_user)
    signed_in(admin_user).get(reverse("jobs:errors", args=[job.pk]))
    jobs = logged(AuditAction.JOB)
    assert [text.rsplit(": ", 1)[1] for text in jobs] == ["created.", "paused.", "resumed.", "cancelled."]
    assert AuditEntry.objects.filter(action=AuditAction.EXPORT, text=f"Refused rows of job {job.pk}.").exists()


def test_customers(logged, admin_user):
    kept, duplicate = CustomerFactory(), CustomerFactory()
    merged = merge(kept, duplicate, by=admin_user)
    assert logged(AuditAction.MERGE)
    undo(merged, by=admin_user)
    assert logged(AuditAction.UNDO)
    SourceRecordFactory(customer=kept)
    split_record(SourceRecordFactory(customer=kept), by=admin_user)
    assert logged(AuditAction.SPLIT)
    erase(*fresh(kept), by=admin_user)
    assert logged(AuditAction.ERASURE)


def test_users_and_keys(logged, admin_user, nobody):
    grant.save_user(nobody, by=admin_user, granted={"accounts.use_api"})
    assert logged(AuditAction.USER)
    key, _ = api_keys.create(nobody, name="Shop", addresses=[], by=admin_user)
    api_keys.revoke(key, by=admin_user)
    assert len(logged(AuditAction.KEY)) == 2


def test_who_reads_a_customer_through_the_konnektive_api_is_told_by_setting(settings):
    shop, customer = KonnektiveCaller(), customer_with_order()
    settings.AUDIT_VIEWS = True
    shop.ask("customer/query", customerId=customer.pk)
    shop.ask("customer/query", emailAddress="somebody@reunite.cz")
    entry = AuditEntry.objects.get(action=AuditAction.VIEW)
    assert (entry.by, entry.customer, entry.text) == (shop.user, customer.pk, "customer_query")


def test_changes_of_sales_lists(logged, admin_user):
    edited = BY_SLUG["account-types"]
    first, second = (add_entry(edited, {"name": name}, by=admin_user) for name in ("School", "Shop"))
    edit_entry(edited, first.pk, {"name": "University"}, seen=first.updated.isoformat(), by=admin_user)
    move_entry(edited, second.pk, towards="up", by=admin_user)
    retire_entry(edited, second.pk, is_retired=True, by=admin_user)
    delete_entry(edited, second.pk, by=admin_user)
    assert [text.split("”", 1)[1] for text in logged(AuditAction.SALES_LIST)] == [
        *(" added.", " added.", " changed, before “School”."),
        *(" moved up.", " retired.", " deleted."),
    ]


def test_what_says_who_a_customer_is(logged, admin_user):
    attribute = mark_identifying("Loyalty number", "identifier", by=admin_user)
    unmark_identifying(attribute.pk, by=admin_user)
    assert [text.split("”")[1] for text in logged(AuditAction.MATCHING)] == [
        " marked: one per person.",
        " no longer marked.",
    ]


def test_every_kind_of_entry_is_tested():
    here = Path(__file__).parent
    tests = "".join(file.read_text() for file in [*here.glob("test_*.py"), here.parent / "imports/test_pages.py"])
    assert [kind for kind in AuditAction if f"AuditAction.{kind.name}" not in tests and f'"{kind}"' not in tests] == []
