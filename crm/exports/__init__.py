"""Exports: lists as files of CSV or XLSX, in the columns that a user chose.

Read export.py first: what an export is. Customers, orders, merges, duplicates and the audit log have a module each. The
columns are with the rules of each list, in `export_columns.py` of `customers/search/`, `customers/merging/`,
`customers/matching/worklist/` and `orders/`. A short file is sent at once, a longer one by a job (`job.py`).
"""
