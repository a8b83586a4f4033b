"""Users of Reunite, identified by email in this dialect."""

from crm.accounts.models import User
from crm.api.chartmogul.errors import invalid
from customers.lib.text import without_unstorable


def user(email: str, param: str) -> User:
    """The active user with this email; if there are several, the oldest."""
    found = User.known_as(email)
    if found is None:
        shown = without_unstorable(email)[:254]
        raise invalid(**{param: f"No active user has the email {shown}. Use the email of an active user."})
    return found


def address(of: User | None) -> str:
    """By which the user is known; the name to sign in with where there is none."""
    return (of.email or of.username) if of else ""


def author(of: User | None) -> str:
    return f"{of} ({address(of)})" if of else ""
