"""A shop that sells, and what it sends about a customer."""

from decimal import Decimal

from orders.models import Campaign, Product
from tests.api.konnektive.konnektive_caller import KonnektiveCaller

HELENA = {
    "firstName": "Helena",
    "lastName": "Holý",
    "emailAddress": "hholy@gmail.com",
    "phoneNumber": "+420 2 4177 0449",
    "address1": "Rilská 3174/6",
    "city": "Prague",
    "postalCode": "14300",
    "country": "CZ",
}
APPROVED, SOFT, STOLEN, TIMES_OUT = "4242 4242 4242 4242", "4000000000009995", "4000000000000002", "4000000000000341"
VISA = {"paySource": "CREDITCARD", "cardNumber": APPROVED, "cardExpiryDate": "04/2039", "cardSecurityCode": "123"}


class Store:
    """A shop with a campaign, a product that is sold once, and one that bills every month."""

    def __init__(self) -> None:
        self.caller = KonnektiveCaller()
        self.campaign = Campaign.objects.create(name="Vinyl")
        self.video = Product.objects.create(sku="video", name="Video", price=Decimal("1.99"), currency="USD")
        self.monthly = Product.objects.create(
            sku="monthly",
            name="Monthly",
            price=Decimal("9.90"),
            currency="USD",
            interval_count=1,
            interval_unit="month",
        )

    def lead(self, **sent):
        return self.caller.ask("leads/import", **{"campaignId": self.campaign.pk, **HELENA, **sent})

    def order(self, **sent):
        about = {"campaignId": self.campaign.pk, "paySource": "PREPAID", "product1_id": self.video.pk}
        return self.caller.ask("order/import", **{**about, **HELENA, **sent})
