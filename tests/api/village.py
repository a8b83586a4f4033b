"""People to whom anything happens at random: they order, are merged, restored, split, edited and erased."""

from contextlib import suppress
from decimal import Decimal
from random import Random

from customers.credit.credit import adjust
from customers.labels.attributes import set_attributes
from customers.labels.tags import add_tags
from customers.lib.errors import ActionError
from customers.merging.split import SplitError, split_record
from customers.merging.undo import UndoTerms
from customers.models import Customer, DataSource, MergeMember, SourceRecord
from orders.models import Order, Transaction
from orders.sources.delete import delete_source, empty_source, purge_source
from tests.acts import edit, erase, merge, refund, undo
from tests.api.caller import Caller
from tests.api.chartmogul.customers.customer_requests import send
from tests.api.chartmogul.invoices import invoice_requests
from tests.factories import DataSourceFactory, lead, shipped_order

NAMES = ("Helena", "Elena", "Frank", "Jan", "Ida")


class Village:
    ACTS = (
        *("order", "order", "order", "order", "lead", "customer", "invoice", "invoice", "merge", "merge", "merge"),
        *("undo", "undo", "split", "edit", "tag", "attribute", "credit", "erase"),
        *("refund", "drop_invoice", "drop_payment", "purge", "empty", "delete_source"),
    )

    def __init__(self, random: Random) -> None:
        self.random, self.caller, self.number = random, Caller(username="biller"), 0

    def act(self) -> None:
        """Do one thing; what is refused is left undone."""
        self.number += 1
        with suppress(ActionError, SplitError, IndexError):
            getattr(self, self.random.choice(self.ACTS))()

    def who(self) -> dict[str, str]:
        name = self.random.choice(NAMES)
        source = self.random.choice(["Shop", "Market"])
        return {"source": source, "email": f"{name}@reunite.cz", "first_name": name, "last_name": "Holý"}

    def customer_at_random(self) -> Customer:
        return self.random.choice(Customer.objects.live().order_by("pk"))

    def source_at_random(self) -> DataSource:
        return self.random.choice(DataSource.objects.exclude(name=DataSource.STAFF).order_by("pk"))

    def order(self) -> None:
        shipped_order(**self.who(), deduplicate=self.random.random() < 0.7)

    def lead(self) -> None:
        lead(**self.who() | {"phone": f"+420 241 770 {self.number:03}"})

    def customer(self) -> None:
        send(self.caller, DataSourceFactory(name="Billing"), f"known {self.number}", name="Jan Holý")

    def invoice(self) -> None:
        record = self.random.choice(SourceRecord.objects.filter(data_source__name="Billing").order_by("pk"))
        line = invoice_requests.line(subscription_external_id=f"sub {self.random.randrange(4)}")
        invoice = invoice_requests.invoice(line, external_id=f"inv {self.number}")
        ids = {"data_source_uuid": record.data_source.uuid, "customer_external_id": record.external_id}
        self.caller.post(f"import/customers/{record.customer.uuid}/invoices", {"invoices": [invoice | ids]})

    def drop_invoice(self) -> None:
        placed = self.random.choice(Order.objects.order_by("pk"))
        self.caller.delete(f"invoices/{placed.uuid}")

    def drop_payment(self) -> None:
        payment = self.random.choice(Transaction.objects.order_by("pk"))
        self.caller.delete(f"transactions/{payment.uuid}")

    def merge(self) -> None:
        survivor = self.customer_at_random()
        merge(survivor, self.random.choice(Customer.objects.live().exclude(pk=survivor.pk).order_by("pk")))

    def undo(self) -> None:
        member = self.random.choice(MergeMember.objects.filter(undone_at=None).order_by("pk"))
        undo(
            member.merge,
            *([member.duplicate] if self.random.random() < 0.5 else []),
            terms=UndoTerms(allow_overdraft=True),
        )

    def split(self) -> None:
        records = SourceRecord.objects.exclude(data_source__name=DataSource.STAFF)
        split_record(self.random.choice(records.order_by("pk")), by=None)

    def edit(self) -> None:
        edit(self.customer_at_random(), company=f"Company {self.number}")

    def tag(self) -> None:
        add_tags(self.customer_at_random(), f"tag {self.number}", by=None)

    def attribute(self) -> None:
        set_attributes(self.customer_at_random(), {"seats": self.number}, by=None)

    def credit(self) -> None:
        adjust(self.customer_at_random(), Decimal(self.number), "USD", reason="Sorry", by=None)

    def erase(self) -> None:
        erase(self.customer_at_random())

    def refund(self) -> None:
        refund(self.random.choice(Order.objects.filter(status="COMPLETE").order_by("pk")), "1.00")

    def purge(self) -> None:
        purge_source(self.source_at_random(), by=None)

    def empty(self) -> None:
        empty_source(self.source_at_random(), by=None)

    def delete_source(self) -> None:
        delete_source(self.source_at_random(), by=None)
