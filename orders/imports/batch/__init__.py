"""Many rows at once, judged as an intake judges one, and written by few statements. Read `judge.py` first."""
