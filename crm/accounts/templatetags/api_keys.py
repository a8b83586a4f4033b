from django import template

from crm.accounts.models import ApiKey
from crm.accounts.scopes import label_of

register = template.Library()


@register.filter
def scope_label(key: ApiKey) -> str:
    return label_of(key.scope)
