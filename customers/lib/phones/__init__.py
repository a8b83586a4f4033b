"""Telephone numbers. Read normal_form.py first: it says when two writings are one number."""
