"""What nobody may read: card numbers, and texts that are stored as a digest or encrypted.

Read digests.py first; encryption.py is for a secret that has to be read again.
"""
