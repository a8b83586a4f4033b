"""Taking in leads and orders from shops and the API: their customer is found or created, and everything is written.

Read `order.py` (what comes in), then `take.py` (how it is written once) and `match_customer.py` (whose it is).
"""
