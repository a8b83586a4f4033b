"""Tags and attributes that staff and API clients put on a customer.

Read effective.py first: which of them count after a merge.
"""
