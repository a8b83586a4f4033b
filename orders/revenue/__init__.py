"""Monthly recurring revenue (MRR), derived from invoice lines, purchases and cancellations.

`ledger.py` reads the rows as plain changes (`types.py`), `mrr.py` says what a subscription is worth after each change,
and `movements.py` what that makes of the customer's total. Read `movements.py` first.
"""
