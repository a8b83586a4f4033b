"""Sending the invoices of the sample store in, one by one, as the two shops would."""

from dataclasses import dataclass, field

from crm.demo import catalogue, marketplace, subscriptions
from crm.demo.files import Invoice, InvoiceLine, Person
from customers.models import Customer, DataSource, SourceRecord
from orders.intake.order import IncomingCustomer, IncomingLine, IncomingOrder
from orders.intake.take import TakenOrder
from orders.models import Campaign, Order, Product

SHOP, MARKETPLACE, SYSTEM = "Shop", "Marketplace", "Chinook sample store"


@dataclass(frozen=True)
class Store:
    """What came of it: the orders, oldest first, and the records by which each person is known, the shop's first."""

    orders: list[Order] = field(default_factory=list)
    records: dict[Person, list[SourceRecord]] = field(default_factory=dict)

    def add(self, person: Person, taken: TakenOrder) -> None:
        self.orders.append(taken.order)
        records = self.records.setdefault(person, [])
        if taken.found.rule == "new":
            records.append(taken.found.record)

    def customers(self, person: Person) -> list[Customer]:
        """The customers that the person is, oldest first, read anew."""
        return [Customer.objects.get(pk=record.customer_id) for record in self.records[person]]


@dataclass(frozen=True)
class Seller:
    """Where the orders are placed, and what is sold."""

    shop: DataSource
    marketplace: DataSource
    campaigns: dict[str, Campaign]
    products: dict[str, Product]

    def order(self, invoice: Invoice) -> IncomingOrder:
        source = self.marketplace if marketplace.sells(invoice) else self.shop
        return IncomingOrder(
            marketplace.customer_of(invoice, source) if source is self.marketplace else shop_customer(invoice, source),
            invoice.total,
            catalogue.CURRENCY,
            at=invoice.at,
            external_id=str(invoice.number),
            campaign=self.campaigns[source.name],
            lines=[self.line(line) for line in invoice.lines],
            purchases=subscriptions.of_invoice(invoice, self.products),
        )

    def line(self, line: InvoiceLine) -> IncomingLine:
        product = self.products[catalogue.TRACK if line.price < 1 else catalogue.VIDEO]
        return IncomingLine(line.track, line.price * line.quantity, line.quantity, product, str(line.number))


def open_seller() -> Seller:
    sources = {name: DataSource.objects.create(name=name, system=SYSTEM) for name in (SHOP, MARKETPLACE)}
    campaigns = {name: catalogue.campaign(name) for name in sources}
    return Seller(sources[SHOP], sources[MARKETPLACE], campaigns, catalogue.products())


def shop_customer(invoice: Invoice, source: DataSource) -> IncomingCustomer:
    person = invoice.person
    return IncomingCustomer(
        source, person.identity, external_id=str(person.number), billing_address=invoice.billing_address
    )
