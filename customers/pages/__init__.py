"""Pages that show several capabilities: the customer page with its tabs, Home, Add customer, Compare.

Read views/customer.py first. Pages call the packages below; no rule is here.
"""
