"""Files with a table in them: what a file is, and its rows as texts. Read `table.py` first."""
