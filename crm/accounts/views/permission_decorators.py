from crm.accounts.permissions import MANAGE_USERS
from customers.web.permissions import permission_required

may_manage_users = permission_required(
    MANAGE_USERS, "You may not manage users. An admin can tick “Can manage users” for you on Edit User."
)
