"""Many merges at one time: groups of the worklist merged, and any set of merges undone, as one.

Read proposals.py first, which says what is left for a person, then merge.py and undo.py. What a batch has is fixed by
its preview, and each is merged or undone as it would be alone, in a transaction of its own.
`crm/jobs/kinds/batches.py` does them as a job, `crm/batches/` has the pages.
"""
