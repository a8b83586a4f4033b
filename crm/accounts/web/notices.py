from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.accounts.models import User
from crm.accounts.notices import notices_of


def account_notices(request: HttpRequest) -> dict[str, Any]:
    """Asked only by pages that show them."""
    user = getattr(request, "user", None)
    return {"account_notices": SimpleLazyObject(lambda: notices_of(user))} if isinstance(user, User) else {}
