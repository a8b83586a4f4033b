"""The names of the permissions that code asks for, each once: “app.verb_model”. SPLIT is one to copy.

1. The model is the one that users may then see or change, such as SourceRecord; of exports `ExportChoice`, as in
   “exports.export_merges”.
   Its `Meta.permissions` has the label. Django makes those to add, change, delete and view for each model by itself.
2. The name is here where that model is of `customers`, in `orders/permissions.py` where it is of `orders`, otherwise in
   `crm/permissions.py`. Two stand here all the same, START_REBUILD and VIEW_ORDERS: `customers` asks for them and
   imports nothing above it.
3. What a view of `customers` or `orders` asks for has a decorator `may_…`: in `customers/web/permissions.py`, or of
   “orders.…” in `orders/permissions.py`. Views of `crm` write `@permission_required(NAME)`. What no view asks for, such
   as UNMATCHED, which an act does, has none.
4. Its checkbox on Edit User is in `crm/accounts/checkboxes.py`, the roles that have it in `roles.py` beside that.

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
