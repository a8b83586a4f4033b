"""Importing customers, orders and subscriptions from a file.

Read `rows.py` first: what a file comes to.
"""
