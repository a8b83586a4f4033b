"""What customers have in common beside emails and phones: external ID, company, web domain, identifying attributes.

Read values.py first, which says what the evidence of a record is. `keys` stores it, so that others with it are found,
`sharers` finds them, `shared` compares two customers, and `attributes` are those that staff marked as identifying.
"""
