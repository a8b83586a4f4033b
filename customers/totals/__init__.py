"""The totals of orders and purchases, stored by source record, so that no page counts orders.

Read sums.py first.
"""
