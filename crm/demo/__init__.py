"""The demo: the Chinook sample store, sold through two shops that write its customers differently.

Read `build.py` first: it adds one kind of data after the other. The command is `manage.py demo`.
"""
