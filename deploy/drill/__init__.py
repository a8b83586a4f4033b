"""A drill: a backup that was taken under load is restored to a moment, and judged. `python -m deploy.drill`

`cluster.py` has a PostgreSQL of its own in a temporary folder, `load.py` acts until it is told to end and writes down
what was acknowledged, `judge.py` compares a restored database with that. Nothing else on the machine is touched.
"""
