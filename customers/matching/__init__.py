"""Which customers may be the same person, why, and what staff said against it. Nothing is merged here.

Read duplicates.py first: the only definition of a duplicate.
"""
