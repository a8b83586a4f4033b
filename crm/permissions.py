"""The names of the permissions to manage users, jobs and webhooks, to use the API, and to read the audit log.

One of exports would be here, too, and asked for by `Export.needs` of `crm/exports/export.py`, from which pages, jobs
and links take it. `customers.export_customer` is the file of one person.

`customers/permissions.py` says which name is in which file, and what else a permission needs.
"""

MANAGE_USERS = "accounts.manage_user"
USE_API = "accounts.use_api"
VIEW_ALL_JOBS = "jobs.view_all_job"
VIEW_AUDIT_LOG = "audit.view_audit_log"
MANAGE_WEBHOOKS = "webhooks.manage_webhook"
