"""What a merge and an undo are measured against: the fewest statements that write the same facts.

They lock the customers and read which records they have, because both act on that; they plan nothing and check nothing.
After them `manage.py rebuild` finds nothing that differs. For the benchmark only: nothing else knows it.
"""

import json
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from customers.lib.identity import identity_key
from customers.models import Customer, MatchKind
from customers.models.matching import FIRST_RANKS
from customers.profile.decisions import Decisions
from customers.records.staff_record import identity_of, staff_record_of

on_postgres = connection.vendor == "postgresql"

LOCK = "SELECT id, version FROM customers_customer WHERE id IN (%s, %s) ORDER BY id"
LOCK += " FOR NO KEY UPDATE" if on_postgres else ""
RECORDS = "SELECT id, customer_id, origin_id FROM customers_sourcerecord WHERE customer_id IN (%s, %s)"
MOVE = "UPDATE customers_sourcerecord SET customer_id = %s, moved_at = %s WHERE origin_id = %s"
MERGE = """INSERT INTO customers_merge
    (uuid, survivor_id, via, reason, warnings, fingerprint, decisions, version, created)
    VALUES (%s, %s, 'page', '', '[]', %s, %s, %s, %s) RETURNING id"""
MEMBER = "INSERT INTO customers_mergemember (merge_id, duplicate_id, records, version) VALUES (%s, %s, %s, %s)"
RETIRE = """UPDATE customers_customer SET version = version + 1, updated = %s,
    merged_into_id = CASE WHEN id = %s THEN %s ELSE NULL END,
    company = CASE WHEN id = %s THEN %s ELSE company END WHERE id IN (%s, %s)"""
RETURN = """UPDATE customers_customer SET version = version + 1, updated = %s, merged_into_id = NULL,
    company = CASE WHEN id = %s THEN %s ELSE company END WHERE id IN (%s, %s)"""
CHANGE = """INSERT INTO customers_profilechange (customer_id, "values", via, at, merge_id, version)
    VALUES (%s, %s, 'page', %s, %s, %s)"""
HISTORY = """INSERT INTO customers_historyentry
    (source_record_id, at, kind, sentence, "values", merge_id, about_customer_id, order_number) VALUES """
ENTRY = "(%s, %s, %s, %s, %s, %s, %s, '')"
EVENTS = """INSERT INTO customers_event (uuid, kind, at, customer, data)
    VALUES (%s, %s, %s, %s, %s), (%s, 'customer.updated', %s, %s, '{}')"""
STAFF_RECORD = "UPDATE customers_sourcerecord SET company = %s, identity_key = %s WHERE id = %s"
ADD_WORD = "INSERT INTO customers_searchword (source_record_id, customer_id, word) VALUES (%s, %s, %s)"
DROP_WORD = "DELETE FROM customers_searchword WHERE source_record_id = %s AND word = %s"
DROP_SHARED = "DELETE FROM customers_sharedvalue WHERE kind = 'email' AND value = %s"
ADD_SHARED = "INSERT INTO customers_sharedvalue (kind, value, holders, rank) VALUES ('email', %s, 2, %s)"
UNDO_MERGE = "UPDATE customers_merge SET undone_at = %s WHERE id = %s"
UNDO_MEMBER = "UPDATE customers_mergemember SET undone_at = %s WHERE merge_id = %s"
NOT_DUPLICATE = """INSERT INTO customers_notduplicate (first_id, second_id, relation, reason, created)
    VALUES (%s, %s, '', %s, %s) ON CONFLICT DO NOTHING"""


