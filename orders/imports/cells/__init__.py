"""What the text of one cell says: amounts, times, statuses, and the rest in `cell.py`."""
