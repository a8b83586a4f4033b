"""Rows of linked tables that come with no order: `build.py` finds each module here and calls its `add_rows`.

They are made as staff or a data source makes them, by a rule module; by the model where none writes them.
"""
