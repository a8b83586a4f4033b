"""The second shop, where a third of the people buy later. Its orders are imported without deduplication.

Orders with an account number find their customer by it; each order of a guest makes a new customer.
"""

from crm.demo.files import ChinookInvoice
from crm.demo.variants import VARIANTS
from customers.lib.addresses.address import Address
from customers.models import DataSource
from orders.intake.order import IncomingCustomer

ACCOUNT, GUEST, ONCE_A_GUEST = "account", "guest", "once a guest"
HABITS = (ACCOUNT, GUEST, ACCOUNT, ONCE_A_GUEST)
BY_ACCOUNT_FROM = 4


def is_sold_here(invoice: ChinookInvoice) -> bool:
    return invoice.person.number % 3 == 0 and invoice.nth >= first_order_here(invoice)


def first_order_here(invoice: ChinookInvoice) -> int:
    """The number of the person's first order here. Guests place two to four, and have as many duplicates."""
    number = invoice.person.number
    return 5 - number // 12 % 3 if habit_of(number) == GUEST else BY_ACCOUNT_FROM


def habit_of(number: int) -> str:
    return HABITS[number // 3 % len(HABITS)]


def marketplace_customer(invoice: ChinookInvoice, source: DataSource) -> IncomingCustomer:
    number, nth = invoice.person.number, invoice.nth - first_order_here(invoice)
    is_guest = habit_of(number) == GUEST or (habit_of(number) == ONCE_A_GUEST and nth == 2)
    variant = VARIANTS[(number // 3 + 2 + (nth if is_guest else 0)) % len(VARIANTS)]
    return IncomingCustomer(
        source,
        variant(invoice.person.identity),
        external_id="" if is_guest else f"MP-{448187 + number}",
        deduplicate=False,
        billing_address=_without_region(invoice.billing_address),
        shipping_address=_parcel_shop(invoice) if number % 4 > 1 else {},
    )


def _without_region(value: Address) -> Address:
    return {part: text for part, text in value.items() if part != "state"}


def _parcel_shop(invoice: ChinookInvoice) -> Address:
    return {**_without_region(invoice.billing_address), "line2": f"Parcel shop {invoice.person.number}"}
