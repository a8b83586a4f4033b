"""The names of the permissions to manage users, jobs and webhooks, to use the API, and to read the audit log.

Those about customers are in `customers/permissions.py`, about orders in `orders/permissions.py`; the checkbox of each
on Edit User is in `crm/accounts/checkboxes.py`.
"""

MANAGE_USERS = "accounts.manage_user"
USE_API = "accounts.use_api"
VIEW_ALL_JOBS = "jobs.view_all_job"
VIEW_AUDIT_LOG = "audit.view_audit_log"
MANAGE_WEBHOOKS = "webhooks.manage_webhook"
