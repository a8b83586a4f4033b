"""Plans and plan groups: our products that bill again.

Read plans.py first.
"""
