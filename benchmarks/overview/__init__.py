"""The benchmarks that need nothing but a database: `make bench` on SQLite, `make bench-large` on PostgreSQL.

`measured.py` measures an act beside the limit of the same run; what is measured is in `merges.py`, `reads.py`,
`filters.py`, `imports.py` and `peers.py`.
"""
