from datetime import datetime

from django import template

from crm.jobs.models import Schedule

register = template.Library()


@register.simple_tag
def next_run(name: str) -> datetime | None:
    """When the clock runs it next; None if no worker has said."""
    return Schedule.objects.filter(name=name).values_list("next_at", flat=True).first()
