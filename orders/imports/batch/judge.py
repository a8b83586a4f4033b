"""Judging many rows at once, as an intake judges one after the other: to whom does each belong, and what is new?

Everything that the rows may concern is read first, by a few statements. Then each row is judged in the order of the
file, and what it will write is known to the next one. The rules are those of `orders.intake`; a test sends the same
rows both ways (`tests/orders/imports/test_same_as_intake.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from customers.matching.known_people import KnownPeople
from customers.models import DataSource, SourceRecord
from orders.imports.batch.choose_record import Chooser, ChosenRecord
from orders.imports.batch.differences import differences_of
from orders.imports.batch.ids import Ids
from orders.imports.batch.incoming_chunk import IncomingChunk
from orders.imports.batch.known_orders import KnownOrders
from orders.imports.batch.known_profiles import KnownProfiles
from orders.imports.batch.known_rows import KnownRows
from orders.imports.batch.new_labels import Labels, refusal_of_labels
from orders.imports.batch.new_order import new_order
from orders.imports.batch.new_purchases import Products, new_purchase
from orders.imports.batch.verdicts import Verdict, refused
from orders.imports.rows.imported_row import ImportedRow
from orders.intake.idempotency import RepeatedRequestError
from orders.models import Import, MatchedBy, Order, Purchase, RowOutcome


class Judge:
    """Of the rows of one chunk; `imported` is None of a dry run that has no import."""

    def __init__(self, imported: Import, source: DataSource, incoming: IncomingChunk, *, ids: Ids) -> None:
        rows = incoming.rows
        self.source, self.rows, self.ids = source, rows, ids
        self.persons, self.digests = incoming.persons, incoming.digests
        self.known_rows = KnownRows(set(self.digests.values()), imported=imported.pk)
        self.orders = KnownOrders(rows, source)
        self.people = KnownPeople()
        self.products = Products(rows, source, ids=ids)
        self._read_people()
        self.stored_identity_keys = {pk: record.identity_key for pk, record in self.people.records.items()}
        self.profiles = KnownProfiles(rows, self.people.customers.keys())
        self.labels = Labels(rows, list(self.people.records), ids=ids)
        known = {r.external_id: r for r in self.people.records.values() if r.data_source_id == source.pk}
        self.chooser = Chooser(self.people, {id_: record for id_, record in known.items() if id_}, source, ids)

    def _read_people(self) -> None:
        persons = set(self.persons.values())
        ids = {p.incoming.external_id for p in persons} - {""}
        same = Q(data_source=self.source, external_id__among=ids)
        same |= Q(data_source=self.source, identity_key__among={p.identity_key for p in persons})
        same |= Q(pk__among={*self.known_rows.records, *self.orders.records})
        columns = ("pk", "customer", "data_source", "external_id", "identity_key")
        found = list(SourceRecord.objects.filter(same).values_list(*columns))
        # Who is named by an ID, and is as the record with it says, is nobody else, whoever has the same email or phone.
        known = {(id_, identity) for _, _, source, id_, identity in found if id_ and source == self.source.pk}
        others = [p for p in persons if (p.incoming.external_id, p.identity_key) not in known]
        named = {p.incoming.external_id for p in others}
        is_settled = {row[0]: row[2] == self.source.pk and row[3] in ids - named for row in found}
        owners = {pk: customer for pk, customer, *_ in found}
        self.people.read(
            {key for p in others for key in p.keys},
            also={pk: customer for pk, customer in owners.items() if not is_settled[pk]},
            without_keys={pk: customer for pk, customer in owners.items() if is_settled[pk]},
        )

    def verdicts(self, *, now: datetime) -> list[Verdict]:
        return [self._judge(row, now) for row in self.rows]

    def _judge(self, row: ImportedRow, now: datetime) -> Verdict:
        if row.refusal or row.numbers[0] not in self.persons:
            return refused(row, row.refusal or "This row names no customer.")
        if reason := refusal_of_labels(row):
            return refused(row, reason)
        digest = self.digests[row.numbers[0]]
        if (record := self.known_rows.record_of(digest)) is not None:
            return self._here(row, MatchedBy.ROW, record, digest)
        try:
            if row.order and (order := self.orders.sent_before(row.order)):
                return self._bought_here(row, order, digest)
        except RepeatedRequestError as error:
            return refused(row, str(error))
        if row.subscription and (purchase := self.orders.purchase_of(row.subscription.external_id)):
            return self._bought_here(row, purchase, digest)
        return self._take(row, digest, now)

    def _here(self, row: ImportedRow, evidence: MatchedBy, record: int, digest: str) -> Verdict:
        known = self.people.records.get(record)
        customer = known.customer.pk if known else None
        return Verdict(
            row, RowOutcome.HERE, evidence, digest=digest, record_pk=record, customer_pk=customer, known=known
        )

    def _bought_here(self, row: ImportedRow, bought: Order | Purchase, digest: str) -> Verdict:
        """The order or purchase stays as it is; consent that the row refuses is applied to its customer."""
        verdict = self._here(row, MatchedBy.ORDER, bought.source_record_id, digest)
        reason = differences_of(row, bought)
        if verdict.known is None:
            return verdict._replace(reason=reason)
        customer = verdict.known.customer
        refusals = self.profiles.refuse(row, customer, self.profiles.differences(row, customer))
        outcome = RowOutcome.JOINED if refusals else RowOutcome.HERE
        return verdict._replace(outcome=outcome, reason=reason, refusals=refusals)

    def _take(self, row: ImportedRow, digest: str, now: datetime) -> Verdict:
        choice = self.chooser.choose(self.persons[row.numbers[0]])
        order = new_order(row.order, choice, source=self.source.pk, ids=self.ids, now=now) if row.order else None
        purchase = self._purchase(row, choice, now)
        labels = self.labels.new(row, choice.record.pk)
        if order:
            self.orders.add(order)
        differences, refusals = self._of_profile(row, choice)
        changes = bool(labels or order or purchase or refusals or choice.added or choice.completed)
        return Verdict(
            row,
            RowOutcome.CREATED if choice.is_new_customer else RowOutcome.JOINED if changes else RowOutcome.HERE,
            choice.evidence,
            digest=digest,
            record_pk=choice.record.pk,
            customer_pk=choice.record.customer.pk,
            choice=choice,
            order=order,
            purchase=purchase,
            labels=labels,
            refusals=refusals,
            is_different=not differences.keys() <= refusals.keys(),
        )

    def _of_profile(self, row: ImportedRow, choice: ChosenRecord) -> tuple[Mapping[str, Any], Mapping[str, bool]]:
        """How the profile of a customer who is here differs from the row, and what the row refuses."""
        customer = choice.record.customer
        if choice.is_new_customer:
            self.profiles.begin(customer, row.profile)
            return {}, {}
        differences = self.profiles.differences(row, customer)
        return differences, self.profiles.refuse(row, customer, differences)

    def _purchase(self, row: ImportedRow, choice: ChosenRecord, now: datetime) -> Purchase | None:
        if not row.subscription:
            return None
        product = self.products.product_of(row.subscription)
        purchase = new_purchase(row.subscription, choice, product, ids=self.ids, now=now)
        self.orders.add_purchase(purchase)
        return purchase
