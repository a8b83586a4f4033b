"""What requests need to know of users: their time zone and theme, the address of the client, the block of sign-ins.

Read preferences.py first.
"""
