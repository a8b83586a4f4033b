"""The style sheets and scripts of a page: `{% styles "merging" %}` for one that has its own besides those of all."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.http.static_bundles import scripts as scripts_of
from crm.http.static_bundles import sheets

register = template.Library()


@register.simple_tag
def styles(own: str = "") -> SafeString:
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(name),) for name in sheets(own)))


@register.simple_tag
def scripts(own: str = "") -> SafeString:
    return format_html_join("\n", '<script src="{}" defer></script>', ((static(name),) for name in scripts_of(own)))
