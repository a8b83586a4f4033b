"""Events: what the acts on customers and orders tell the programs of others. Read feed.py first.

Acts write them with their history (`customers/records/history.py`, `orders/history.py`), as rows of `Event`.
"""
