"""The status of a customer: one for each, which pages, filters and exports show.

Purchases come first: Active, Past Due or Cancelled. Else a customer with an order that counts is shown as a customer,
whatever lead status is set. Else the lead status says it, and a customer without one was added as a customer. So a
lead has a lead status and has bought nothing. Nothing is stored for it, and it is right after each merge and undo.
"""

from django.db.models import Exists, OuterRef

from customers.models import BillingStatus, Customer, LeadStatus, RecordTotals
from customers.totals.sums import OrderTotals

CUSTOMER = "customer"
CUSTOMER_LABEL = "Customer"
STATUSES = (*BillingStatus.choices, (CUSTOMER, CUSTOMER_LABEL), *LeadStatus.choices)

PURCHASES = RecordTotals.objects.purchases().filter(source_record__customer=OuterRef("pk"))
HAS_BOUGHT = Exists(PURCHASES)


def is_lead(customer: Customer, totals: OrderTotals) -> bool:
    return bool(customer.lead_status) and not customer.billing_status and not totals.orders


def status_of(customer: Customer, totals: OrderTotals) -> str:
    if customer.billing_status:
        return str(customer.get_billing_status_display())
    return str(customer.get_lead_status_display()) if is_lead(customer, totals) else CUSTOMER_LABEL
