NUMBERS = {"page", "current_page", "total_pages", "per_page"}
"""What an answer has, besides, when a list is read without a cursor."""
