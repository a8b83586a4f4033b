"""Source records: whose they are, what hangs off them, and by which values they are found.

Read ownership.py first (who has a record), then match_keys.py and newest.py.
"""
