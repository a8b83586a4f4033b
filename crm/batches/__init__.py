"""The pages of many merges at one time: what will happen, how far it is, what came of it.

The rules are in `customers/batches/`, the jobs in `crm/jobs/kinds/batches.py`.
"""
