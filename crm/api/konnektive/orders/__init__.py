"""Calls about orders: import, upsales, queries, cancellation, refunds, fulfillments, transactions.

Read import_order.py first; rows.py writes the answers.
"""
