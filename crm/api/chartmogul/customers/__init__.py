"""Customers with their tags and custom attributes: `requests.py` reads them, `responses.py` writes them."""
