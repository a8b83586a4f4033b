"""A database as large as that of a big shop, written by COPY; `benchmarks.overview` measures reads of it.

`people.py` draws a customer, always the same for a seed; `fill.py` writes them and what follows from them, so that
`manage.py rebuild` finds nothing that differs.
"""
