"""The two shops of the demo, and the orders they send."""

from dataclasses import dataclass, field

from crm.accounts.models import User
from crm.demo import catalogue, marketplace, subscriptions
from crm.demo.files import ChinookInvoice, ChinookLine, ChinookPerson
from customers.models import Customer, DataSource, SourceRecord
from customers.sources import data_sources
from orders.intake.order import IncomingCustomer, IncomingLine, IncomingOrder
from orders.intake.take import TakenOrder
from orders.models import Campaign, Order, Product

SHOP, MARKETPLACE, SYSTEM = "Shop", "Marketplace", "Chinook sample store"


@dataclass(frozen=True)
class SampleStore:
    """The imported orders, oldest first, and the source records of each person, the first shop's first."""

    orders: list[Order] = field(default_factory=list)
    records: dict[ChinookPerson, list[SourceRecord]] = field(default_factory=dict)

    def add(self, person: ChinookPerson, taken: TakenOrder) -> None:
        self.orders.append(taken.order)
        records = self.records.setdefault(person, [])
        if taken.assigned.kind == "new":
            records.append(taken.assigned.record)

    def customers(self, person: ChinookPerson) -> list[Customer]:
        return [Customer.objects.get(pk=record.customer_id) for record in self.records[person]]


@dataclass(frozen=True)
class Shops:
    """The shops of the demo, with their campaigns and products."""

    shop: DataSource
    marketplace: DataSource
    campaigns: dict[str, Campaign]
    products: dict[str, Product]

    def order(self, invoice: ChinookInvoice) -> IncomingOrder:
        source = self.marketplace if marketplace.is_sold_here(invoice) else self.shop
        return IncomingOrder(
            marketplace.marketplace_customer(invoice, source)
            if source is self.marketplace
            else shop_customer(invoice, source),
            invoice.total,
            catalogue.CURRENCY,
            at=invoice.at,
            external_id=str(invoice.number),
            campaign=self.campaigns[source.name],
            lines=[self.line(line) for line in invoice.lines],
            purchases=subscriptions.purchases_of(invoice, self.products),
        )

    def line(self, line: ChinookLine) -> IncomingLine:
        product = self.products[catalogue.TRACK if line.price < 1 else catalogue.VIDEO]
        return IncomingLine(line.track, line.price * line.quantity, line.quantity, product, str(line.number))


def create_shops(*, by: User) -> Shops:
    sources = {name: data_sources.create(name, system=SYSTEM, by=by) for name in (SHOP, MARKETPLACE)}
    campaigns = {name: catalogue.get_campaign(name) for name in sources}
    return Shops(sources[SHOP], sources[MARKETPLACE], campaigns, catalogue.get_products())


def shop_customer(invoice: ChinookInvoice, source: DataSource) -> IncomingCustomer:
    person = invoice.person
    return IncomingCustomer(
        source, person.identity, external_id=str(person.number), billing_address=invoice.billing_address
    )
