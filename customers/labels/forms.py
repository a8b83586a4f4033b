"""The forms that add a tag and set an attribute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from customers.labels.attributes import AttributeValue
from customers.models import Attribute, AttributeKind, Tag
from customers.web.fields import TextField

LONGEST_VALUE = 1_000
MOST_DIGITS = 30
WORDS = {"yes": True, "true": True, "no": False, "false": False}


class TagForm(forms.Form):
    name = TextField(
        label="Tag", max_length=Tag._meta.get_field("name").max_length, error_messages={"required": "Enter a tag."}
    )
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", auto_id="tag-%s")


class AttributeForm(forms.Form):
    name = TextField(
        max_length=Attribute._meta.get_field("name").max_length, error_messages={"required": "Enter a name."}
    )
    kind = forms.ChoiceField(choices=AttributeKind.choices, initial=AttributeKind.STRING)
    value = TextField(
        max_length=LONGEST_VALUE,
        help_text="For a time, enter 2026-01-12 14:32 (your time zone unless stated). For yes or no, enter yes or no.",
        error_messages={"required": "Enter a value."},
    )
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, attribute: Attribute | None = None) -> None:
        shown = {"name": attribute.name, "kind": attribute.kind, "value": attribute.value} if attribute else None
        super().__init__(data, label_suffix="", initial=shown, auto_id="attribute-%s")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "value" in cleaned:
            try:
                cleaned["value"] = parse_value(cleaned["kind"], cleaned["value"])
            except ValidationError as error:
                self.add_error("value", error)
        return cleaned


def parse_value(kind: str, text: str) -> AttributeValue:
    match kind:
        case AttributeKind.INTEGER:
            return _parse_integer(text)
        case AttributeKind.DECIMAL:
            return _parse_decimal(text)
        case AttributeKind.TIMESTAMP:
            return _parse_time(text)
        case AttributeKind.BOOLEAN if text.casefold() in WORDS:
            return WORDS[text.casefold()]
        case AttributeKind.BOOLEAN:
            raise ValidationError("Enter yes or no.")
    return text


def _parse_integer(text: str) -> int:
    if not re.fullmatch(rf"[+-]?[0-9]{{1,{MOST_DIGITS}}}", text):
        raise ValidationError("Enter a whole number such as 12.")
    return int(text)


def _parse_decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if len(text) > MOST_DIGITS or not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise ValidationError("Enter a number such as 7.5.")
    return number


def _parse_time(text: str) -> datetime:
    try:
        day = parse_date(text)
        time = datetime(day.year, day.month, day.day) if day else parse_datetime(text)
    except ValueError:
        time = None
    if time is None:
        raise ValidationError("Enter a time such as 2026-01-12 14:32.")
    return time if time.tzinfo else timezone.make_aware(time)
