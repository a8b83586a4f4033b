"""The permissions a user can have: one checkbox each on Edit User.

A permission of our own has its label in `Meta.permissions` of its model; the ones that Django makes for each model are
renamed here. A view or an operation of the API names the permission; the sentence for a user who lacks it is made from
the label.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.apps import apps

from crm.permissions import MANAGE_USERS, MANAGE_WEBHOOKS, USE_API, VIEW_ALL_JOBS, VIEW_AUDIT_LOG
from customers.permissions import (
    ADD_CUSTOMERS,
    CHANGE_CUSTOMERS,
    CHANGE_IDENTIFYING,
    CHANGE_POLICY,
    CHANGE_SOURCES,
    DELETE_CUSTOMERS,
    EXPORT_PERSONAL_DATA,
    IGNORE,
    MANAGE_RULES,
    MANAGE_SALES_LISTS,
    MERGE,
    REVIEW,
    SPLIT,
    START_REBUILD,
    UNDO,
    UNMATCHED,
    VIEW_CUSTOMERS,
    VIEW_ORDERS,
)
from orders.permissions import (
    ADD_ORDERS,
    CANCEL,
    CHANGE_BILLING,
    CHANGE_FULFILLMENTS,
    CHANGE_ORDERS,
    REFUND,
    RERUN,
    RUN_IMPORT,
    SETTLE,
)

LABEL_OF_OWN = {
    f"{model._meta.app_label}.{name}": str(label)
    for model in apps.get_models()
    for name, label in model._meta.permissions
}


@dataclass(frozen=True)
class Checkbox:
    """`renamed` is the label of a permission that Django has made."""

    permission: str
    help_text: str = ""
    renamed: str = ""

    @property
    def label(self) -> str:
        return self.renamed or LABEL_OF_OWN[self.permission]

    @property
    def slug(self) -> str:
        """The name in a form: `customers-merge_customer`."""
        return self.permission.replace(".", "-")


GROUPS: dict[str, tuple[Checkbox, ...]] = {
    "Customers": (
        Checkbox(
            VIEW_CUSTOMERS,
            "Customer pages, search, duplicates and merge history",
            renamed="Can view customers",
        ),
        Checkbox(ADD_CUSTOMERS, "New customers and leads, entered manually", renamed="Can add customers"),
        Checkbox(
            CHANGE_CUSTOMERS,
            "Details, status, notes, tags, credit and shop logins",
            renamed="Can change customers",
        ),
        Checkbox(
            MERGE,
            "Merge customers with the same email or phone. Entering values needs “Can change customers”",
        ),
        Checkbox(UNMATCHED, "Merge any customers found by search, or named by an API client"),
        Checkbox(UNDO, "Any user’s merges, at any time"),
        Checkbox(
            REVIEW,
            "How many merges are undone, by user and rule, samples, and merges that need a second person",
        ),
        Checkbox(
            CHANGE_POLICY,
            "By the worth of orders, active purchases and names that differ",
            renamed="Can change which merges need a second person",
        ),
        Checkbox(SPLIT, "Move a source record to a new customer"),
        Checkbox(
            EXPORT_PERSONAL_DATA,
            "Everything of one customer as a file, if that customer asks for it. Needs “Can view orders”, too",
        ),
        Checkbox(
            DELETE_CUSTOMERS,
            "Permanently, with all linked records. Also all customers of a data source",
            renamed="Can delete customers",
        ),
        Checkbox(CHANGE_SOURCES, "Name, default country and currency", renamed="Can change data sources"),
        Checkbox(
            IGNORE,
            "Emails and phones that are not used for matching, for all customers",
            renamed="Can change ignored values",
        ),
        Checkbox(
            MANAGE_RULES,
            "Rules that merge duplicates automatically. To turn one on needs “Can merge customers”, too",
        ),
        Checkbox(
            CHANGE_IDENTIFYING,
            "Attributes that say who a customer is, such as a VAT number or the date of birth",
            renamed="Can change identifying attributes",
        ),
        Checkbox(
            MANAGE_SALES_LISTS,
            "Account types, lead phases and closing reasons, for all users",
        ),
    ),
    "Orders": (
        Checkbox(VIEW_ORDERS, "Orders, payments, fulfillments, purchases, memberships", renamed="Can view orders"),
        Checkbox(
            ADD_ORDERS,
            "For a customer, charged to a card on file. Through the API also invoices and plans",
            renamed="Can create orders",
        ),
        Checkbox(
            CHANGE_ORDERS,
            "Through the API: invoices, line items, payments and plans",
            renamed="Can change orders",
        ),
        Checkbox(REFUND, "All or part of the payment for an order"),
        Checkbox(CANCEL, "Now or on a future date. Also keep and reactivate them"),
        Checkbox(
            CHANGE_FULFILLMENTS,
            "Resend fulfillments, and cancel those that were not shipped yet",
            renamed="Can resend and cancel fulfillments",
        ),
        Checkbox(RERUN, "Charge declined orders again, one or all of a list"),
        Checkbox(SETTLE, "Record the outcome of a payment the gateway has not answered for a day"),
        Checkbox(CHANGE_BILLING, "Price and next bill date", renamed="Can change the billing of purchases"),
    ),
    "Administration": (
        Checkbox(MANAGE_USERS, "Create and edit users, with at most your own permissions"),
        Checkbox(
            RUN_IMPORT,
            "Customers, orders and subscriptions, also by pulls from other systems. Also undo an import",
        ),
        Checkbox(START_REBUILD, "After an update, or when figures disagree"),
        Checkbox(VIEW_ALL_JOBS, "Imports, exports and other long work of all users"),
        Checkbox(MANAGE_WEBHOOKS, "Endpoints that events are sent to, their secrets and deliveries"),
        Checkbox(VIEW_AUDIT_LOG, "Who did what, from where: sign-ins, refusals, exports, refunds, merges, deletions"),
        Checkbox(USE_API, "With your own API keys"),
    ),
}


def checkboxes() -> Iterator[Checkbox]:
    return chain.from_iterable(GROUPS.values())


LABELS = {checkbox.permission: checkbox.label for checkbox in checkboxes()}
ALL_PERMISSIONS = frozenset(LABELS)


def labels_of(permissions: Iterable[str]) -> list[str]:
    """Their labels, in the order of Edit User; a permission that was removed is given by its name."""
    names = set(permissions)
    return [label for name, label in LABELS.items() if name in names] + sorted(names - ALL_PERMISSIONS)


def explain_missing(permission: str) -> str:
    label = LABELS[permission]
    return f"You need the permission “{label}”. An admin can grant it on Edit User."
