"""What customers buy: orders, payments, fulfillments, subscriptions, invoices, and the revenue that they make.

It stands on `customers` and belongs to source records, so that a merge or an undo takes it along. Read
`models/order.py` first; the packages are capabilities, each with its own `__init__.py` that says what to read.
"""
