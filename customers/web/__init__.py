"""What the views of every package share: permissions, the live customer of an address, messages, CSV answers.

Read permissions.py first, then live.py and retired.py.
"""
