"""The name of a user could turn the line that it is in, so every page isolates it: in <bdi> or by isolates."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import AccountChange, ApiKey, User
from crm.jobs.models import Job
from customers.lib.phrases import isolated
from customers.models import CartLogin, Customer, Erasure, IdentifyingAttribute, SourceRecord
from customers.pages import tabs
from customers.records.registry import linked_models
from orders.models import DoublePayment
from tests.acts import merge, undo
from tests.factories import CustomerFactory, customer_with_order, make_user, signed_in
from tests.factories.linked_rows import one_of_each
from tests.factories.lists import one_of_each_list
from tests.factories.pulls import make_pull
from tests.factories.webhooks import delivery_of
from tests.test_queries import OPENED, add_imports, add_rule, add_to_batches, address_of, url_arguments

NAME = "Eve \u202eSmith"
VOID = {"meta", "link", "input", "br", "img", "hr", "path", "rect", "line", "circle", "use"}
# Each of these is a paragraph of its own, whose direction ends with it.
ALONE = {"bdi", "option"}


class Texts(HTMLParser):
    """The texts of a page, each with the element that it is in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))


def turned(page: str) -> list[str]:
    """The texts that the name of the user turns."""
    return [
        text for tag, text in Texts(page).texts if tag not in ALONE and NAME in text.replace(isolated(NAME), "isolated")
    ]


@pytest.fixture
def eve(db) -> User:
    # The user to whom the rows of one_of_each refer.
    return make_user("linked-rows", ALL_PERMISSIONS, first_name=NAME)


@pytest.fixture
def customer(eve) -> Customer:
    customer = customer_with_order(external_id="0", email="helena@example.org")
    others = [customer_with_order(external_id=str(n), email="helena@example.org") for n in range(1, 6)]
    undo(merge(customer, others[0], by=eve), by=eve)
    partly = merge(customer, others[1], others[2], by=eve)
    undo(partly, others[1], by=eve)
    for record in SourceRecord.objects.filter(customer=customer, data_source__name="Shop"):
        one_of_each(record)
        CartLogin.objects.filter(source_record=record).update(login=f"login {record.pk}")
    for model in linked_models():
        if "by" in {field.name for field in model._meta.fields}:
            model.objects.update(by=eve)
    Customer.objects.update(owner=eve)
    Erasure.objects.create(uuid=others[4].uuid, by=eve)
    AccountChange.objects.create(user=eve, by=eve, given=["customers.view_customer"])
    ApiKey.objects.create(user=eve, name="Key")
    delivery_of(customer)
    DoublePayment.objects.create(key="1", kind="purchases", customers=[customer.pk], rows=[], dismissed_by=eve)
    add_imports(customer, by=eve)
    add_to_batches(partly)
    add_rule("Rule", customer, by=eve)
    IdentifyingAttribute.objects.create(name="vat_number", meaning="identifier", by=eve)
    one_of_each_list()
    make_pull(job=Job.objects.create(kind="pull", state="running", by=eve).pk)
    return customer


def addresses(client, customer: Customer, eve: User) -> Iterator[str]:
    names = url_arguments(client, customer, eve)
    for page in OPENED:
        yield address_of(page, names)
    for choice in tabs.offered(set(ALL_PERMISSIONS)):
        yield f"{customer.get_absolute_url()}?tab={choice.slug}"
    for merge_ in customer.merges.all():
        yield merge_.get_absolute_url()
    for other in Customer.objects.exclude(pk=customer.pk):
        yield reverse("customers:why", args=[customer.pk, other.pk])


@pytest.mark.one_database
def test_no_page_is_turned_by_the_name_of_a_user(customer, eve):
    client = signed_in(eve)
    pages = {}
    for address in addresses(client, customer, eve):
        response = client.get(address, follow=True)
        if response["Content-Type"].startswith("text/html"):
            pages[address] = response.content.decode()
    assert sum(NAME in page for page in pages.values()) > 20
    assert {address: texts for address, page in pages.items() if (texts := turned(page))} == {}


def test_a_name_does_not_turn_the_title_of_the_page(eve):
    customer = CustomerFactory(first_name=NAME, last_name="")
    for address in (customer.get_absolute_url(), eve.get_absolute_url()):
        page = signed_in(eve).get(address).text
        assert f"<title>{isolated(NAME)} |" in page
