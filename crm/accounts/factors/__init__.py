"""What users sign in with besides a password: an authenticator app, passkeys, recovery codes (docs/decisions/0045).

`overview.py` says what a user has, `requirement.py` who must have some. Each of the others is one kind of factor.
"""
