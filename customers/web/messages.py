from django.utils.html import format_html
from django.utils.safestring import SafeString


def emphasised(strong: str, text: str) -> SafeString:
    return format_html("<span><strong>{}</strong> {}</span>", strong, text)


def message_with_button(text: str, *, url: str, label: str, strong: str = "") -> SafeString:
    start = format_html("<strong>{}</strong> ", strong) if strong else ""
    return format_html('<span>{}{}</span><a class="button small" href="{}">{}</a>', start, text, url, label)
