"""The worklist: groups of customers who may be one person, which wait for a person’s answer.

`groups.py` connects customers by the values they share, and `cohesion.py` says which of them hang together, for which
`customers.matching.likely.told_apart` compares those who share none.
`sorting.py` says which come first; `queue.py` reads them so, by the ranks that `ranks.py` keeps, for `filters.py`. What
the page shows of a group is in `page.py`, the file in `export_columns.py`. Likely pairs are in
`customers.matching.likely`: they come by their probability, and take their filters from here.
"""
