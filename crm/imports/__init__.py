"""The pages of an import: file, columns, dry run, import, undo.

Read `steps.py` first: what may follow what. `orders/imports/drafts.py` takes the file in and keeps what its columns
mean; a dry run, an import and an undo are jobs (`crm/jobs/kinds/import_file.py`).
"""
