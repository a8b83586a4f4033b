"""Taking in leads and orders from shops and the API: find or create the customer, and write the order once.

Read `order.py` (the incoming values), then `take.py` (the transaction) and `match_customer.py` (the choice of the
customer). An intake changes no profile, but for a purchase, which clears the lead status Lost: a new email of a known
customer is in the source record, by which it is found.
"""
