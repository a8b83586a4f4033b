"""Many merges at one time: any set of merges undone as one.

Read undo.py first: which merges a batch has is fixed by its preview (undo_preview.py), and each is undone as it would
be alone, in a transaction of its own. `crm/jobs/kinds/batches.py` does them as a job, `crm/batches/` has the pages.
"""
