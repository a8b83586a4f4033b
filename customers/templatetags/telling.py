"""History as it is read on a page: what a sentence names leads there."""

import re
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from customers.models import HistoryEntry, HistoryKind
from customers.web.permissions import VIEW_ORDERS

register = template.Library()

BREAK = mark_safe("<br>")
# Only where our own words name it: a reason that somebody typed may hold anything.
CUSTOMER = re.compile(r"(?<=\()\d{1,18}(?=\)(?: after all)?\.$)")
ORDER = re.compile(r"(?<=^Order )[0-9A-F]{10}\b")
PURCHASE = re.compile(r"(?<=^Purchase )\d{1,18}(?=,)")
# Between two fields of one edit.
NEXT_FIELD = re.compile(r"(?<=\.) (?=[A-Z][\w -]{1,40} (?:changed from|set anew))")


@register.simple_tag(takes_context=True)
def told(context: Context, entry: HistoryEntry) -> SafeString:
    """The text of `entry`, with a link to the other customer or to the order where the reader may see it."""
    match entry.kind:
        case HistoryKind.SPLIT | HistoryKind.DISMISSAL:
            return _linked(entry.text, CUSTOMER, "customers:detail")
        case HistoryKind.ORDER | HistoryKind.PAYMENT if _may_view_orders(context):
            return _linked(entry.text, ORDER, "orders:order_detail")
        case HistoryKind.PURCHASE if _may_view_orders(context):
            return _linked(entry.text, PURCHASE, "orders:purchase_detail")
        case HistoryKind.EDIT:
            return format_html_join(BREAK, "{}", ((sentence,) for sentence in NEXT_FIELD.split(entry.text)))
    return conditional_escape(entry.text)


def _may_view_orders(context: Context) -> bool:
    user: Any = context["user"]
    return bool(user.has_perm(VIEW_ORDERS))


def _linked(text: str, named: re.Pattern[str], page: str) -> SafeString:
    found = named.search(text)
    if not found:
        return conditional_escape(text)
    before, name, after = text[: found.start()], found[0], text[found.end() :]
    return format_html('{}<a href="{}">{}</a>{}', before, reverse(page, args=[name]), name, after)
