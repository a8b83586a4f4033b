"""Possible duplicates: the evidence for and against, and the pairs that staff marked as not duplicates.

Read duplicates.py first: the only definition of a duplicate. keys.py says which values count, judgement.py how sure a
match is, recognise.py who an incoming person is. When two values are the same: `customers/lib/`, `identity.py` first.
"""
