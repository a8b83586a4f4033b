"""The `updated` time of customers, by which API clients ask for the customers that changed since their last call.

Edits, merges, undos and splits write it with the profile. What else a customer shows (tags, attributes, credit, source
records) is told here, and what the list finds a customer by (a value that counts for matching again, the phase and the
closing reason of an opportunity). Callers hold the lock of the customer. The version stays: what was planned still
holds.
"""

from customers.models import Customer
from customers.models.functions import Now
from customers.statements.prepared import PreparedWrite, updating

touch_customer = PreparedWrite(lambda pk: updating(Customer.objects.filter(pk=pk), updated=Now()))
