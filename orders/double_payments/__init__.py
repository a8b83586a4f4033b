"""People who pay twice: found by the clock, listed, and settled by keeping one purchase or charge.

Read `find.py` first: who pays twice. `settle.py` cancels and refunds what is not kept.
"""
