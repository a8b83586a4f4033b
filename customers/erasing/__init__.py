"""Deleting a customer with everything that is linked, for good.

Read erase.py first, then delete_rows.py and redact.py.
"""
