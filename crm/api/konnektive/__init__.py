"""Konnektive's dialect at `/leads/import/`, `/order/import/`, `/customer/query/` …: its clients work unmodified.

Read `calls.py` first: it lists them. `endpoint.py` makes a function a call, `fields.py` declares its parameters,
`queries.py` and `paging.py` are the common parts of queries, `document.py` describes all of it.
"""
