"""For how long what is not wanted for ever is kept; 0 keeps it for ever.

`crm/jobs/retention.py` lists what is deleted each night.
"""

from crm.settings.environment import kept

AUDIT_DAYS = kept("AUDIT_DAYS", 400)
SIGN_IN_ATTEMPT_DAYS = kept("SIGN_IN_ATTEMPT_DAYS", 1, least=1)
MERGE_DRAFT_HOURS = kept("MERGE_DRAFT_HOURS", 24, least=1)
JOB_FILES_DAYS = kept("JOB_FILES_DAYS", 7)
IMPORT_FILES_DAYS = kept("IMPORT_FILES_DAYS", JOB_FILES_DAYS)
WORKER_CALL_DAYS = kept("WORKER_CALL_DAYS", 1, least=1)
EVENTS_DAYS = kept("EVENTS_DAYS", 90)
WEBHOOK_DAYS = kept("WEBHOOK_DAYS", 30)
ORDER_KEY_DAYS = kept("ORDER_KEY_DAYS", 30)
RECONCILIATION_DAYS = kept("RECONCILIATION_DAYS", 400)
API_ANSWER_DAYS = kept("API_ANSWER_DAYS", 1, least=1)
