"""Merges that need a second person: which they are (`policy.py`), asking for one (`ask.py`), answering (`answer.py`).

The merge itself refuses to be made alone (`merging/merge.py`), so pages, API clients, batches and rules are held alike.
"""
