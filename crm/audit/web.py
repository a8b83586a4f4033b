from crm.permissions import VIEW_AUDIT_LOG
from customers.web.permissions import permission_required

may_view_audit_log = permission_required(VIEW_AUDIT_LOG)
