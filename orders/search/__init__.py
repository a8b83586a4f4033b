"""The list of all orders: what a search names, its filters, and its pages.

Read `filters.py` first: which filters an index answers, and which only a stretch of the list can be asked for.
"""
