from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.lib.identity import Identity
from orders.imports.columns.guess import guess
from orders.imports.columns.mapping import problems
from orders.models import OrderStatus, PurchaseStatus
from tests.factories import ProductFactory
from tests.orders.imports.reading import EXPORTS, PRAGUE, export, read, read_csv
from tests.tables import table

pytestmark = pytest.mark.django_db
HELENA = Identity("Helena", "Holý", "", "hholy@gmail.com", "+420 241 770 449", "CZ")
CREATED = datetime(2024, 3, 12, 9, 14, tzinfo=PRAGUE)


@table("name", [path.stem for path in sorted(EXPORTS.glob("*.csv"))])
def test_each_export_is_recognised_and_all_its_columns_are_known(name):
    mapping = guess(export(name))
    assert name.startswith(mapping.preset), mapping.preset
    assert [column.header for column in mapping.columns if not column.target and not column.why] == []
    assert list(problems(mapping)) == []


@table(
    ("name", "external_id", "phone", "company", "lead_created"),
    [
        ("shopify_customers", "6940095564001", "+420241770449", "", None),
        ("hubspot_contacts", "901", "+420 241 770 449", "Holý s.r.o.", CREATED),
        ("salesforce_contacts", "003Hs00001abcdEIAQ", "+420 241 770 449", "", CREATED.replace(second=5, tzinfo=UTC)),
        ("salesforce_contacts_report", "003Hs00001abcdE", "+420 241 770 449", "Holý s.r.o.", None),
        (
            "salesforce_leads",
            "00QHs00001abcdEIAQ",
            "+420 241 770 449",
            "Holý s.r.o.",
            CREATED.replace(second=5, tzinfo=UTC),
        ),
        ("stripe_customers", "cus_R8xKpLmN3qWvTc", "+420241770449", "", CREATED.replace(tzinfo=UTC)),
        ("woocommerce_customers", "17", "+420 241 770 449", "", CREATED.replace(second=5)),
        ("woocommerce_analytics_customers", "", "", "", CREATED.replace(second=5)),
        ("konnektive_customers", "46611", "420241770449", "", CREATED.replace(second=5)),
        ("chartmogul_customers", "cus_0001", "", "", datetime(2024, 3, 12, tzinfo=PRAGUE)),
    ],
)
def test_helena_is_read_from_each_export(name, external_id, phone, company, lead_created):
    (row,) = read(export(name))
    assert row.customer
    assert row.customer.identity == Identity("Helena", "Holý", company, "hholy@gmail.com", phone, "CZ")
    assert (row.customer.external_id, row.customer.billing_address["city"]) == (external_id, "Praha")
    assert row.beside.get("lead_created_at") == lead_created
    assert row.profile["email"] == "hholy@gmail.com"


@table(
    ("name", "answers"),
    [
        ("shopify_customers", {"email_opt_in": True, "sms_contact": False, "tax_exempt": False}),
        ("shopify_customers_2022", {"email_opt_in": False, "tax_exempt": True}),
        ("hubspot_contacts", {"email_opt_in": False, "lead_status": "working", "website": "https://holy.example.cz"}),
        ("salesforce_contacts", {"email_opt_in": True}),
        ("salesforce_leads", {"email_opt_in": False, "lead_status": "working"}),
        (
            "konnektive_customers",
            {"do_not_sell": True, "sms_contact": False, "email_opt_in": True, "tax_exempt": False, "custom1": "blue"},
        ),
    ],
)
def test_consents_and_further_fields_are_read_from_each_export(name, answers):
    (row,) = read(export(name))
    identity = ("first_name", "last_name", "company", "email", "phone", "billing_address", "shipping_address")
    assert {key: value for key, value in row.profile.items() if key not in identity} == answers


def test_an_account_of_salesforce_is_a_company():
    (row,) = read(export("salesforce_accounts"))
    assert row.customer
    assert (row.customer.identity.company, row.customer.identity.last_name) == ("Holý s.r.o.", "")


