"""Reconciliation: what is recorded of payments, compared each night with what the gateway says of them.

Read compare.py first: what is a difference. `reconcile.py` does a day, `days.py` says which are due, `differences.py`
shows what was found.
"""
