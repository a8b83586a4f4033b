"""One row of everything that the address or the form of a page names."""

from decimal import Decimal

from crm.accounts.models import ApiKey
from customers.engagement.views.rows import ROW_KINDS
from customers.matching.evidence.attributes import mark_identifying
from customers.matching.ignored_values import ignore_value
from customers.merging.second_person.ask import ask_second_person
from customers.models import AccountType, BatchUndo, CartLogin, MergeBatch, PaySource
from customers.records.staff_record import staff_record_of
from customers.review.sample import draw_sample
from orders.intake.order import IncomingPurchase
from orders.models import DoublePayment, Fulfillment
from tests.acts import merge, plan
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    SourceRecordFactory,
    customer_with_order,
    make_user,
    order,
)
from tests.factories.linked_rows import row_to_refer_to
from tests.factories.lists import make_entry
from tests.factories.pulls import make_pull
from tests.factories.rules import make_rule
from tests.factories.webhooks import delivery_of


def page_subjects() -> dict[str, object]:
    """By the names that `PAGES` of tests/page_access.py has for them."""
    # Two who share an email, so that the pages about duplicates have rows and links.
    customer, other = (customer_with_order(external_id=number, email="helena@reunite.cz") for number in "12")
    duplicate = CustomerFactory()
    bought = order(purchases=[IncomingPurchase(ProductFactory(), Decimal("9.90"))]).order
    user = make_user("somebody")
    home = staff_record_of(customer)
    return {
        "user": user.pk,
        "key": ApiKey.objects.create(user=user, name="Warehouse").pk,
        "customer": customer.pk,
        "other": other.pk,
        "record": SourceRecordFactory(customer=customer).pk,
        "mailbox": "office@reunite.cz",
        "ignored": ignore_value("info@reunite.cz", by=user).pk,
        "rule": make_rule("email-name", state="off").pk,
        "attribute": mark_identifying("vat_number", "identifier", by=user).pk,
        "list": "account-types",
        "account_type": make_entry(AccountType).pk,
        "draft": "unknown",
        "kind": "string",
        **{kind.slug: row_to_refer_to(kind.model, home).pk for kind in ROW_KINDS},
        "login": CartLogin.objects.create(source_record=home, login="helena").pk,
        "card": PaySource.objects.create(source_record=home, last_four="4242").pk,
        "merge": merge(customer, duplicate).pk,
        "batch": MergeBatch.objects.create().pk,
        "request": ask_second_person(plan(other, customer_with_order()), because=["names"], reason="Two", by=user).pk,
        "sample": draw_sample(by=user).pk,
        "undo": BatchUndo.objects.create().pk,
        "order": bought.number,
        "double": DoublePayment.objects.create(key="1", kind="purchases", customers=[], rows=[]).pk,
        "fulfillment": Fulfillment.objects.create(order=bought, source_record=bought.source_record).pk,
        "purchase": bought.purchases.get().pk,
        "source": bought.data_source_id,
        "endpoint": (delivery := delivery_of(customer)).endpoint_id,
        "delivery": delivery.pk,
        "pull": make_pull().pk,
    }
