"""How every page, list and call that reads is answered by the database, where ten million rows are.

`test_plans.py` asks them all. Read `pretended.py` first: what the database is told of its tables. `faults.py` says what
is wrong with a plan, `accepted.py` what is let through and why.
"""
