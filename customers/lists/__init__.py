"""Account types, lead phases and closing reasons: the lists of a sales team, which admins edit.

Read entries.py first: what may be done to an entry. `catalogue.py` names the lists.
"""
