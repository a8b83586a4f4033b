"""How the pages look that show the OpenAPI documents of the two dialects."""

# All operations and schemas at once keep a slow computer busy for many seconds. A subject is drawn when opened.
SETTINGS = {
    "layout": "BaseLayout",
    "deepLinking": True,
    "docExpansion": "none",
    "defaultModelsExpandDepth": -1,
    "filter": True,
}
