"""Pages that show several capabilities: the customer page with its tabs, Home, Add customer, Compare.

Read views/customer.py first. Pages call the packages below. Two rules are here because only a page has them: adding a
customer by hand (add_customer.py) and the timeline of a customer (timeline.py).
"""
