"""Tags and attributes that staff and API clients put on a customer.

Read tags.py and attributes.py first, then effective.py: which of them count after a merge.
"""
