"""Reviewing merges: how many are undone and how soon, by user and rule, and samples that reviewers answer.

Read `counts.py` first: what it keeps is what the page of quality shows.
"""
