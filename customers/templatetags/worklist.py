from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def merge_address(address: str, query: str, position: int) -> str:
    """The address of the merge of a group, with where the next one is: at its position of the page with this query."""
    following = f"{reverse('customers:duplicates_next')}?{query}{'&' if query else ''}at={position}"
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'from': following})}"
