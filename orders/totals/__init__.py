"""Totals of source records: numbers of orders and purchases, paid and refunded amounts, by currency and by month.

Each act adds what it changes (`deltas.py`) in one statement (`add.py`, `upsert.py`); nothing is summed when a page is
read. Read `add.py` first.
"""
