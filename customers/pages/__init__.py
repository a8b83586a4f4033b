"""Pages that show several capabilities: the customer page with its tabs, Home, Add customer, Compare.

Read views/customer.py first. A page asks the packages below; no rule stands here.
"""
