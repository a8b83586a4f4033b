"""What the fulfillment house reports about parcels: shipped, delivered, returned, cancelled.

`parcels.py` is all of it; the table is in `orders/models/fulfillment.py`.
"""
