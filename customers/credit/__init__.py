"""The credit of a customer: entries that add up, of which the oldest is used first.

Read credit.py first.
"""
