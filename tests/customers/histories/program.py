"""The same acts done with the program, by the names that the model has for what they are about."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import F, Q

from customers.batches.undo import begin_undo, undo_each
from customers.credit import credit
from customers.labels.attributes import attributes_of, set_attributes
from customers.labels.tags import add_tags, remove_tags, tags_of
from customers.lib.identity import Identity
from customers.merging.merge import merge_customers, merge_keeping_survivor
from customers.merging.plan import plan_merge
from customers.merging.split import plan_split, split_record
from customers.merging.undo import UndoTerms, undo_merge
from customers.merging.undo_plan import plan_undo
from customers.merging.unmerge import UnmergeError, unmerge_customers
from customers.models import (
    CartLogin,
    CreditEntry,
    Customer,
    MatchKey,
    MatchKind,
    Merge,
    PaySource,
    RecordTotals,
    SourceRecord,
    UndoOutcome,
    Via,
)
from customers.profile.decisions import Picked, Typed
from customers.profile.edit import create_customer, edit_profile
from customers.profile.edit_logins import add_login, set_login_password
from customers.records.staff_record import staff_record_of
from orders.intake.order import IncomingCustomer, IncomingOrder
from orders.intake.take import take_order
from tests.customers.histories.model import BLANK
from tests.factories import DataSourceFactory


class Program:
    def __init__(self) -> None:
        self.people: dict[str, int] = {}
        self.records: dict[str, int] = {}
        self.merges: dict[str, int] = {}
        self.logins: dict[str, int] = {}
        self.cards: dict[str, int] = {}
        self.shop = DataSourceFactory(name="Shop")

    def customer(self, name: str) -> Customer:
        return Customer.objects.get(pk=self.people[name])

    def create(self, name: str, values: dict[str, Any]) -> None:
        customer = create_customer(values, by=None, via="page")
        staff_record_of(customer)
        self.people[name] = customer.pk

    def arrive(self, name: str, values: dict[str, Any], counts: bool) -> None:
        self._order(name, name, counts)
        record = SourceRecord.objects.get(data_source=self.shop, external_id=name)
        self.people[name], self.records[f"record of {name}"] = record.origin_id, record.pk
        self.cards[f"card of {name}"] = PaySource.objects.create(source_record=record, last_four="4242").pk
        if values:
            self.edit(name, name, values)

    def order(self, name: str, record: str, counts: bool) -> None:
        known = SourceRecord.objects.get(pk=self.records[record])
        self._order(name, str(known.external_id), counts)

    def _order(self, name: str, person: str, counts: bool) -> None:
        who = IncomingCustomer(
            self.shop, Identity(person, f"H{person}", "", f"{person}@reunite.cz"), external_id=person, deduplicate=False
        )
        status = "COMPLETE" if counts else "PARTIAL"
        take_order(IncomingOrder(who, Decimal(7), "USD", external_id=f"order {name}", status=status))

    def edit(self, name: str, customer: str, values: dict[str, Any]) -> None:
        now = self.customer(customer)
        rows = {"cart_login": self.logins, "cart_password": self.logins, "pay_source": self.cards}
        written = {key: rows[key][value] if key in rows and value else value for key, value in values.items()}
        edit_profile(now, written, version=now.version, by=None, via="api")

    def add_login(self, name: str, customer: str) -> None:
        self.logins[f"login {name}"] = add_login(self.customer(customer), f"login {name}", "a hash", by=None).pk

    def tag(self, name: str, customer: str, word: str) -> None:
        add_tags(self.customer(customer), word, by=None)

    def untag(self, name: str, customer: str, word: str) -> None:
        remove_tags(self.customer(customer), word, by=None)

    def set_attribute(self, name: str, customer: str, value: str) -> None:
        set_attributes(self.customer(customer), {f"attribute {customer}": value}, by=None)

    def give(self, name: str, customer: str, amount: int) -> None:
        credit.adjust(self.customer(customer), Decimal(amount), "USD", reason="given", by=None)

    def take(self, name: str, customer: str, amount: int) -> None:
        credit.adjust(self.customer(customer), Decimal(-amount), "USD", reason="taken", by=None, allow_overdraft=True)

    def credit_order(self, customer: str) -> list[str]:
        """Whose credit the customer has, oldest record first."""
        entries = CreditEntry.objects.filter(source_record__customer=self.people[customer]).order_by("source_record")
        origins = dict.fromkeys(entries.values_list("source_record__origin", flat=True))
        names = self._names()
        return [names[origin] for origin in origins]

    def password(self, name: str, customer: str, login: str) -> None:
        set_login_password(self.customer(customer), CartLogin.objects.get(pk=self.logins[login]), "another", by=None)

    def split(self, name: str, record: str) -> None:
        self.people[name] = split_record(SourceRecord.objects.get(pk=self.records[record]), by=None).pk

    def regained_by_split(self, record: str) -> dict[str, bool]:
        return dict(plan_split(SourceRecord.objects.get(pk=self.records[record])).regained)

    def unmerge(self, name: str, record: str) -> str | None:
        """Who came out of it: a customer who was merged, a new one by the name `name`, or nobody."""
        row = SourceRecord.objects.get(pk=self.records[record])
        try:
            customer = unmerge_customers(row, by=None)
        except UnmergeError:
            return None
        known = self._names()
        self.people.setdefault(known.get(customer.pk, name), customer.pk)
        return known.get(customer.pk, name)

    def merge(
        self, name: str, survivor: str, duplicates: list[str], choices: dict[str, Any], by_api: bool, credit: int | None
    ) -> None:
        if by_api:
            merged = merge_keeping_survivor(self.customer(duplicates[0]), self.customer(survivor), by=None)
            self.merges[name] = merged.pk
            return
        read = {key: Picked(self.people[who]) if how == "picked" else Typed(who) for key, (how, who) in choices.items()}
        finals = {} if credit is None else {"USD": Decimal(credit)}
        plan = plan_merge(self.customer(survivor), [self.customer(d) for d in duplicates], read, finals)
        self.merges[name] = merge_customers(plan, by=None, via=Via.PAGE).pk

    def undo(self, merge: str, only: list[str]) -> None:
        """What differs afterwards on the page of the customer is what the preview said."""
        merged = Merge.objects.get(pk=self.merges[merge])
        plan = plan_undo(merged, only=[self.people[name] for name in only])
        before = {pk: self._columns(Customer.objects.get(pk=pk)) for pk in (plan.root.pk, plan.survivor.pk)}
        parts = [self.people[name] for name in only]
        undo_merge(merged, by=None, only=parts, seen=plan.fingerprint, terms=UndoTerms(allow_overdraft=True))
        for pk, values in before.items():
            after = self._columns(Customer.objects.get(pk=pk))
            named = {o.field.column: (o.now, o.after) for o in plan.outcomes if o.customer.pk == pk and o.is_reverted}
            differs = {key: (value, after[key]) for key, value in values.items() if value != after[key]}
            assert named == differs, f"the preview said {named}, and {differs} differs"

    def undo_many(self, merges: list[str]) -> None:
        pks = [self.merges[merge] for merge in merges]
        batch, _ = begin_undo(sorted(pks, reverse=True), token=uuid4(), by=None, terms=UndoTerms(allow_overdraft=True))
        assert [undone.row.outcome for undone in undo_each(batch, by=None)] == [UndoOutcome.UNDONE] * len(merges)

    @staticmethod
    def _columns(customer: Customer) -> dict[str, Any]:
        rows = ("cart_login", "cart_password", "pay_source")
        columns = [f"{key}_id" if key in rows else key for key in BLANK]
        return {column: getattr(customer, column) for column in columns}

    def picture(self) -> dict[str, Any]:
        names = self._names()
        rows = {row.pk: row for row in Customer.objects.filter(pk__in=names)}
        live = [row for row in rows.values() if row.merged_into_id is None]
        logins, cards = ({pk: name for name, pk in known.items()} for known in (self.logins, self.cards))
        shown = {"cart_login_id": logins, "cart_password_id": logins, "pay_source_id": cards}
        owners = dict(SourceRecord.objects.values_list("pk", "customer"))
        login_records = dict(CartLogin.objects.values_list("pk", "source_record"))
        card_records = dict(PaySource.objects.values_list("pk", "source_record"))
        balances, totals = credit.balances([row.pk for row in live]), defaultdict(int)
        for customer, amount in RecordTotals.objects.values_list("source_record__customer", "amount"):
            totals[customer] += amount
        return {
            "profiles": {
                names[pk]: {
                    column.removesuffix("_id"): shown[column].get(value) if column in shown else value
                    for column, value in self._columns(row).items()
                }
                for pk, row in rows.items()
            },
            "owners": {name: names[owners[pk]] for name, pk in self.records.items()},
            "logins": {name: names[owners[login_records[pk]]] for name, pk in self.logins.items()},
            "cards": {name: names[owners[card_records[pk]]] for name, pk in self.cards.items()},
            "recognised": self._holders(names),
            "credit": {names[row.pk]: balances.get(row.pk, {}).get("USD", 0) for row in live},
            "totals": {names[row.pk]: totals[row.pk] for row in live},
            "tags": {names[row.pk]: set(tags_of(row)) for row in live},
            "attributes": {names[row.pk]: {a.name: a.value for a in attributes_of(row)} for row in live},
        }

    def _names(self) -> dict[int, str]:
        return {pk: name for name, pk in self.people.items()}

    def _holders(self, names: dict[int, str]) -> dict[str, set[str]]:
        holders: defaultdict[str, set[str]] = defaultdict(set)
        # A merged customer has a staff record of its own only if staff did something with it.
        received = Q(source_record__in=self.records.values())
        of_live = Q(source_record__origin=F("source_record__customer"))
        keys = MatchKey.objects.filter(received | of_live, kind__in=(MatchKind.EMAIL, MatchKind.PHONE))
        for value, customer in keys.values_list("value", "source_record__customer"):
            holders[value].add(names[customer])
        return dict(holders)
