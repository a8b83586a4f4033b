"""The rows of a file as customers, orders and subscriptions. Read `imported_row.py` first, then `read.py`."""
