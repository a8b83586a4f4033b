"""Pulls: customers and orders fetched from another system, again and again.

Read `job.py` first: a job fetches page after page, and writes each as an import would. What depends on the other system
is in `konnektive/` and `chartmogul/`. `pulls.py` adds and changes pulls, `start.py` starts their runs.
"""
