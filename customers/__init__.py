"""Who people are: finding, merging, undoing, splitting and erasing customers, and the pages for it.

Read docs/architecture.md first, then records/ownership.py and profile/derive.py: the two ideas in code.
"""
