"""Contacts, notes, opportunities and tasks of a customer.

Read common.py first: how each is locked, checked and written into the history.
"""
