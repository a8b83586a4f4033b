"""Leads that staff have added, one of each status."""

from crm.accounts.models import User
from customers.models import LeadStatus
from customers.models.ids import public_id
from customers.pages.add_customer import add_customer

PEOPLE = (
    (LeadStatus.NEW, "Nora", "Lindqvist", "Wants to know whether albums can be given as a present."),
    (LeadStatus.WORKING, "Tiago", "Ferreira", "Asked for a price for a school of forty. Call back on Thursday."),
    (LeadStatus.QUALIFIED, "Aoife", "Brennan", "Runs three cafés and wants music for all of them."),
    (LeadStatus.UNQUALIFIED, "Jonas", "Weber", "Looks for sheet music, which is not sold here."),
    (LeadStatus.LOST, "Ilse", "Maes", "Chose another shop."),
)


def add_leads(*, by: User) -> None:
    for status, first, last, note in PEOPLE:
        name = {"first_name": first, "last_name": last, "email": f"{first}.{last}@reunite.example".lower()}
        values = {**name, "lead_status": status.value}
        add_customer(values, uuid=public_id("cus"), seen=(), note=note, by=by)
