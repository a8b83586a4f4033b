"""Imports: `python -m benchmarks.imports` for how many rows a second, `….killed` for workers that are killed."""
