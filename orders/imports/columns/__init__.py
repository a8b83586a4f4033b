"""What the columns of a file mean: guessed, corrected on a page, kept. Read `mapping.py` first.

`fields.py` lists what a column can mean, `vendors/` the exports of other systems.
"""
