"""The audit log: who did what, from where, and when. Entries cannot be changed, and are kept for AUDIT_DAYS.

Read `models.py` first: it says what an entry may hold. `log.py` writes them, `origin.py` knows from where a request
comes, `purge.py` alone deletes.
"""
