"""The cells of a row of orders, written without a template for each."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from customers.lib.money import format_money, format_with_minus
from customers.templatetags.formats import tone
from orders.models import Order
from orders.models.order import OrderKind

register = template.Library()

MOST_NAMED = 2
NOTHING = mark_safe('<span class="blank">Nothing ordered yet</span>')
NO_ITEMS = mark_safe('<span class="blank">No items</span>')
RECURRING = mark_safe('<span class="under">Recurring</span>')
DISABLED = mark_safe('<span class="under">Disabled</span>')
NO_TOTAL = mark_safe('<span class="blank">None</span>')


@register.filter
def order_items(order: Order) -> SafeString:
    """What was ordered, such as “Yesterdays, Breakdown and 4 more”."""
    items = _first_items(order) or (NOTHING if order.is_lead else NO_ITEMS)
    return items + RECURRING if order.kind == OrderKind.RECURRING else items


@register.filter
def order_name(order: Order) -> SafeString:
    """What was ordered, or the number where nothing was."""
    return _first_items(order) or format_html("{} {}", "Lead" if order.is_lead else "Order", order.number)


@register.filter
def order_status(order: Order) -> SafeString:
    badge = format_html('<span class="badge {}">{}</span>', tone(order.status), order.get_status_display())
    if order.uncollected:
        badge += format_html('<span class="under">{}</span>', order.get_uncollected_display())
    return badge + DISABLED if order.disabled_at else badge


@register.filter
def order_total(order: Order, currency: str) -> SafeString:
    """With the currency where the heading does not say it."""
    if order.is_lead and not order.total:
        total = NO_TOTAL
    else:
        write = format_with_minus if currency else format_money
        total = format_html("{}", write(order.total, order.currency))
    if not order.refunded:
        return total
    refunded = format_with_minus(order.refunded, order.currency)
    return total + format_html('<span class="under">{} refunded</span>', refunded)


def _first_items(order: Order) -> SafeString:
    items = order.items.all()
    names = format_html_join(
        ", ", "<bdi>{}</bdi>", ((item.description or item.get_kind_display(),) for item in items[:MOST_NAMED])
    )
    others = len(items) - MOST_NAMED
    if others <= 0:
        return names
    more = ngettext("and %(others)s more", "and %(others)s more", others) % {"others": others}
    return format_html("{} {}", names, more)
