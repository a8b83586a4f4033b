"""The pages of an order and of a purchase, and the pages on which staff act on them.

`views/order.py` and `views/purchase.py` show them; the others, such as `views/payments.py`, act on them, through the
rules in `orders/payments` and `orders/subscriptions`. Read `orders/urls.py` first.
"""
