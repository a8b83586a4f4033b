"""The permissions a user can have: one checkbox each on Edit User.

Pages take the labels from here; `Meta.permissions` of a model has the same ones, because a migration needs them. A view
or an operation of the API names the permission; the sentence for a user who lacks it is made from the label.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True)
class Checkbox:
    permission: str
    label: str
    help_text: str = ""

    @property
    def slug(self) -> str:
        """The name in a form: `customers-merge_customer`."""
        return self.permission.replace(".", "-")


MANAGE_USERS = "accounts.manage_user"
USE_API = "accounts.use_api"

GROUPS: dict[str, tuple[Checkbox, ...]] = {
    "Customers": (
        Checkbox(
            "customers.view_customer", "Can view customers", "Customer pages, search, duplicates and merge history"
        ),
        Checkbox("customers.add_customer", "Can add customers", "New customers and leads, entered manually"),
        Checkbox(
            "customers.change_customer",
            "Can change customers",
            "Details, status, notes, tags, credit and shop logins",
        ),
        Checkbox(
            "customers.merge_customer",
            "Can merge customers",
            "Shows Merge when another customer has the same email or phone",
        ),
        Checkbox(
            "customers.merge_unmatched_customer",
            "Can merge without a match",
            "Merge any customers found by search",
        ),
        Checkbox("customers.undo_merge", "Can undo merges", "Any user’s merges, at any time"),
        Checkbox(
            "customers.split_sourcerecord",
            "Can split a source record off a customer",
            "Move a source record to a new customer",
        ),
        Checkbox(
            "customers.delete_customer",
            "Can delete customers",
            "Permanently, with all linked records. Also all customers of a data source",
        ),
        Checkbox("customers.change_datasource", "Can change data sources", "Name, default country and currency"),
        Checkbox(
            "customers.change_ignoredvalue",
            "Can change ignored values",
            "Emails and phones that are not used for matching, for all customers",
        ),
    ),
    "Orders": (
        Checkbox("orders.view_order", "Can view orders", "Orders, payments, fulfillments, purchases, memberships"),
        Checkbox("orders.add_order", "Can create orders", "Through the API: orders, invoices and plans"),
        Checkbox(
            "orders.change_order", "Can change orders", "Through the API: invoices, line items, payments and plans"
        ),
        Checkbox("orders.refund_order", "Can refund orders", "All or part of the payment for an order"),
        Checkbox(
            "orders.cancel_purchase",
            "Can cancel or pause purchases",
            "Now or on a future date. Also keep and reactivate them",
        ),
        Checkbox("orders.rerun_order", "Can rerun declined orders", "Charge a declined order again"),
        Checkbox(
            "orders.settle_order",
            "Can resolve pending payments",
            "Record the outcome of a payment the gateway has not answered for a day",
        ),
        Checkbox(
            "orders.change_purchase",
            "Can change the billing of purchases",
            "Price and next bill date",
        ),
    ),
    "Administration": (
        Checkbox(MANAGE_USERS, "Can manage users", "Create and edit users, with at most your own permissions"),
        Checkbox("jobs.start_rebuild", "Can rebuild derived data", "After an update, or when figures disagree"),
        Checkbox("jobs.view_all_job", "Can view all jobs", "Imports, exports and other long work of all users"),
        Checkbox(USE_API, "Can use the API", "With your own API keys"),
    ),
}


def checkboxes() -> Iterator[Checkbox]:
    return chain.from_iterable(GROUPS.values())


LABELS = {checkbox.permission: checkbox.label for checkbox in checkboxes()}
EVERYTHING = frozenset(LABELS)


def labels_of(permissions: Iterable[str]) -> list[str]:
    """Their labels, in the order of Edit User; a permission that was removed is given by its name."""
    names = set(permissions)
    return [label for name, label in LABELS.items() if name in names] + sorted(names - EVERYTHING)


def explain_missing(permission: str) -> str:
    label = LABELS[permission]
    return f"You need the permission “{label}”. An admin can grant it on Edit User."
