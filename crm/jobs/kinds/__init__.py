"""One module for each kind of job: it registers the kind, and calls the rules that do the rows.

Those of exports are in `crm/exports/job.py`.
"""

from crm.jobs.kinds import back_test, batches, import_file, rebuild, reruns, rule_run, scan, train_model, undo_plan

__all__ = ["back_test", "batches", "import_file", "rebuild", "reruns", "rule_run", "scan", "train_model", "undo_plan"]
