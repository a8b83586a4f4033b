"""Contacts, notes, opportunities and tasks of a customer.

Read common.py first: how rows are locked, checked and written into the history.
"""
