"""The names of the permissions that code asks for, each once.

`orders/permissions.py` and `crm/permissions.py` have theirs, except the two that code of `customers` asks for. The
checkbox of each on Edit User, with its label, is in `crm/accounts/checkboxes.py`.
"""

VIEW_CUSTOMERS = "customers.view_customer"
ADD_CUSTOMERS, CHANGE_CUSTOMERS = "customers.add_customer", "customers.change_customer"
DELETE_CUSTOMERS = "customers.delete_customer"
EXPORT_PERSONAL_DATA = "customers.export_customer"
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
