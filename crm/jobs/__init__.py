"""Long work that runs by itself: jobs, their pages, and the clock of what runs at set times.

A job row is the truth; the task queue only wakes a worker. Read `turn.py` first: a worker claims a job by one UPDATE
and does it chunk by chunk, each in one short transaction that does the rows, moves the cursor and prolongs the lease.
So a worker that is killed repeats nothing and loses nothing.

What jobs do is in `kinds/`. The rules of customers and orders know nothing of jobs.
"""
