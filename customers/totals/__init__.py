"""What orders and purchases add up to, kept beside each source record, so that nothing is counted on a page.

Read sums.py first.
"""