def test_notes_and_tags_are_read():
    (row,) = read(export("shopify_customers"))
    assert (row.note, row.tags) == ("Rings twice", ("vip", "prague"))


@pytest.mark.django_db
def test_an_order_of_shopify_is_read_from_a_row_for_each_line():
    mug = ProductFactory(sku="MUG")
    helena, frank = (row.order for row in read(export("shopify_orders")))
    assert helena
    assert frank
    assert (helena.external_id, helena.total, helena.refunded, helena.discount) == ("#1001", 31, 10, 4)
    assert (helena.status, helena.currency, helena.coupon_code) == (OrderStatus.COMPLETE, "EUR", "AUTUMN")
    assert helena.at == datetime(2026, 2, 21, 9, 30, tzinfo=UTC)
    assert [(line.description, line.quantity, line.amount) for line in helena.lines] == [("Mug", 2, 20), ("Tea", 1, 10)]
    # No subscription begins by an order that is history.
    assert [(line.product, line.kind) for line in helena.lines] == [(mug, "one_time"), (None, "one_time")]
    assert helena.customer.identity == HELENA
    assert (frank.external_id, frank.customer.identity.last_name, frank.customer.identity.phone) == (
        "#1002",
        "Harris",
        "",
    )


def test_the_numbers_of_a_row_are_those_in_the_file():
    assert [row.numbers for row in read(export("woocommerce_orders"))] == [(2,)]


def test_an_order_of_woocommerce_has_no_customer_id_of_a_guest_and_a_tax_in_cents():
    (row,) = read(export("woocommerce_orders"))
    assert row.order
    assert (row.order.customer.external_id, row.order.tax, row.order.status) == ("", Decimal("3.83"), "COMPLETE")


PACKED = "name:Mug; blue|product_id:7|sku:|quantity:2|total:20.00|total_tax:1;name:Tea|quantity:1|total:5.00|meta:a=b"


@table(
    ("packed", "lines"),
    [
        (PACKED, [("Mug; blue", 2, Decimal("20.00")), ("Tea", 1, Decimal("5.00"))]),
        ('[{"name":"Mug","quantity":2,"total":"20.00","taxes":[]}]', [("Mug", 2, Decimal("20.00"))]),
        ("", []),
    ],
)
def test_lines_of_woocommerce_that_are_packed_into_one_cell_are_read(packed, lines):
    quoted = packed.replace('"', '""')
    header = "order_id,order_number,order_date,status,order_total,billing_email,line_items\n"
    text = f'{header}7,7,2026-02-21 10:30:00,completed,25,a@b.example,"{quoted}"\n'
    (row,) = read_csv(text)
    assert row.order
    assert [(line.description, line.quantity, line.amount) for line in row.order.lines] == lines


def test_packed_lines_that_cannot_be_read_are_refused_with_the_name_of_their_column():
    header = "order_id,order_number,order_date,status,order_total,billing_email,line_items\n"
    for packed in ("two mugs", "name:Mug|quantity:some"):
        (row,) = read_csv(f"{header}7,7,2026-02-21,completed,25,a@b.example,{packed}\n")
        assert row.refusal.startswith("line_items: ")


def test_an_order_of_konnektive_keeps_its_status_and_address():
    (row,) = read(export("konnektive_orders"))
    assert row.order
    assert (row.order.external_id, row.order.status, row.order.ip_address) == ("C3E67A9BD0", "DECLINED", "203.0.113.7")


def test_a_subscription_of_stripe_has_the_price_of_all_pieces_and_times_in_utc():
    (row,) = read(export("stripe_subscriptions"))
    subscription = row.subscription
    assert subscription
    assert (subscription.price, subscription.quantity, subscription.currency) == (Decimal("19.80"), 2, "EUR")
    assert (subscription.product, subscription.sku) == ("Tea each month", "price_1")
    assert (subscription.interval_count, subscription.interval_unit) == (1, "month")
    assert subscription.status == PurchaseStatus.RECYCLE_BILLING
    assert subscription.started == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert subscription.next_bill == datetime(2026, 12, 5, 10, tzinfo=UTC)
