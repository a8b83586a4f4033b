"""The common parts of every request and page: middleware, error pages, context processors, the redaction of the log.

The order of the middleware is in `crm/settings.py`.
"""
