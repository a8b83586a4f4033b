"""History on pages: the customers, orders and purchases that a sentence names are links."""

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from customers.lib.paths import path_of
from customers.lib.sentences import BREAK, SentencePart, parts
from customers.models import HistoryEntry
from customers.permissions import VIEW_ORDERS

register = template.Library()

PAGES = {
    "customer": ("customers:detail", ""),
    "order": ("orders:order_detail", VIEW_ORDERS),
    "purchase": ("orders:purchase_detail", VIEW_ORDERS),
}
"""{kind of name: (its page, the permission to open it)}; a reader of history may view customers."""


@register.simple_tag(takes_context=True)
def history_text(context: Context, entry: HistoryEntry) -> SafeString:
    user = context["user"]
    pages = {name: page for name, (page, permission) in PAGES.items() if not permission or user.has_perm(permission)}
    return format_html_join("", "{}", ((_shown(part, pages),) for part in parts(entry.sentence, entry.values)))


def _shown(part: SentencePart, pages: dict[str, str]) -> SafeString:
    if part is BREAK:
        return mark_safe("<br>")
    shown = format_html("<bdi>{}</bdi>", part.text) if part.is_foreign else conditional_escape(part.text)
    kind, key = part.names or ("", "")
    return format_html('<a href="{}">{}</a>', path_of(pages[kind], key), shown) if kind in pages else shown
