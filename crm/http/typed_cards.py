"""Card numbers that somebody typed into a search: the page is asked for again with their last four digits alone.

The script does so before anything is sent (`static/crm/search.js`); this is for who has no scripts.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from customers.lib.secrets.card_numbers import last_four_of_card

SHORTEST = 13
"""Digits of a card."""


class TypedCardMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        is_page = getattr(view, "login_required", True)
        if not is_page or request.method != "GET" or len(request.META.get("QUERY_STRING", "")) < SHORTEST:
            return None
        typed = request.GET.copy()
        for name, values in request.GET.lists():
            typed.setlist(name, [last_four_of_card(value) or value for value in values])
        if typed == request.GET:
            return None
        messages.info(request, "Card numbers are not searched for. These are the results for the last four digits.")
        return redirect(f"{request.path}?{typed.urlencode()}")
