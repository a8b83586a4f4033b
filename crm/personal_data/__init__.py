"""Everything of one person as one file, through all merges: what a customer may ask for by law.

Read tables.py first: which tables are in the file, and which are not and why. `data_subject.py` says who a person is,
`read.py` reads the rows part by part, `withheld.py` takes out what is about others, `archive.py` writes the ZIP file,
and `job.py` is the job that does it.
"""
