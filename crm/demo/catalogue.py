"""The products of the store: tracks, videos, and subscriptions."""

from decimal import Decimal

from orders.models import Campaign, Product

MONTHLY, YEARLY, LOSSLESS, TRACK, VIDEO = "unlimited-monthly", "unlimited-yearly", "lossless", "track", "video"
PRODUCTS = (
    (MONTHLY, "Unlimited Monthly", "9.90", "month"),
    (YEARLY, "Unlimited Yearly", "99.00", "year"),
    (LOSSLESS, "Lossless Sound", "4.90", "month"),
    (TRACK, "Track", "0.99", ""),
    (VIDEO, "Video", "1.99", ""),
)
CURRENCY = "USD"


def get_products() -> dict[str, Product]:
    products = {}
    for sku, name, price, unit in PRODUCTS:
        values = {"name": name, "price": Decimal(price), "currency": CURRENCY, "interval_unit": unit}
        interval = {"interval_count": 1 if unit else None}
        products[sku], _ = Product.objects.get_or_create(sku=sku, defaults=values | interval)
    return products


def get_campaign(name: str) -> Campaign:
    return Campaign.objects.get_or_create(name=name)[0]
