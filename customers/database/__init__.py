"""The database as something that fails or keeps one waiting; no model is named here.

Read failures.py first: it says what an error of a statement means; lock_queues.py is about threads that wait.
"""
