"""What a row of the person says of others, which is not theirs to have: names, and values of undone merges."""

from collections.abc import Mapping
from typing import Any

from crm.personal_data.data_subject import DataSubject
from customers.lib import sentences
from customers.lib.sentences import Value
from customers.models import HistoryEntry, Merge, NotDuplicate, ProfileChange
from customers.profile.clean import as_text
from customers.profile.fields import BY_KEY

WITHHELD_TEXT = "[about another customer]"
ANOTHER = "Another customer"
SIDES = ("before", "after")


def history_text(subject: DataSubject, entry: HistoryEntry) -> str:
    values = sentences.without_customers(
        entry.values, subject.is_another, text=sentences.word(WITHHELD_TEXT), name=ANOTHER
    )
    return sentences.text(entry.sentence, {name: _without_taken(subject, value) for name, value in values.items()})


def _without_taken(subject: DataSubject, value: Value) -> Value:
    match value:
        case list():
            return [_without_taken(subject, item) for item in value]
        case {"field": key, "before": _, "after": _} if key in subject.values_of_others:
            texts = [as_text(BY_KEY[key], other) for other in subject.values_of_others[key]]
            return {**value, **{side: WITHHELD_TEXT for side in SIDES if value[side] in texts}}
    return value


def profile_values(subject: DataSubject, change: ProfileChange) -> dict[str, Any]:
    return {key: _without_others(subject, key, value) for key, value in change.values.items()}


def _without_others(subject: DataSubject, key: str, value: Mapping[str, Any]) -> dict[str, Any]:
    others = subject.values_of_others.get(key, [])
    return {**value, **{side: WITHHELD_TEXT for side in SIDES if value.get(side) in others}}


def merge_reason(subject: DataSubject, merge: Merge) -> str:
    return WITHHELD_TEXT if merge.reason and merge.pk in subject.merges_with_others else merge.reason


def merge_warnings(subject: DataSubject, merge: Merge) -> list[Any]:
    return [] if merge.pk in subject.merges_with_others else merge.warnings


def merge_decisions(subject: DataSubject, merge: Merge) -> dict[str, Any]:
    return {} if merge.pk in subject.merges_with_others else merge.decisions


def pair_reason(subject: DataSubject, pair: NotDuplicate) -> str:
    """A pair of two who are merged nevertheless is about this person alone."""
    is_about_another = subject.is_another(pair.first_id) or subject.is_another(pair.second_id)
    return WITHHELD_TEXT if pair.reason and is_about_another else pair.reason
