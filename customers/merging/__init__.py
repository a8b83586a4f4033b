"""Merging duplicates, undoing a merge, splitting off a record, and the history of all three.

Read plan.py, then merge.py, then undo.py; preview.py says beforehand what will move.
"""
