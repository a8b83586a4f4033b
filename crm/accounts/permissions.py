"""The permissions a user can have: one checkbox each on Edit User.

A permission of our own has its label in `Meta.permissions` of its model; the ones that Django makes for each model are
renamed here. A view or an operation of the API names the permission; the sentence for a user who lacks it is made from
the label.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.apps import apps

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


MANAGE_USERS = "accounts.manage_user"
USE_API = "accounts.use_api"

GROUPS: dict[str, tuple[Checkbox, ...]] = {
    "Customers": (
        Checkbox(
            "customers.view_customer",
            "Customer pages, search, duplicates and merge history",
            renamed="Can view customers",
        ),
        Checkbox("customers.add_customer", "New customers and leads, entered manually", renamed="Can add customers"),
        Checkbox(
            "customers.change_customer",
            "Details, status, notes, tags, credit and shop logins",
            renamed="Can change customers",
        ),
        Checkbox(
            "customers.merge_customer",
            "Merge customers with the same email or phone. Entering values needs “Can change customers”",
        ),
        Checkbox(
            "customers.merge_unmatched_customer", "Merge any customers found by search, or named by an API client"
        ),
        Checkbox("customers.undo_merge", "Any user’s merges, at any time"),
        Checkbox(
            "customers.review_merge",
            "How many merges are undone, by user and rule, samples, and merges that need a second person",
        ),
        Checkbox(
            "customers.change_mergepolicy",
            "By the worth of orders, active purchases and names that differ",
            renamed="Can change which merges need a second person",
        ),
        Checkbox("customers.split_sourcerecord", "Move a source record to a new customer"),
        Checkbox(
            "customers.export_customer",
            "Everything of one customer as a file, if that customer asks for it. Needs “Can view orders”, too",
        ),
        Checkbox(
            "customers.delete_customer",
            "Permanently, with all linked records. Also all customers of a data source",
            renamed="Can delete customers",
        ),
        Checkbox(
            "customers.change_datasource", "Name, default country and currency", renamed="Can change data sources"
        ),
        Checkbox(
            "customers.change_ignoredvalue",
            "Emails and phones that are not used for matching, for all customers",
            renamed="Can change ignored values",
        ),
        Checkbox(
            "customers.manage_mergerule",
            "Rules that merge duplicates automatically. To turn one on needs “Can merge customers”, too",
        ),
        Checkbox(
            "customers.change_identifyingattribute",
            "Attributes that say who a customer is, such as a VAT number or the date of birth",
            renamed="Can change identifying attributes",
        ),
        Checkbox(
            "customers.change_leadphase",
            "Account types, lead phases and closing reasons, for all users",
            renamed="Can change sales lists",
        ),
    ),
    "Orders": (
        Checkbox(
            "orders.view_order", "Orders, payments, fulfillments, purchases, memberships", renamed="Can view orders"
        ),
        Checkbox(
            "orders.add_order",
            "For a customer, charged to a card on file. Through the API also invoices and plans",
            renamed="Can create orders",
        ),
        Checkbox(
            "orders.change_order",
            "Through the API: invoices, line items, payments and plans",
            renamed="Can change orders",
        ),
        Checkbox("orders.refund_order", "All or part of the payment for an order"),
        Checkbox("orders.cancel_purchase", "Now or on a future date. Also keep and reactivate them"),
        Checkbox(
            "orders.change_fulfillment",
            "Resend fulfillments, and cancel those that were not shipped yet",
            renamed="Can resend and cancel fulfillments",
        ),
        Checkbox("orders.rerun_order", "Charge declined orders again, one or all of a list"),
        Checkbox("orders.settle_order", "Record the outcome of a payment the gateway has not answered for a day"),
        Checkbox("orders.change_purchase", "Price and next bill date", renamed="Can change the billing of purchases"),
    ),
    "Administration": (
        Checkbox(MANAGE_USERS, "Create and edit users, with at most your own permissions"),
        Checkbox(
            "orders.run_import",
            "Customers, orders and subscriptions, also by pulls from other systems. Also undo an import",
        ),
        Checkbox("jobs.start_rebuild", "After an update, or when figures disagree"),
        Checkbox("jobs.view_all_job", "Imports, exports and other long work of all users"),
        Checkbox("webhooks.manage_webhook", "Endpoints that events are sent to, their secrets and deliveries"),
        Checkbox(
            "audit.view_audit_log", "Who did what, from where: sign-ins, refusals, exports, refunds, merges, deletions"
        ),
        Checkbox(USE_API, "With your own API keys"),
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
