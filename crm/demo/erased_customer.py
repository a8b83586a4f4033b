"""A customer who was deleted on request. Only the entry of the deletion log and the old number are left."""

from crm.accounts.models import User
from crm.demo.users import USERS
from customers.engagement import notes
from customers.erasing.erase import erase_customer
from customers.profile.edit import create_customer


def erase_customer_on_request() -> None:
    by = User.objects.get(username=USERS[0][0])
    customer = create_customer({"first_name": "Robert", "email": "robert@reunite.example"}, by=by, via="page")
    notes.add(customer, {"text": "Asked on the phone that everything about this person is deleted."}, by=by)
    erase_customer(customer, version=customer.version, by=by)
