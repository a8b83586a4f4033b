"""Likely duplicates: pairs of customers with the probability that they are one person, found by Splink.

`records.py` has what is compared of a customer, `comparisons.py` how two values of a field may agree, and `model.py`
how much that counts. `blocking.py` says which pairs are looked at, `scoring.py` gives them their probability, and
`doubts.py` holds it down where evidence of a household or an office is all there is. `scan.py` and `rescore.py`
keep `LikelyPair`. `retrain.py` makes a model of the site's own customers, `answers.py` says how well one did.

Splink and DuckDB are imported within functions: a web process imports this package, and must never load them.
"""
