"""Somebody who asked to be forgotten: all that is left is that an admin deleted them, and a number that says so."""

from crm.accounts.models import User
from crm.demo.users import STAFF
from customers import editing, erasing


def forget() -> None:
    by = User.objects.get(username=STAFF[0][0])
    gone = editing.create({"first_name": "Robert", "email": "robert@reunite.example"}, by=by, via="page")
    editing.add_note(gone, "Asked on the phone that everything about this person is deleted.", by=by)
    erasing.erase(gone, version=gone.version, by=by)
