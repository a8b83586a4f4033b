"""Refuses passwords that are guessed first: the commonest, and what people make of them to reach the length.

Django brings a list of the 20,000 commonest, so nothing is asked outside. Few of those have twelve characters; people
who are asked for more write one twice, or add a year or an exclamation mark.
"""

import re
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import CommonPasswordValidator as DjangoValidator
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from crm.accounts.models import User

ADDED = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""Digits and signs before and behind."""
SPOKEN = str.maketrans("0134578@$!", "oieastbasi")
"""Digits and signs that stand for a letter."""
REPEATED = re.compile(r"^(.{2,}?)\1+$")
SHORTEST_WORD = 4
"""Of the list; shorter ones are in anything."""


class CommonPasswordValidator(DjangoValidator):
    def validate(self, password: str, user: "User | None" = None) -> None:
        if any(self._is_common(form) for form in _forms(password.lower().strip())):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def _is_common(self, text: str) -> bool:
        """Whether it is one of the list, or two of them with nothing between."""
        if text in self.passwords:
            return True
        ends = range(SHORTEST_WORD, len(text) - SHORTEST_WORD + 1)
        return any(text[:end] in self.passwords and text[end:] in self.passwords for end in ends)

    def get_error_message(self) -> str:
        return "This password is too common, or made of common ones. Use several words that do not belong together."

    def get_help_text(self) -> str:
        return "A common password, or two in a row, is refused."


def _forms(password: str) -> set[str]:
    forms = {password, ADDED.sub("", password)}
    forms |= {form.translate(SPOKEN) for form in forms}
    return forms | {match[1] for form in forms if (match := REPEATED.match(form))}
