from customers.lib.companies import company_key
from customers.lib.domains import domain_of_email, domain_of_website
from tests.tables import table


@table(
    ("website", "domain"),
    [
        ("https://www.Acme.co.uk/about?x=1", "acme.co.uk"),
        ("shop.acme.co.uk:8080", "acme.co.uk"),
        ("https://jan@acme.de", "acme.de"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("acme.blogspot.com", "acme.blogspot.com"),
        # Nobody’s, or everybody’s.
        ("https://www.facebook.com/acme", ""),
        ("co.uk", ""),
        ("192.168.0.1", ""),
        ("printer.local", ""),
        ("acme", ""),
        ("", ""),
    ],
)
def test_a_domain_is_what_its_owner_registered(website, domain):
    assert domain_of_website(website) == domain


@table(
    ("email", "domain"),
    [
        ("jan@mail.acme.de", "acme.de"),
        ("jan@gmail.com", ""),
        ("jan@post.gmx.de", ""),
        ("jan@yahoo.co.uk", ""),
        ("", ""),
    ],
)
def test_a_mail_provider_is_nobodys_domain(email, domain):
    assert domain_of_email(email) == domain


@table(
    ("name", "key"),
    [("Acme, Inc.", "acme"), ("ACME s.r.o.", "acme"), ("The Company", "thecompany"), ("N/A", ""), ("", "")],
)
def test_a_company_is_known_without_its_legal_form(name, key):
    assert company_key(name) == key
