from crm.accounts.permissions import MANAGE_USERS
from customers.web.permissions import permission_required

may_manage_users = permission_required(
    MANAGE_USERS, "You do not have permission to manage users. An admin can grant “Can manage users” on Edit User."
)
