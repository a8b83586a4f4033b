"""Calls about purchases, which bill again."""
