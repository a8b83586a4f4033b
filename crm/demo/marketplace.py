"""The second shop: a third of the people buy there later on, and it asks us not to look for duplicates.

Some have an account, by whose number their later orders find it again; guests are somebody new with every order.
"""

from crm.demo.files import Invoice
from crm.demo.variants import WAYS
from customers.lib.address import Address
from customers.models import DataSource
from orders.intake.order import IncomingCustomer

ACCOUNT, GUEST, ONCE_A_GUEST = "account", "guest", "once a guest"
HABITS = (ACCOUNT, GUEST, ACCOUNT, ONCE_A_GUEST)
BY_ACCOUNT_FROM = 4


def sells(invoice: Invoice) -> bool:
    """Whether the order was placed here and not in the first shop."""
    return invoice.person.number % 3 == 0 and invoice.place >= first_place(invoice)


def first_place(invoice: Invoice) -> int:
    """Which order of the person is the first one here; guests have two, three or four, and so many duplicates."""
    number = invoice.person.number
    return 5 - number // 12 % 3 if habit(number) == GUEST else BY_ACCOUNT_FROM


def habit(number: int) -> str:
    return HABITS[number // 3 % len(HABITS)]


def customer_of(invoice: Invoice, source: DataSource) -> IncomingCustomer:
    """The person of `invoice` as the marketplace sends them."""
    number, nth = invoice.person.number, invoice.place - first_place(invoice)
    is_guest = habit(number) == GUEST or (habit(number) == ONCE_A_GUEST and nth == 2)
    way = WAYS[(number // 3 + 2 + (nth if is_guest else 0)) % len(WAYS)]
    return IncomingCustomer(
        source,
        way(invoice.person.identity),
        external_id="" if is_guest else f"MP-{448187 + number}",
        deduplicate=False,
        billing_address=without_region(invoice.billing_address),
        shipping_address=parcel_shop(invoice) if number % 4 > 1 else {},
    )


def without_region(value: Address) -> Address:
    return {part: text for part, text in value.items() if part != "state"}


def parcel_shop(invoice: Invoice) -> Address:
    return {**without_region(invoice.billing_address), "line2": f"Parcel shop {invoice.person.number}"}
