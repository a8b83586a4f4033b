from typing import TYPE_CHECKING

from customers.models import Merge
from customers.profile.clean import storable

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest

LONGEST_REASON = int(Merge._meta.get_field("reason").max_length or 0)


def reason_in(request: "StaffRequest") -> str:
    """Why somebody acts, as much of it as is kept."""
    return storable(request.POST.get("reason", "")).strip()[:LONGEST_REASON]
