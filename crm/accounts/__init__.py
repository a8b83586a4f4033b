"""Users, their permissions, API keys, passwords and preferences.

Read `permissions.py` first: it lists what can be granted. `grant.py` saves users, `changes.py` keeps their log.
"""
