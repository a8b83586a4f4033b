"""The person of a lead or an order: names, contacts, addresses, and the source of the order."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Annotated

from pydantic import AfterValidator

from crm.accounts.models import User
from crm.api.countries import refuse_unknown_country
from crm.api.konnektive.customers.addresses import read_address
from crm.api.konnektive.customers.details import with_details
from crm.api.konnektive.errors import invalid
from crm.api.konnektive.fields import DoneOnce, Email, Id, Text, Truth, Whole, at_most, refuse_unstorable
from customers.lib.addresses.address import Address, address
from customers.lib.identity import Identity
from customers.lib.phones.normal_form import is_possible_phone
from customers.models import DataSource
from customers.sources import data_sources
from orders.intake.order import IncomingCustomer
from orders.models import Campaign

Name = Annotated[str, at_most(100), AfterValidator(refuse_unstorable)]
Phone = Annotated[str, at_most(40), AfterValidator(refuse_unstorable)]
Part = Annotated[str, at_most(120), AfterValidator(refuse_unstorable)]
Country = Annotated[Part, AfterValidator(refuse_unknown_country)]


def refuse_zone(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    # Such as fe80::1%eth0, which PostgreSQL cannot store.
    if "%" in str(address):
        raise ValueError("Use an address without a zone.")
    return address


@with_details
class PersonParameters(DoneOnce):
    """The common parameters of leads and orders. Any further values can be sent as `custom_` and their name."""

    campaign_id: Whole
    order_id: Id = ""
    first_name: Name = ""
    last_name: Name = ""
    company_name: Text = ""
    email_address: Email = ""
    phone_number: Phone = ""
    address1: Part = ""
    address2: Part = ""
    city: Part = ""
    state: Part = ""
    postal_code: Part = ""
    country: Country = ""
    bill_ship_same: Truth = False
    ship_address1: Part = ""
    ship_address2: Part = ""
    ship_city: Part = ""
    ship_state: Part = ""
    ship_postal_code: Part = ""
    ship_country: Country = ""
    ip_address: Annotated[IPv4Address | IPv6Address, AfterValidator(refuse_zone)] | None = None
    coupon_code: Annotated[str, at_most(60), AfterValidator(refuse_unstorable)] = ""
    disable_customer_dedup: Truth = False

    def identity(self) -> Identity:
        names = (self.first_name, self.last_name, self.company_name)
        return Identity(*names, self.email_address, self.phone_number, self.country)

    def billing_address(self) -> Address:
        return self._address("")

    def shipping_address(self) -> Address:
        return self.billing_address() if self.bill_ship_same else self._address("ship_")

    def _address(self, prefix: str) -> Address:
        return address(read_address(self, prefix))

    def require_identity(self) -> None:
        """A new customer needs both names and an email or phone."""
        names = {"firstName": self.first_name, "lastName": self.last_name}
        missing = {name: "This parameter is required." for name, value in names.items() if not value}
        if not (self.email_address or self.phone_number):
            missing["emailAddress"] = "An email or a phone is required."
        elif not self.email_address and not is_possible_phone(self.phone_number):
            missing["phoneNumber"] = "Send a phone number, or an email."
        if missing:
            raise invalid(**missing)


def incoming_customer(sent: PersonParameters, source: DataSource) -> IncomingCustomer:
    return IncomingCustomer(
        source,
        sent.identity(),
        deduplicate=not sent.disable_customer_dedup,
        billing_address=sent.billing_address(),
        shipping_address=sent.shipping_address(),
    )


def data_source_of(by: User) -> DataSource:
    # Each login is a data source of its own, because its order ids are its own.
    return data_sources.of_login(by.username, by=by)


def find_campaign(sent: PersonParameters) -> Campaign:
    campaign = Campaign.objects.filter(pk=sent.campaign_id).first()
    if campaign is None:
        raise invalid(campaignId="This campaign does not exist.")
    return campaign
