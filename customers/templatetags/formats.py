"""Filters that format amounts, countries, states, users and times on pages."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from customers.lib.addresses.countries import country_name
from customers.lib.money import format_amount, format_with_minus, from_minor_units
from customers.lib.phrases import isolated

register = template.Library()
register.filter("isolated", isolated)

TONES = {
    "good": ("ACTIVE", "DELIVERED", "WON"),
    "warn": ("PAST_DUE", "RECYCLE_BILLING", "RECYCLE_FAILED", "RMA_PENDING"),
    "bad": ("DECLINED", "SOFT_DECLINE", "HARD_DECLINE", "FAILED", "LOST"),
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Such as 2,328.60 or −2.50; without the currency."""
    return format_with_minus(amount, currency)


@register.filter
def thousands(number: int) -> str:
    """Such as 124,803."""
    return f"{number:,}"


@register.filter
def signed(amount: Decimal, currency: str) -> str:
    """Such as +7.50 or −2.00; without the currency."""
    return f"{'−' if amount < 0 else '+'}{format_amount(abs(amount), currency)}"


@register.filter
def minor_units(amount: int, currency: str) -> str:
    return format_amount(from_minor_units(amount, currency), currency)


@register.filter
def tone(state: str) -> str:
    return TONE_OF.get(state.upper(), "")


@register.filter
def country(address: dict[str, str]) -> str:
    return country_name(address.get("country", ""))


@register.filter
def actor(user: object) -> SafeString:
    """Who acted: a user, whose name must not turn the rest of the line round, or an API client."""
    return format_html("<bdi>{}</bdi>", user) if user else SafeString("API client")


@register.filter
def definitions(values: Iterable[tuple[object, object]]) -> SafeString:
    """Of a list of definitions: each label with its value, both of which people or programs may have written."""
    return format_html_join("", "<div><dt><bdi>{}</bdi></dt><dd><bdi>{}</bdi></dd></div>", values)


@register.filter
def about(span: timedelta) -> str:
    """Such as “14 min”, “3 h” or “5 days”."""
    hours = span / timedelta(hours=1)
    if hours < 1:
        return f"{max(round(60 * hours), 1)} min"
    if hours < 48:
        return f"{round(hours)} h"
    return f"{round(hours / 24)} days"


@register.filter
def ago(moment: datetime) -> str:
    """Such as “3 days ago”; “just now” within an hour."""
    passed = timezone.now() - moment
    if passed.total_seconds() < 3600:
        return "just now"
    return f"{timesince(moment, depth=1)} ago".replace("\xa0", " ")
