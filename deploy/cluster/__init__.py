"""A whole site on one machine, from Debian's packages: what a company has on several, small and for an hour.

Read site.py first: it says what runs and in which order. `make cluster` starts it, `make cluster-test` lets parts of it
die under load (test.py). It keeps to 127.0.0.x, to ports and a folder of its own, and takes all of it away at the end.
"""
