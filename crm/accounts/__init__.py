"""Users: who may sign in and what they may do, their API keys, passwords and preferences.

Read `permissions.py` first: it lists what can be granted. `grant.py` saves users, `audit.py` keeps the log.
"""
