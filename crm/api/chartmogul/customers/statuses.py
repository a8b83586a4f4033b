"""The status of a customer in this dialect. It has none for a lost lead, which is shown as unqualified."""

from crm.api.chartmogul.errors import invalid
from customers.models import BillingStatus, Customer, LeadStatus

LEAD_NAMES = {
    "": "New Lead",
    LeadStatus.NEW.value: "New Lead",
    LeadStatus.WORKING.value: "Working Lead",
    LeadStatus.QUALIFIED.value: "Qualified Lead",
    LeadStatus.UNQUALIFIED.value: "Unqualified Lead",
    LeadStatus.LOST.value: "Unqualified Lead",
}
BILLING_NAMES = {status.value: str(status.label) for status in BillingStatus}


def status_of(customer: Customer) -> str:
    return BILLING_NAMES.get(customer.billing_status) or LEAD_NAMES[customer.lead_status]


def statuses_named(name: str) -> tuple[str, ...]:
    """Our statuses that are shown as `name`; it may have blanks or underscores."""
    labels = BILLING_NAMES | LEAD_NAMES
    statuses = tuple(status for status, label in labels.items() if _folded(label) == _folded(name))
    if not statuses:
        raise invalid(status=f"Use one of {', '.join(dict.fromkeys(labels.values()))}.")
    return statuses


def lead_status_named(name: str) -> str:
    matches = (status for status, label in LEAD_NAMES.items() if status and _folded(label) == _folded(name))
    status = next(matches, None)
    if status is None:
        names = ", ".join(dict.fromkeys(LEAD_NAMES.values()))
        raise invalid(status=f"Use one of {names}. The other statuses follow from billing.")
    return status


def _folded(name: str) -> str:
    return name.replace("_", " ").strip().casefold()
