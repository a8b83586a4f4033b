"""Pulls: customers and orders fetched from the Konnektive API of another system, again and again.

Read `job.py` first: a job fetches page after page, and writes each as an import would. `konnektive.py` asks for a page,
`places.py` says which one comes next, `rows.py` makes rows of its answer. `pulls.py` adds and changes pulls, `start.py`
starts their runs.
"""
