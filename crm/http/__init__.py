"""The common parts of every request and page: middleware, error pages, context processors, the redaction of the log.
Outside of everything else, so that it may answer in either dialect of the API.

The order of the middleware is in `crm/settings/__init__.py`.
"""
