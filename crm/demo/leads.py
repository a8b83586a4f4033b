"""Leads that staff have added, one of each status, and the phases that they are in."""

from crm.accounts.models import User
from customers.models import LeadPhase, LeadStatus
from customers.models.ids import public_id
from customers.pages.add_customer import add_customer

PEOPLE = (
    (LeadStatus.NEW, "Nora", "Lindqvist", "Wants to know whether albums can be given as a present."),
    (LeadStatus.WORKING, "Tiago", "Ferreira", "Asked for a price for a school of forty. Call back on Thursday."),
    (LeadStatus.QUALIFIED, "Aoife", "Brennan", "Runs three cafés and wants music for all of them."),
    (LeadStatus.UNQUALIFIED, "Jonas", "Weber", "Looks for sheet music, which is not sold here."),
    (LeadStatus.LOST, "Ilse", "Maes", "Chose another shop."),
)


PHASES = {LeadStatus.NEW: "New", LeadStatus.WORKING: "Contacted", LeadStatus.QUALIFIED: "Offer"}


def add_leads(*, by: User) -> None:
    for status, first, last, note in PEOPLE:
        name = {"first_name": first, "last_name": last, "email": f"{first}.{last}@reunite.example".lower()}
        phase = LeadPhase.objects.filter(name=PHASES.get(status, "")).first()
        values = {**name, "lead_status": status.value, "lead_phase": phase and phase.pk}
        add_customer(values, uuid=public_id("cus"), seen=(), note=note, by=by)
