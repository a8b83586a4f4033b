"""Who may see customers, and who may act on them: whoever acts must be allowed to see them too."""

from customers.web.permissions import permission_required

MERGE, UNMATCHED = "customers.merge_customer", "customers.merge_unmatched_customer"
UNDO, SPLIT = "customers.undo_merge", "customers.split_sourcerecord"

may_view = permission_required(
    "customers.view_customer",
    "You may not view customers. An admin can tick “Can view customers” for you on Edit User.",
)
may_add = permission_required(
    "customers.add_customer",
    "You may not add customers. An admin can tick “Can add customers” for you on Edit User. Nothing was added.",
)
may_change = permission_required(
    "customers.change_customer",
    "You may not change customers. An admin can tick “Can change customers” for you on Edit User. Nothing was saved.",
)
may_merge = permission_required(
    MERGE,
    "You may not merge customers. An admin can tick “Can merge customers” for you on Edit User. Nothing was changed.",
)
may_undo = permission_required(
    UNDO,
    "You may not undo merges. An admin can tick “Can undo merges” for you on Edit User.",
)
may_split = permission_required(
    SPLIT,
    "You may not split customers. An admin can tick “Can split customers” for you on Edit User. Nothing was changed.",
)
may_delete = permission_required(
    "customers.delete_customer",
    "You may not delete customers. An admin can tick “Can delete customers” for you on Edit User. Nothing was deleted.",
)
