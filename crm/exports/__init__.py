"""Exports: lists as files of CSV or XLSX, in the columns that a user chose.

Read export.py first: what an export is. There are four: `customers.py`, `orders.py`, `merges.py` and `duplicates.py`,
whose columns and rows come from the rules of each list. A short file is sent at once, a longer one is written by a job
(`job.py`); both by `formats.py`.
"""
