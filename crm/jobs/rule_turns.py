"""Rules that are on follow changes by the clock; the owner of one that stops itself is told."""

from django.urls import reverse

from crm.accounts.notices import tell_of
from customers.models import MergeRule
from customers.rules.follow import follow_changes


def follow_rules() -> str:
    followed = follow_changes()
    for rule in followed.stopped:
        tell_owner(rule)
    return str(followed)


def tell_owner(rule: MergeRule) -> None:
    if rule.owner:
        tell_of(
            rule.owner,
            f"The merge rule “{rule}” stopped itself: {rule.stopped_because}",
            reverse("rules:detail", args=[rule.pk]),
        )
