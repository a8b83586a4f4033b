"""Users of Reunite, identified by email in this dialect."""

from crm.accounts.models import User
from crm.api.chartmogul.errors import invalid
from customers.lib.text import without_unstorable


def find_user(email: str, param: str) -> User:
    user = User.with_email(email)
    if user is None:
        shown = without_unstorable(email)[:254]
        raise invalid(**{param: f"No active user has the email {shown}. Use the email of an active user."})
    return user


def email_of(user: User | None) -> str:
    """The email; the user name if there is none."""
    return (user.email or user.username) if user else ""


def author_line(user: User | None) -> str:
    return f"{user} ({email_of(user)})" if user else ""
