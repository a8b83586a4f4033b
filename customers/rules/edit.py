"""Creating, changing and deleting rules, with the history of who did.

A change makes a new version. Back-tests are of one version, so a rule that is on goes back to a dry run when what it
merges has changed; a new name or another user to tell does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.lib.names import has_visible_text, label_key
from customers.lib.phrases import isolated
from customers.lib.text import can_be_stored
from customers.locks import get_locked
from customers.models import MergeRule
from customers.models.merge import Kept
from customers.models.rule import LONGEST_NAME, MergeRuleChange, RuleFinding, RuleState
from customers.records.changed_customers import changes_have_appeared_to
from customers.rules.words import LABELS, shown_value

if TYPE_CHECKING:
    from crm.accounts.models import User

MOST_RULES = 20
MOST_IN_GROUP = 100
MOST_TAGS = 50
ABOUT_ITSELF = frozenset({"name", "owner", "stop_above"})
"""What does not say whom it merges."""


class RuleError(ActionError):
    """`field` is that of the form, "" for the whole of it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleRuleError(RuleError):
    pass


def free_name(name: str) -> str:
    """`name`, or the first of “name 2”, “name 3” and so on that no rule has."""
    taken = {label_key(rule.name) for rule in MergeRule.objects.filter(deleted_at=None)}
    numbered = (f"{name} {number}" for number in count(2))
    return next(free for free in chain([name], numbered) if label_key(free) not in taken)


@transaction.atomic
def create_rule(values: Mapping[str, Any], *, by: User | None) -> MergeRule:
    # The lock keeps two users from creating the last rule at once.
    standing = list(MergeRule.objects.select_for_update().filter(deleted_at=None))
    if len(standing) >= MOST_RULES:
        raise RuleError(f"There are {MOST_RULES} rules already. Delete one first.")
    rule = MergeRule(**_checked(values))
    _refuse_taken(rule, standing)
    rule.save()
    _write(rule, "Created.", by=by)
    return rule


@transaction.atomic
def change_rule(rule: MergeRule, values: Mapping[str, Any], *, version: int, by: User | None) -> MergeRule:
    """`version` is what the user saw."""
    standing = list(MergeRule.objects.select_for_update().filter(deleted_at=None))
    current = next((other for other in standing if other.pk == rule.pk), None)
    if current is None:
        raise RuleError("This rule was deleted. Nothing was saved.")
    if current.version != version:
        raise StaleRuleError(f"{isolated(current)} was changed since you opened the page. Check it, then save again.")
    checked = _checked(values)
    before = {name: shown_value(current, name) for name in checked}
    changed = {name for name, value in checked.items() if getattr(current, name) != value}
    for name, value in checked.items():
        setattr(current, name, value)
    _refuse_taken(current, standing)
    if not changed:
        return current
    current.version += 1
    goes_back = bool(changed - ABOUT_ITSELF)
    if goes_back:
        RuleFinding.objects.filter(rule=current).delete()
    elif current.back_tests.exists():
        # It still says the same of whom it merges.
        current.back_tests.filter(version=version).update(version=current.version)
    back_to_dry_run = goes_back and current.state in (RuleState.ON, RuleState.STOPPED)
    if back_to_dry_run:
        current.state, current.state_at = RuleState.DRY_RUN, timezone.now()
        current.looked_to = changes_have_appeared_to()
    current.save()
    edits = {LABELS[name]: [before[name], shown_value(current, name)] for name in checked if name in changed}
    _write(current, "Changed. Dry run from now on." if back_to_dry_run else "Changed.", edits, by=by)
    return current


@transaction.atomic
def delete_rule(rule: MergeRule, *, by: User | None) -> None:
    """Its merges stay, and keep its name."""
    current = get_locked(MergeRule.objects.select_for_update(), rule.pk)
    if current.deleted_at:
        raise RuleError("This rule was deleted already.")
    if current.state == RuleState.ON:
        raise RuleError("Nothing was deleted: the rule is on. Turn it off first.")
    current.deleted_at, current.state = timezone.now(), RuleState.OFF
    current.save(update_fields=["deleted_at", "state"])
    RuleFinding.objects.filter(rule=current).delete()
    _write(current, "Deleted.", by=by)


def _write(rule: MergeRule, text: str, values: Mapping[str, list[str]] | None = None, *, by: User | None) -> None:
    MergeRuleChange.objects.create(rule=rule, text=text, values=dict(values or {}), by=by)
    about = "; ".join(f"{label}: {before} → {after}" for label, (before, after) in (values or {}).items())
    audit_entry(AuditAction.MATCHING, f"Rule “{isolated(rule)}”: {text} {about}".strip(), by=by).save()


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = {name: value for name, value in values.items() if name in LABELS}
    name = " ".join(checked["name"].split())
    if not has_visible_text(name) or len(name) > LONGEST_NAME or not can_be_stored(name):
        raise RuleError(f"Enter a name of {LONGEST_NAME} characters or fewer.", "name")
    if not checked["evidence"] and checked["least_probability"] is None:
        raise RuleError("Select what two customers must have in common.", "evidence")
    if checked["least_probability"] is not None and not 0.5 <= checked["least_probability"] <= 1:
        raise RuleError("Enter a probability from 50 to 100 percent.", "least_probability")
    if checked["kept"] == Kept.SOURCE and checked["kept_source"] is None:
        raise RuleError("Select the data source.", "kept_source")
    if checked["kept"] != Kept.SOURCE:
        checked["kept_source"] = None
    if not 2 <= checked["largest_group"] <= MOST_IN_GROUP:
        raise RuleError(f"Enter a number from 2 to {MOST_IN_GROUP}.", "largest_group")
    if not Decimal("0.1") <= checked["stop_above"] <= Decimal(50):
        raise RuleError("Enter a limit from 0.1 to 50 percent.", "stop_above")
    if len(checked["exempt_tags"]) > MOST_TAGS:
        raise RuleError(f"Enter at most {MOST_TAGS} tags.", "exempt_tags")
    return {**checked, "name": name}


def _refuse_taken(rule: MergeRule, standing: list[MergeRule]) -> None:
    if label_key(rule.name) in {label_key(other.name) for other in standing if other.pk != rule.pk}:
        raise RuleError("A rule has this name already. Choose another.", "name")
