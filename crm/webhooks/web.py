from customers.web.permissions import permission_required

MANAGE_WEBHOOKS = "webhooks.manage_webhook"
may_manage_webhooks = permission_required(MANAGE_WEBHOOKS)
