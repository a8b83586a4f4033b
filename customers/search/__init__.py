"""Finding customers: the search box, the list with its filters and order, and its export.

Read find.py first, then filters.py, search_text.py and scan.py. The columns of the export are in export_columns.py.
"""
