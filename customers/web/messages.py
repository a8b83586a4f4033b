from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def emphasised(strong: str, text: str) -> SafeString:
    return format_html("<span><strong>{}</strong> {}</span>", strong, text)


def message_with_button(text: str, *, url: str, label: str, strong: str = "") -> SafeString:
    return message_with_buttons(text, [(url, label)], strong=strong)


def message_with_buttons(text: str, buttons: Iterable[tuple[str, str]], *, strong: str = "") -> SafeString:
    """`buttons` are (address, label)."""
    start = format_html("<strong>{}</strong> ", strong) if strong else ""
    links = format_html_join("", '<a class="button small" href="{}">{}</a>', buttons)
    return format_html("<span>{}{}</span>{}", start, text, links)
