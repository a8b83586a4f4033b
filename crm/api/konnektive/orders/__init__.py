"""Calls about orders: import, upsales, queries, cancellation, refunds, fulfillments, transactions."""
