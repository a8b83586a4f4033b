"""How this dialect spells the status of a customer. It has no word for a lost lead, who is an unqualified one to it."""

from crm.api.chartmogul.errors import invalid
from customers.models import BillingStatus, Customer, LeadStatus

LEADS = {
    "": "New Lead",
    LeadStatus.NEW.value: "New Lead",
    LeadStatus.WORKING.value: "Working Lead",
    LeadStatus.QUALIFIED.value: "Qualified Lead",
    LeadStatus.UNQUALIFIED.value: "Unqualified Lead",
    LeadStatus.LOST.value: "Unqualified Lead",
}
BILLED = {status.value: str(status.label) for status in BillingStatus}


def status_of(customer: Customer) -> str:
    return BILLED.get(customer.billing_status) or LEADS[customer.lead_status]


def stored_as(spelled: str) -> tuple[str, ...]:
    """The statuses of ours that `spelled` stands for, with blanks or underscores."""
    wanted = _folded(spelled)
    found = tuple(status for status, label in (BILLED | LEADS).items() if _folded(label) == wanted)
    if not found:
        raise invalid(status=f"Use one of {', '.join(dict.fromkeys((BILLED | LEADS).values()))}.")
    return found


def lead_status(spelled: str) -> str:
    """The one that a program may set."""
    wanted = _folded(spelled)
    found = next((status for status, label in LEADS.items() if status and _folded(label) == wanted), None)
    if found is None:
        known = ", ".join(dict.fromkeys(LEADS.values()))
        raise invalid(status=f"Use one of {known}. The other statuses follow from billing.")
    return found


def _folded(spelled: str) -> str:
    return spelled.replace("_", " ").strip().casefold()
