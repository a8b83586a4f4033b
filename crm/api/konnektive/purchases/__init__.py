"""Calls about purchases, which bill again.

Read purchases.py first; rows.py writes the answers.
"""
