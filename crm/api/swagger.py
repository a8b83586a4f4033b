"""How the pages look that show the OpenAPI documents of the two dialects, and who may open them."""

from crm.permissions import USE_API
from customers.web.permissions import permission_required

may_use_api = permission_required(USE_API)

# All operations and schemas at once keep a slow computer busy for many seconds. A subject is drawn when opened.
SETTINGS = {
    "layout": "BaseLayout",
    "deepLinking": True,
    "docExpansion": "none",
    "defaultModelsExpandDepth": -1,
    "filter": True,
}
