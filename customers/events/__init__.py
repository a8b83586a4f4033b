"""Events: what the acts on customers and orders tell the programs of others. Read feed.py first.

Programs have ids that customers had once: find_id.py finds what one names, meaning.py which customer that means.

Acts write them with their history (`customers/records/history.py`, `orders/history.py`), as rows of `Event`.
"""
