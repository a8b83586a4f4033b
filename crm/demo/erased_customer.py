"""Somebody who asked to be forgotten: all that is left is that an admin deleted them, and a number that says so."""

from crm.accounts.models import User
from crm.demo.users import STAFF
from customers.erasing.erase import erase_customer
from customers.profile.edit import add_note, create_customer


def forget() -> None:
    by = User.objects.get(username=STAFF[0][0])
    gone = create_customer({"first_name": "Robert", "email": "robert@reunite.example"}, by=by, via="page")
    add_note(gone, "Asked on the phone that everything about this person is deleted.", by=by)
    erase_customer(gone, version=gone.version, by=by)
