"""What the customer page has many of, written without a template for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from customers.lib.money import format_with_minus
from customers.lib.phrases import isolated

if TYPE_CHECKING:
    from customers.models import Note
    from customers.pages.tab_links import TabLink
    from customers.pages.tabs import TabLine
    from customers.totals.sums import Amount

register = template.Library()

FROM_MERGED = mark_safe('<span class="visually-hidden">, from a merged customer</span>')
TAB_LINK = (
    '<li><a href="{0}#rows" hx-get="{0}" hx-target="#rows" hx-swap="outerHTML" hx-push-url="true"{1}{2}>{3}{4}</a></li>'
)
EMPTY = mark_safe('<span class="visually-hidden">, empty</span>')
REMOVABLE = (
    '<span class="chip tag"><bdi>{0}</bdi>'
    '<button form="tag-remove" name="name" value="{0}" aria-label="Remove tag {1}">×</button></span>'
)


@register.filter
def source_chip(line: TabLine) -> SafeString:
    """The data source of a row; dashed where it came with a merge."""
    joined, merged = (" joined", FROM_MERGED) if line.is_from_merged else ("", "")
    return format_html('<span class="chip{}"><bdi>{}</bdi>{}</span>', joined, line.record.data_source, merged)


@register.filter
def tab_links(links: Iterable[TabLink]) -> SafeString:
    return format_html_join(
        "",
        TAB_LINK,
        (
            (
                link.address,
                "" if link.is_filled else mark_safe(' class="nothing"'),
                format_html(' aria-current="{}"', link.current) if link.current else "",
                link.label,
                "" if link.is_filled else EMPTY,
            )
            for link in links
        ),
    )


@register.filter
def tag_chips(tags: Iterable[str]) -> SafeString:
    return format_html_join("", '<span class="chip tag"><bdi>{}</bdi></span>', ((tag,) for tag in tags))


@register.filter
def removable_tags(tags: Iterable[str]) -> SafeString:
    """Their buttons belong to the form `tag-remove` of the page."""
    return format_html_join("", REMOVABLE, ((tag, isolated(tag)) for tag in tags))


@register.filter
def amounts(each: Sequence[Amount]) -> SafeString:
    """Of a list of definitions: what there is in each currency."""
    shown = ((format_with_minus(amount, currency), currency) for amount, currency in each)
    return format_html_join("", "<dd>{} <small>{}</small></dd>", shown)


@register.filter
def note_text(note: Note) -> SafeString:
    about = format_html(", about <bdi>{}</bdi>", note.contact) if note.contact else ""
    return format_html('{}{}<blockquote dir="auto">{}</blockquote>', note.heading, about, linebreaksbr(note.text))
