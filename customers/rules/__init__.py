"""Rules that merge duplicates without a user.

A rule says which evidence must agree (`conditions`). Who has it in common is found by keys (`candidates`). Groups of
whom every two satisfy it are made (`groups`), and each comes to an outcome (`outcomes`): merged, or left for review.
`apply` merges one as a user would, `follow` does so for customers who changed, `back_test` says beforehand what a rule
would do and compares it with what staff decided, and `limits` stops one whose merges are undone.
"""
