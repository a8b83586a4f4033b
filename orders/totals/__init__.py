"""Totals of source records: how many orders and purchases, what was paid and refunded, by currency and by month.

Each act adds what it changes (`deltas.py`) in one statement (`add.py`, `upsert.py`); nothing is summed when a page is
read. Read `add.py` first.
"""
