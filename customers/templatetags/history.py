"""History on pages: the customers, orders and purchases that a sentence names are links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import template
from django.template.context import Context
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from customers.lib.paths import path_of
from customers.lib.sentences import BREAK, SentencePart, parts
from customers.models import HistoryEntry
from customers.permissions import VIEW_ORDERS
from customers.templatetags.customer_page import note_text, source_chip
from customers.templatetags.formats import ago

if TYPE_CHECKING:
    from customers.pages.tabs import TabLine

register = template.Library()

PAGES = {
    "customer": ("customers:detail", ""),
    "order": ("orders:order_detail", VIEW_ORDERS),
    "purchase": ("orders:purchase_detail", VIEW_ORDERS),
}
"""{kind of name: (its page, the permission to open it)}; a reader of history may view customers."""
ENTRY = '<li class="{}"><time datetime="{}" title="{}">{} · <bdi>{}</bdi></time>{}{}</li>'

Pages = dict[str, str]


@register.simple_tag(takes_context=True)
def history_text(context: Context, entry: HistoryEntry) -> SafeString:
    return _text(entry, _pages_for(context["user"]))


@register.simple_tag(takes_context=True)
def timeline_entries(context: Context, lines: Iterable[TabLine], written: str) -> SafeString:
    """Entries of the history and notes, with their times `written` as a format says."""
    pages = _pages_for(context["user"])
    return format_html_join("", ENTRY, (_entry(line, pages, written) for line in lines))


def _entry(line: TabLine, pages: Pages, written: str) -> tuple[str, ...]:
    row, at = line.row, localtime(line.row.at)
    chip = format_html(" {}", source_chip(line)) if line.is_from_merged and row.by else ""
    if line.is_note:
        kind, text = "note", note_text(row)
    elif row.merge:
        link = format_html(' <a href="{}">{}</a>', row.merge.get_absolute_url(), row.merge)
        kind, text = "merge", _text(row, pages) + link
    else:
        kind, text = "", _text(row, pages)
    return kind, at.isoformat(), ago(at), date_format(at, written), line.who, text, chip


def _pages_for(user: Any) -> Pages:
    """{kind of name: its page} of those that the user may open."""
    return {name: page for name, (page, permission) in PAGES.items() if not permission or user.has_perm(permission)}


def _text(entry: HistoryEntry, pages: Pages) -> SafeString:
    return format_html_join("", "{}", ((_shown(part, pages),) for part in parts(entry.sentence, entry.values)))


def _shown(part: SentencePart, pages: Pages) -> SafeString:
    if part is BREAK:
        return mark_safe("<br>")
    shown = format_html("<bdi>{}</bdi>", part.text) if part.is_foreign else conditional_escape(part.text)
    kind, key = part.names or ("", "")
    return format_html('<a href="{}">{}</a>', path_of(pages[kind], key), shown) if kind in pages else shown
