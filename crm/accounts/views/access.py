from crm.accounts.functionalities import MANAGE_USERS
from customers.access import permission_required

may_manage_users = permission_required(
    MANAGE_USERS, "You may not manage users. An admin can tick “Can manage users” for you on Edit User."
)
