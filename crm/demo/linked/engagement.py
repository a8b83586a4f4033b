"""Contacts, opportunities and tasks of some customers, as a sales tool sends them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crm.accounts.models import User
from crm.demo.catalogue import CURRENCY
from crm.demo.files import ChinookPerson
from crm.demo.store import SampleStore
from customers.engagement import contacts, notes, opportunities, tasks
from customers.models import ClosingReason, Contact, Customer, ForecastCategory, NoteKind, OpportunityKind

EVERY, FIRST, MOST_OPPORTUNITIES = 4, 2, 2
BOOKKEEPERS = (("Ivana", "Dvořák"), ("Carlos", "Mendes"), ("Aisha", "Khan"), ("Oliver", "Brandt"))
STAGES = (
    ("Contacted", ForecastCategory.PIPELINE, 20),
    ("Offer", ForecastCategory.BEST_CASE, 60),
    ("Signed", ForecastCategory.WON, 100),
)
WON_BY = "Best fit"
TASKS = (
    ("Send the offer for a licence for the whole office", -1),
    ("Ask whether the invoices arrive at the right address", 9),
    ("Say thank you for the first order", -40),
)


def add_rows(store: SampleStore, *, by: User, now: datetime) -> None:
    for person in store.records:
        if person.number % EVERY == FIRST:
            customer = store.customers(person)[0]
            _add_plans(customer, _bookkeeper(customer, person, store, by=by), person, by=by, now=now)


def _bookkeeper(customer: Customer, person: ChinookPerson, store: SampleStore, *, by: User) -> Contact:
    first_name, last_name = BOOKKEEPERS[person.number // EVERY % len(BOOKKEEPERS)]
    values = {
        "first_name": first_name,
        "last_name": last_name,
        "title": "Bookkeeper",
        "email": f"books{person.number}@{person.identity.email.partition('@')[2]}",
        "phone": person.identity.phone,
        "custom": {"Prefers": "email"},
    }
    source = store.records[person][0].data_source
    contact = contacts.add(customer, source, values, by=by, known_as=str(person.number))
    call = {
        "kind": NoteKind.CALL,
        "call_duration": 60 + 10 * person.number,
        "text": "Will pay by the end of the month.",
    }
    notes.add(contact, call, by=by)
    return contact


def _add_plans(customer: Customer, contact: Contact, person: ChinookPerson, *, by: User, now: datetime) -> None:
    nth = person.number // EVERY
    for stage, forecast, likelihood in (STAGES[nth % 3], STAGES[(nth + 1) % 3])[: 1 + nth % MOST_OPPORTUNITIES]:
        opportunity: dict[str, Any] = {"pipeline": "Licences", "pipeline_stage": stage, "forecast_category": forecast}
        worth = {"amount": Decimal(250 * (nth + 1)), "currency": CURRENCY, "kind": OpportunityKind.RECURRING}
        closes = {"estimated_close_date": (now + timedelta(days=20 + nth)).date(), "win_likelihood": likelihood}
        if forecast == ForecastCategory.WON:
            opportunity["closing_reason"] = ClosingReason.objects.get(name=WON_BY)
        opportunities.add(customer, {**opportunity, **worth, **closes, "owner": by}, by=by)
    for n, (details, days) in enumerate(TASKS):
        due = now + timedelta(days=days - nth)
        done = due + timedelta(days=1) if n == len(TASKS) - 1 else None
        about = contact if n == 0 else customer
        tasks.add(about, {"details": details, "assignee": by, "due": due, "completed_at": done}, by=by)
