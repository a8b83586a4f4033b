"""Data sources, and customers as a data source sends them.

Read customers.py first.
"""
