from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The IP address of the client, as the outermost of our `PROXIES` saw it."""
    proxies: int = settings.PROXIES
    forwarded = [address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",")]
    # What stands further left, the client may have made up.
    address = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    return address or str(request.META.get("REMOTE_ADDR", ""))  # none on a Unix socket
