"""What the columns of an export mean, by the system that writes it: a module each, and `preset.py`."""
