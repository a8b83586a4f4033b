"""The pages of data sources: what each has sent, its defaults, and deleting what it sent.

Read delete.py first, then deletion_plan.py (what is shown before). Creating and changing: `customers.sources`.
"""
