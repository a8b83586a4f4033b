"""Merging duplicates, undoing a merge, splitting off a record, and the history of all three.

Read plan.py, then merge.py. What an undo restores and what it keeps is decided in undo_plan.py, written by undo.py.
What pages show beforehand: preview.py, undo_preview.py, split_preview.py.
"""
