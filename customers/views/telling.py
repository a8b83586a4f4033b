from django.utils.html import format_html
from django.utils.safestring import SafeString


def with_button(text: str, *, url: str, label: str, strong: str = "") -> SafeString:
    """The text of a message, `strong` first, and the one thing to do about it beside it."""
    start = format_html("<strong>{}</strong> ", strong) if strong else ""
    return format_html('<span>{}{}</span><a class="button small" href="{}">{}</a>', start, text, url, label)
