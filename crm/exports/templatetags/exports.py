from django import template
from django.template import Context
from django.urls import reverse

from crm.exports.job import EXPORTS

register = template.Library()


@register.inclusion_tag("exports/_export_link.html", takes_context=True)
def export_link(context: Context, name: str, query: str = "", *, small: bool = False) -> dict[str, object]:
    """The link to an export of what a list shows, for users who may have it: as an item of the tools above the list,
    or `small`, beside the links to its pages.
    """
    export = EXPORTS[name]
    if not context["user"].has_perms(export.needs):
        return {}
    query = query.removeprefix("?")
    return {"url": f"{reverse(export.url_name)}{'?' if query else ''}{query}", "small": small}
