"""Importing customers, orders and subscriptions from a file.

Read `rows.py` first: what a file comes to. `table.py` opens the file, `guess.py` and `mapping.py` say what its columns
mean, `read.py` makes the rows. `judge.py` says what each row comes to here, `write.py` writes a chunk of them;
`run.py` does one chunk of a job (`crm/jobs/kinds/import_file.py`), on the file that `stored_file.py` keeps.
`undo.py` takes an import back, as far as `untouched.py` says that nobody has touched it.
"""
