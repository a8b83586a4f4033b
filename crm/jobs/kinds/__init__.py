"""One module for each kind of job: it registers the kind, and calls the rules that do the rows."""

from crm.jobs.kinds import customer_export, rebuild

__all__ = ["customer_export", "rebuild"]
