"""The selected customers, and the permission to merge them: checked again at every step."""

from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from customers.merging.allowed import NotAllowedError, refuse_unmatched
from customers.merging.plan import MergeError, refuse_impossible_merge
from customers.models import Customer
from customers.profile.fields import REFERENCE_KEYS
from customers.web.messages import emphasised
from customers.web.permissions import StaffRequest
from customers.web.retired import ErasedError

P = ParamSpec("P")


def get_customer(pk: int) -> Customer:
    """The customer, retired or not; 404 when unknown, 410 when erased."""
    customer = Customer.objects.select_related("merged_into", *REFERENCE_KEYS).filter(pk=pk).first()
    if customer is None:
        raise Http404
    if customer.erased_at:
        raise ErasedError(customer)
    return customer


def with_survivor(
    view: Callable[Concatenate[StaffRequest, Customer, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Call the view with the live customer of the URL; redirect a retired one to its survivor, selection kept."""

    @wraps(view)
    def with_live_customer(request: StaffRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        customer = get_customer(pk)
        root = customer.live_root()
        if root.pk != customer.pk:
            ticked = (request.POST or request.GET).getlist("duplicate")
            if {*ticked} == {str(root.pk)}:
                return already_merged(request, customer, root)
            warn_not_merged(request, f"{customer.name_with_number} is already merged into {root.name_with_number}.")
            others = [pk for pk in ticked if pk != str(root.pk)]
            return redirect(choose_url(root, others) if others else reverse("customers:merge", args=[root.pk]))
        return view(request, customer, *args, **kwargs)

    return with_live_customer


def warn_not_merged(request: StaffRequest, reason: str) -> None:
    messages.error(request, emphasised("Nothing was merged.", reason))


def already_merged(request: StaffRequest, duplicate: Customer, survivor: Customer) -> HttpResponse:
    """Just these two were merged meanwhile, the other way round, so there is nothing to warn of."""
    text = f"{duplicate.name_with_number} was merged into {survivor.name_with_number} meanwhile."
    messages.info(request, emphasised("Already merged.", text))
    return redirect(survivor)


def chosen(request: StaffRequest, survivor: Customer, numbers: Collection[int]) -> list[Customer]:
    """The survivor, then the duplicates; MergeError when they cannot be merged, 403 when this user may not."""
    others = set(numbers) - {survivor.pk}
    customers = Customer.objects.select_related("merged_into", *REFERENCE_KEYS)
    duplicates = list(customers.filter(pk__in=others).order_by("pk"))
    if missing := others - {customer.pk for customer in duplicates}:
        raise MergeError(f"There is no customer {min(missing)}.")
    itself = [survivor] if survivor.pk in numbers else []
    refuse_impossible_merge(survivor, [*itself, *duplicates])
    try:
        refuse_unmatched(survivor.pk, [customer.pk for customer in duplicates], by=request.user)
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from None
    return [survivor, *duplicates]


def merge_title(survivor: Customer, duplicates: list[Customer]) -> str:
    if len(duplicates) == 1:
        return f"Merge {duplicates[0].name_with_number} into {survivor.name_with_number}?"
    text = ngettext(
        "Merge %(number)s customer into %(survivor)s?", "Merge %(number)s customers into %(survivor)s?", len(duplicates)
    )
    return text % {"number": len(duplicates), "survivor": survivor.name_with_number}


def plain_url(survivor: Customer, duplicates: Iterable[int]) -> str:
    query = urlencode({"duplicate": list(duplicates)}, doseq=True)
    return f"{reverse('customers:merge_plain', args=[survivor.pk])}?{query}"


def values_url(survivor: Customer, duplicates: Iterable[int]) -> str:
    query = urlencode({"duplicate": list(duplicates)}, doseq=True)
    return f"{reverse('customers:merge_values', args=[survivor.pk])}?{query}"


def choose_url(survivor: Customer, ticked: Iterable[str | int], **more: str) -> str:
    ticks = {"duplicate": list(ticked), "ticked": "1"}
    return f"{reverse('customers:merge', args=[survivor.pk])}?{urlencode({**ticks, **more}, doseq=True)}"