def run(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


class BareMerge:
    """Of two customers with the same email, who have staff records; the survivor takes the company of the duplicate."""

    def __init__(self, survivor: Customer, duplicate: Customer) -> None:
        self.survivor, self.duplicate = survivor.pk, duplicate.pk
        self.email, self.company = survivor.email, duplicate.company
        self.named = {
            customer.pk: {"customer": customer.pk, "name": customer.name} for customer in (survivor, duplicate)
        }
        self.staff_records = {customer.pk: staff_record_of(customer).pk for customer in (survivor, duplicate)}
        self.keys = {"": self.identity_key_with(""), self.company: self.identity_key_with(self.company)}
        self.merge_id, self.moved = 0, []

    def identity_key_with(self, company: str) -> str:
        customer = Customer.objects.get(pk=self.survivor)
        customer.company = company
        return identity_key(identity_of(customer))

    @transaction.atomic
    def merge(self) -> None:
        survivor, duplicate, now = self.survivor, self.duplicate, self.now()
        versions = dict(run(LOCK, survivor, duplicate))
        moved = [pk for pk, customer, _ in run(RECORDS, survivor, duplicate) if customer == duplicate]
        decisions = json.dumps(Decisions(bought=frozenset({survivor, duplicate})).as_json())
        name, version = f"bare {uuid4()}", versions[survivor] + 1
        [(merge,)] = run(MERGE, f"mrg_{uuid4()}", survivor, name, decisions, version, now)
        run(MEMBER, merge, duplicate, json.dumps(moved), versions[duplicate])
        run(RETIRE, now, duplicate, survivor, survivor, self.company, survivor, duplicate)
        run(MOVE, survivor, now, duplicate)
        if self.company:
            change = {"company": {"before": "", "after": self.company, "from": duplicate}}
            run(CHANGE, survivor, json.dumps(change), now, merge, version)
            run(STAFF_RECORD, self.company, self.keys[self.company], self.staff_records[survivor])
            run(ADD_WORD, self.staff_records[survivor], survivor, self.company.lower())
        run(DROP_SHARED, self.email)
        merged = json.dumps({"customers": [self.named[duplicate]]})
        sentence = "Merged {customers} into this customer."
        entry = (self.staff_records[survivor], now, "merge", sentence, merged, merge, duplicate)
        run(HISTORY + ENTRY, *entry)
        self.merge_id, self.moved = merge, moved
        self.tell("customer.merged", "into", now)

    @transaction.atomic
    def undo(self) -> None:
        survivor, duplicate, merge, now = self.survivor, self.duplicate, self.merge_id, self.now()
        run(LOCK, survivor, duplicate)
        run(RECORDS, survivor, duplicate)
        run(UNDO_MERGE, now, merge)
        run(UNDO_MEMBER, now, merge)
        run(RETURN, now, survivor, "", survivor, duplicate)
        run(MOVE, duplicate, now, duplicate)
        if self.company:
            run(STAFF_RECORD, "", self.keys[""], self.staff_records[survivor])
            run(DROP_WORD, self.staff_records[survivor], self.company.lower())
        run(ADD_SHARED, self.email, FIRST_RANKS[MatchKind.EMAIL])
        undone = json.dumps({"customers": [self.named[duplicate]]})
        restored = json.dumps({"customer": self.named[survivor]})
        entries = (
            *(self.staff_records[survivor], now, "undo", "Undid the merge of {customers}.", undone, merge, duplicate),
            *(self.staff_records[duplicate], now, "undo", "Restored: …", restored, merge, survivor),
        )
        run(f"{HISTORY}{ENTRY}, {ENTRY}", *entries)
        self.tell("customer.unmerged", "from", now)
        run(NOT_DUPLICATE, *sorted([survivor, duplicate]), f"Merge {merge} was undone", now)

    def tell(self, kind: str, towards: str, now: Any) -> None:
        data = {towards: self.survivor, "merge": self.merge_id, "source_records": self.moved}
        of_duplicate = (f"evt_{uuid4()}", kind, now, self.duplicate, json.dumps(data))
        run(EVENTS, *of_duplicate, f"evt_{uuid4()}", now, self.survivor)

    def now(self) -> Any:
        return connection.ops.adapt_datetimefield_value(timezone.now())
