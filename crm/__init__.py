"""The Django project: settings, URLs, users, the API, the demo. Customers and orders are apps of their own.

Read `settings/` and `urls.py` first.
"""
