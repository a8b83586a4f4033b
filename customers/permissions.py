"""The names of the permissions that code asks for, each once.

A name is in the file of what it is about: customers here, orders in `orders/permissions.py`, users, jobs, exports and
webhooks in `crm/permissions.py`; two that code of `customers` asks for, too, are here all the same. The permission is
in `Meta.permissions` of a model of that app (one of exports would be of `ExportChoice`), its checkbox on Edit User in
`crm/accounts/checkboxes.py`. Decorators of views are in `customers/web/permissions.py` and `orders/permissions.py`.
SPLIT is one to copy.

An update grants a new one to no user. Where users could do before what it is asked for now, `CHANGELOG.md` says what
they lose until an admin grants it. A migration may grant it to those who could: it makes the `Permission` as well,
because Django makes those of `Meta` after all migrations.
"""

VIEW_CUSTOMERS = "customers.view_customer"
ADD_CUSTOMERS, CHANGE_CUSTOMERS = "customers.add_customer", "customers.change_customer"
DELETE_CUSTOMERS = "customers.delete_customer"
EXPORT_PERSONAL_DATA = "customers.export_customer"
"""All of one customer as a file. The exports of lists need what their pages need: `Export.needs`."""
MERGE, UNMATCHED = "customers.merge_customer", "customers.merge_unmatched_customer"
UNDO, SPLIT = "customers.undo_merge", "customers.split_sourcerecord"
REVIEW, CHANGE_POLICY = "customers.review_merge", "customers.change_mergepolicy"
MANAGE_RULES = "customers.manage_mergerule"
IGNORE = "customers.change_ignoredvalue"
CHANGE_IDENTIFYING = "customers.change_identifyingattribute"
MANAGE_SALES_LISTS = "customers.manage_saleslist"
CHANGE_SOURCES = "customers.change_datasource"
START_REBUILD = "jobs.start_rebuild"
VIEW_ORDERS = "orders.view_order"
"""Users without it see no orders, payments or purchases anywhere (docs/decisions/0015)."""
