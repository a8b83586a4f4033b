"""Contacts, notes, opportunities and tasks.

Read notes.py first; common.py has what all four share.
"""
