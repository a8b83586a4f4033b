"""Customers to whom anything can be done, by names that stay the same when the same acts are done over again."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from customers.credit import credit
from customers.engagement import notes
from customers.labels.tags import add_tags, remove_tags, tags_of
from customers.lib.identity import Identity
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.merging.split import SplitError, split_record
from customers.merging.undo import UndoTerms, undo_merge
from customers.merging.undo_plan import plan_undo
from customers.models import (
    CartLogin,
    Customer,
    DataSource,
    Merge,
    MergeMember,
    PaySource,
    SourceRecord,
    UnmatchedValue,
    Via,
)
from customers.profile.decisions import Picked, Typed
from customers.profile.derive import profile_values
from customers.profile.edit import EditError, edit_profile
from customers.totals import billing_status
from customers.totals.phase_sums import recount_phase_sums
from orders.intake.order import IncomingCustomer, IncomingOrder, IncomingPurchase
from orders.intake.take import take_order
from orders.totals.add import rebuild_totals
from tests.acts import rebuild
from tests.factories import DataSourceFactory, ProductFactory
from tests.factories.linked_rows import one_of_each

Rows = dict[type, set[tuple[int, int]]]


class Simulation:
    """`customers` and `records` are primary keys by name; `given` is the credit that was given less what was used.

    `split_up` names whose records were split off, `shown` the cards that some profile was made to show.
    """

    def __init__(self) -> None:
        self.sources = {name: DataSourceFactory(name=name) for name in ("Shop", "Market")}
        self.plan = ProductFactory()
        self.customers: dict[str, int] = {}
        self.records: dict[str, int] = {}
        self.identities: dict[str, Identity] = {}
        self.merges: list[int] = []
        self.split_up: set[str] = set()
        self.given: Counter[str] = Counter()
        self.ordered: Counter[str] = Counter()
        self.rows: Rows = {}
        self.shown: set[int | None] = set()

    def live(self) -> list[str]:
        live = set(Customer.objects.live().values_list("pk", flat=True))
        return [name for name, pk in self.customers.items() if pk in live]

    def standing(self) -> list[int]:
        return list(Merge.objects.filter(undone_at=None).order_by("pk").values_list("pk", flat=True))

    def duplicates_of(self, merge: int) -> list[str]:
        standing = set(MergeMember.objects.filter(merge=merge, undone_at=None).values_list("duplicate", flat=True))
        return [name for name, pk in self.customers.items() if pk in standing]

    def customer(self, name: str) -> Customer:
        return Customer.objects.get(pk=self.customers[name])

    def record(self, name: str) -> SourceRecord:
        return SourceRecord.objects.get(pk=self.records[name])

    def own_records(self, name: str) -> list[str]:
        """The customer's when nothing is merged."""
        mine = set(SourceRecord.objects.filter(origin=self.customers[name]).values_list("pk", flat=True))
        return [record for record, pk in self.records.items() if pk in mine]

    def records_of(self, name: str) -> list[str]:
        mine = set(SourceRecord.objects.filter(customer=self.customers[name]).values_list("pk", flat=True))
        return [record for record, pk in self.records.items() if pk in mine]

    def card(self, record: str) -> int | None:
        """The newest of the record."""
        cards = PaySource.objects.filter(source_record=self.records[record]).order_by("pk")
        return cards.values_list("pk", flat=True).last()

    # What comes in

    def arrive(self, name: str, profile: dict[str, object], phone: str) -> None:
        """A new person, known to the shop as `name`, whose profile is completed with `profile`."""
        self.identities[name] = Identity(name, "Holý", "", f"{name}@reunite.cz", phone, "CZ")
        self._order("Shop", name, self.identities[name], external_id=name, deduplicate=False)
        PaySource.objects.create(source_record=self.record(name), brand="VISA", last_four="4242")
        self.edit(name, profile)

    def order_of_known(self, name: str, record: str) -> None:
        known = self.record(record)
        self._order(known.data_source.name, name, known.identity, external_id=str(known.external_id))

    def order_of_same(self, name: str, person: str) -> None:
        """First it matches, later it is the same identity."""
        self._order("Shop", name, self.identities[person])

    def order_of_match(self, name: str, person: str) -> None:
        known = self.identities[person]
        self._order("Market", name, Identity(known.first_name, name, "", known.email), external_id=name)

    def order_of_double(self, name: str, person: str) -> None:
        self.identities[name] = self.identities[person]
        self._order("Market", name, self.identities[person], deduplicate=False)

    def subscribe(self, name: str, record: str, status: str) -> None:
        known = self.record(record)
        what = IncomingPurchase(self.plan, Decimal("9.90"), status, external_id=name)
        self._order(known.data_source.name, name, known.identity, (what,), external_id=str(known.external_id))

    def _order(self, source: str, name: str, identity: Identity, purchases=(), **options) -> None:
        who = IncomingCustomer(self.sources[source], identity, **options)
        order = IncomingOrder(who, Decimal(7), "USD", external_id=name, purchases=purchases)
        assigned = take_order(order).assigned
        self.ordered["USD"] += 700
        if assigned.kind == "new":
            self.customers[name] = assigned.record.customer_id
        self._name_records(name)

    def _name_records(self, name: str) -> None:
        known = set(self.records.values())
        new = SourceRecord.objects.exclude(pk__in=known).exclude(data_source__name=DataSource.STAFF).first()
        if new:
            self.records[name] = new.pk

    # What staff do

    def edit(self, name: str, values: dict[str, object]) -> None:
        customer = self.customer(name)
        try:
            edit_profile(customer, values, version=customer.version, by=None, via="page")
        except EditError:
            taken = CartLogin.objects.filter(login=values["cart_login"])
            assert taken.exclude(source_record__customer=customer).exists()

    def show_pay_source(self, name: str, record: str) -> None:
        card = self.card(record)
        self.shown.add(card)
        self.edit(name, {"pay_source": card})

    def note(self, name: str, text: str) -> None:
        notes.add(self.customer(name), {"text": text}, by=None)

    def tag(self, name: str, word: str) -> None:
        add_tags(self.customer(name), word, by=None)
        assert word in tags_of(self.customer(name))

    def untag(self, name: str, word: str) -> None:
        remove_tags(self.customer(name), word, by=None)
        assert word not in tags_of(self.customer(name))

    def give(self, name: str, amount: int) -> None:
        credit.adjust(self.customer(name), Decimal(amount), "USD", reason="given", by=None)
        self.given["USD"] += amount

    def use(self, name: str, amount: int) -> None:
        try:
            credit.adjust(self.customer(name), Decimal(-amount), "USD", reason="used", by=None)
            self.given["USD"] -= amount
        except credit.CreditError:
            held = credit.balances([self.customers[name]]).get(self.customers[name], {})
            assert held.get("USD", 0) < amount

    def add_one_of_each(self, record: str) -> None:
        current = self.record(record)
        # A made-up exclusion is one that `rebuild` would put right: it reads it as the record's own email or phone.
        one_of_each(current, but=[UnmatchedValue])
        rebuild_totals([current.pk])
        billing_status.refresh([current.customer_id])
        recount_phase_sums()
        self.given["USD"] += 1

    def split(self, name: str, record: str) -> None:
        origin = next(n for n, pk in self.customers.items() if pk == self.record(record).origin_id)
        try:
            self.customers[name] = split_record(self.record(record), by=None).pk
            self.split_up.add(origin)
        except SplitError:
            assert SourceRecord.objects.filter(customer=self.record(record).customer_id).count() <= 2

    def rebuild(self) -> None:
        assert rebuild() == "Nothing differed."

    # Merging and taking back

    def merge(self, survivor: str, duplicates: Sequence[str], picks: dict[str, object], together: int | None) -> None:
        """`picks` are a name whose value is picked, or a value in a tuple that is typed."""
        choices: dict[str, Picked | Typed] = {
            key: Typed(*pick) if isinstance(pick, tuple) else Picked(self.customers[str(pick)])
            for key, pick in picks.items()
        }
        finals = {} if together is None else {"USD": Decimal(together)}
        plan = plan_merge(self.customer(survivor), [self.customer(d) for d in duplicates], choices, finals)
        merged = merge_customers(plan, by=None, via=Via.PAGE)
        self.merges.append(merged.pk)
        shown = profile_values(self.customer(survivor))
        for key, final in plan.finals.items():
            if not isinstance(choices.get(key), Typed):
                assert shown[key] == final.value, f"{key} is not what was agreed"
        if together is not None:
            held = credit.balances([plan.survivor_id]).get(plan.survivor_id, {})
            assert held.get("USD", 0) == together

    def undo(self, merge: int, only: str = "") -> None:
        """The merge made as the `merge`th, whole or for one duplicate; what comes of it is what its plan says."""
        merged = Merge.objects.get(pk=merge)
        parts = [self.customers[only]] if only else []
        plan = plan_undo(merged, only=parts)
        undo_merge(merged, by=None, only=parts, seen=plan.fingerprint, terms=UndoTerms(allow_overdraft=True))
        # Of each customer of the chain: what the survivor had from the merge, those it was merged into had, too.
        profiles = {customer.pk: profile_values(customer) for customer in Customer.objects.all()}
        for outcome in plan.outcomes:
            after = profiles[outcome.customer.pk][outcome.field.key]
            assert after == outcome.after, f"{outcome.field.key} is not what the preview said"
        for side in (plan.keeps, *plan.returns):
            assert set(side.records) <= set(side.customer.records.values_list("pk", flat=True))
            held = credit.balances([side.customer.pk]).get(side.customer.pk, {})
            assert {c: a for c, a in held.items() if a} == {c: a for c, a in side.credit.items() if a}
