"""Pulls from Konnektive.

`run.py` is a run: `queries.py` asks for a page, `places.py` says which comes next, `rows.py` makes rows of its answer.
"""
