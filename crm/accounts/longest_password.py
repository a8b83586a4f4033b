from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from crm.accounts.models import User

LONGEST = 128


class LongestPasswordValidator:
    """No password manager makes a longer one, and what is hashed has an end."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Use {LONGEST} characters or fewer for a password."
