"""Importing customers, orders and subscriptions from a file.

Read `rows.py` (what a file comes to) and `table.py` (the file as rows of text) first.
"""
