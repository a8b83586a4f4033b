"""One module for each kind of job: it registers the kind, and calls the rules that do the rows.

Those of exports are in `crm/exports/job.py`.
"""

from crm.jobs.kinds import batches, import_file, rebuild, scan, train_model, undo_plan

__all__ = ["batches", "import_file", "rebuild", "scan", "train_model", "undo_plan"]
