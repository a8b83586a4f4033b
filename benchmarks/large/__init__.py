"""A database as large as that of a big shop, written by COPY, and how long reading it takes.

`people.py` draws a customer, always the same for a seed; `fill.py` writes them and what follows from them, so that
`manage.py rebuild` finds nothing that differs; `measure.py` times reads. `python -m benchmarks.large` does it all.
"""
