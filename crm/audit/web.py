from customers.web.permissions import permission_required

VIEW_AUDIT_LOG = "audit.view_audit_log"
may_view_audit_log = permission_required(VIEW_AUDIT_LOG)
