from crm.permissions import MANAGE_WEBHOOKS
from customers.web.permissions import permission_required

may_manage_webhooks = permission_required(MANAGE_WEBHOOKS)
