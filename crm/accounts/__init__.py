"""Users, their permissions, API keys, passwords, second factors, sessions and preferences.

Read `checkboxes.py` first: it lists what can be granted. `grant.py` saves users, `changes.py` keeps their log,
`factors/` has what users sign in with besides a password, `web/sign_in.py` the steps of a sign-in.
"""
