"""Source records: their owner, their linked rows, their history, and the values by which they are found.

Read ownership.py first (which customer owns a record), then match_keys.py and newest.py.
"""
