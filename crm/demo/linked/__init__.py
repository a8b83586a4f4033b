"""Rows of linked tables that come with no order: `build.py` finds each module here and calls its `add_rows`."""
