"""Monthly recurring revenue (MRR), derived from invoice lines, purchases and cancellations.

`ledger.py` reads the rows as plain changes (`types.py`), `mrr.py` derives the MRR of a subscription after each change,
and `movements.py` the movements of the customer's total. Acts store what they change as steps (`steps.py`), from which
pages read movements (`stretch.py`). Read `movements.py` first.
"""
