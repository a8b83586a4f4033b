"""The pages of merge rules: all of them, one edited, its back-test, what it found.

What a rule does is in `customers/rules`; what takes long are jobs (`crm/jobs/kinds/back_test.py`, `rule_run.py`).
"""
