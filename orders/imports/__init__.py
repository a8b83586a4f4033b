"""Importing customers, orders and subscriptions from a file.

Read `rows/imported_row.py` first: what a file comes to. `files/table.py` opens the file, `columns/guess.py` and
`columns/mapping.py` say what its columns mean, `rows/read.py` makes the rows. `batch/judge.py` says what each row comes
to here, `batch/write.py` writes a chunk of them; `run.py` does one chunk of a job (`crm/jobs/kinds/import_file.py`), on
the file that `stored_file.py` keeps.
`undo.py` takes an import back, as far as `untouched.py` says that nobody has touched it.
"""
