NUMBERS = {"page", "current_page", "total_pages", "per_page"}
"""What an answer has, besides, when a list is read without a cursor."""

END_OF_PAGE = 2
"""Statements about where the first of several pages ends: it is kept, and those that are too old are deleted."""
