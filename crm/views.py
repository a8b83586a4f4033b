from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe

from crm.accounts.models import User
from crm.imports.first_steps import dismiss, first_steps
from crm.jobs.web import may_open_jobs
from crm.permissions import MANAGE_USERS, MANAGE_WEBHOOKS, USE_API
from crm.rules.rule_list import stopped_rules
from crm.webhooks.endpoint_list import failing_endpoints
from customers.pages.views.start import start
from customers.permissions import MANAGE_RULES, VIEW_CUSTOMERS, VIEW_ORDERS
from customers.web.permissions import StaffRequest
from orders.double_payments.double_payment_list import count_open
from orders.payments.contradiction_list import undecided_payments
from orders.permissions import SETTLE
from orders.reconciliation.differences import recent_differences


@require_safe
def home(request: StaffRequest) -> HttpResponseBase:
    """The start page; for users without access to customers, the first page they may open."""
    if request.user.has_perm(VIEW_CUSTOMERS):
        return start(request, waiting=_waiting_for(request.user))
    if request.user.has_perm(MANAGE_USERS):
        return redirect("accounts:list")
    if request.user.has_perm(MANAGE_WEBHOOKS):
        return redirect("webhooks:list")
    if may_open_jobs(request.user):
        return redirect("jobs:list")
    if request.user.has_perm(USE_API):
        return redirect("accounts:own")  # where their keys are
    raise PermissionDenied("You are signed in but have no permissions yet. An admin can grant them on Edit User.")


@require_POST
def first_steps_dismiss(request: StaffRequest) -> HttpResponseBase:
    """Needs no permission: it hides a list from its reader alone."""
    dismiss(request.user)
    return redirect("home")


def _waiting_for(user: User) -> dict[str, Any]:
    # Asked only by the page of customers.
    waiting: dict[str, Any] = {"first_steps": SimpleLazyObject(lambda: first_steps(user))}
    if user.has_perms([SETTLE, VIEW_ORDERS]):
        waiting["undecided"] = undecided_payments()
        waiting["differing_payments"] = recent_differences()
    if user.has_perm(VIEW_ORDERS):
        waiting["double_payments"] = count_open()
    if user.has_perm(MANAGE_WEBHOOKS):
        waiting["failing_endpoints"] = failing_endpoints()
    if user.has_perm(MANAGE_RULES):
        waiting["stopped_rules"] = stopped_rules()
    return waiting
