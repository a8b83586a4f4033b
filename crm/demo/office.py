"""More of the Chinook staff, to see on Users: what they were given and taken, and API keys. None has a password."""

from crm.accounts import api_keys, grant
from crm.accounts.models import User
from crm.accounts.permissions import MANAGE_USERS, USE_API
from crm.accounts.roles import SUPPORT_AGENT, VIEWER
from crm.accounts.user_permissions import effective_permissions

STAFF = (
    ("nancy", "Nancy", "Edwards", SUPPORT_AGENT.ticks | {"customers.merge_unmatched_customer"}),
    ("margaret", "Margaret", "Park", SUPPORT_AGENT.ticks),
    ("michael", "Michael", "Mitchell", VIEWER.ticks | {USE_API}),
)


def staff(*, by: User) -> None:
    """Create them, and let `by` change this and that; those there already stay as they are."""
    if not by.has_perm(MANAGE_USERS):
        return
    made = {name: _create(name, first, last, ticks, by=by) for name, first, last, ticks in STAFF}
    if nancy := made["nancy"]:
        grant.save_user(nancy, given={"customers.split_sourcerecord"}, taken={"orders.refund_order"}, by=by)
    if margaret := made["margaret"]:
        margaret.is_active = False
        grant.save_user(margaret, by=by)
    if michael := made["michael"]:
        api_keys.create(michael, name="Warehouse", addresses=["203.0.113.0/24"], by=by)
        old, _ = api_keys.create(michael, name="Old shop", addresses=[], by=by)
        api_keys.revoke(old, by=by)


def _create(username: str, first_name: str, last_name: str, ticks: frozenset[str], *, by: User) -> User | None:
    email = f"{first_name}@chinookcorp.com".lower()
    user = User(username=username, first_name=first_name, last_name=last_name, email=email)
    if grant.is_username_taken(username, but=user):
        return None
    grant.save_user(user, given=ticks & effective_permissions(by), by=by)
    return user
