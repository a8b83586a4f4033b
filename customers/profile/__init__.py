"""The profile of a customer: the fields that staff edit and a merge chooses from.

Read fields.py first (the one list of fields), then derive.py (what a profile is) and edit.py.
"""
