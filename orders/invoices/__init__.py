"""Invoices of billing systems, imported by the API: kept as orders, with their lines, payments and subscriptions.

Their numbers are those of orders: `new_order_number` of `orders/order_numbers.py`. Read `incoming.py` (what is sent;
the columns are those of `orders/models/order.py`), then `errors.py` and `import_.py`. Every later change goes through
`amend.py`, which derives the status of the order (`status.py`) and its subscriptions (`orders/subscriptions/derive.py`)
anew.
"""
