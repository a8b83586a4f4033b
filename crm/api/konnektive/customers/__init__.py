"""Calls about customers: leads, queries, updates, shop logins, club memberships.

Read customers.py first; rows.py writes the answers.
"""
