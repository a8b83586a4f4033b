"""Which spellings are one email."""

from customers.lib.emails import normal_email
from tests.tables import table

SAME = [
    ("jan@straße.de", "jan@xn--strae-oqa.de"),
    ("jan@straße.de", "JAN@STRAßE.DE"),
    ("jan@straße.de", "JAN@STRAẞE.DE"),
    ("jan@straße.de", "Jan@XN--STRAE-OQA.de"),
    ("jan@bücher.de", "jan@xn--bcher-kva.de"),
    ("jan@bücher.de", "jan@bu\u0308cher.de"),
    ("info@例え.jp", "info@xn--r8jz45g.jp"),
    ("jan@βόλος.gr", "jan@xn--nxasmm1c.gr"),
    ("josé@shop.org", "jose\u0301@shop.org"),
    ("jan@shop.org", "JAN@SHOP.ORG"),
    ("jan@shop.org", " jan@shop.org "),
    ("jan@shop.org", "<jan@shop.org>"),
    ("jan@shop.org", "Jan Holub <jan@shop.org>"),
    ("jan@shop.org", '"Holub, Jan" <jan@shop.org>,'),
    ("jan@shop.org", "mailto:jan@shop.org"),
    ("jan@shop.org", "MAILTO:jan@shop.org?subject=Hi"),
    ("jan@shop.org", "jan@shop.org;"),
    ("jan@shop.org", "jan@shop.org."),
    ("jan@shop.org", "\ufeffjan@shop.org"),
    ("jan@shop.org", "jan\u200b@shop.org"),
    ("jan@shop.org", "“jan@shop.org”"),
    ("jan@shop.org", "'jan@shop.org"),
    ("jan@shop.org", "ｊａｎ＠ｓｈｏｐ．ｏｒｇ"),
    ("jan@shop.org", "jan@shop.org\r\n"),
    ("jan@shop.org", "\u00a0jan@shop.org\u00a0"),
    ("jan@shop.org", "\u3000jan@shop.org\u2003"),
    ("jan@shop.org", "Email: jan@shop.org"),
    ("jan@shop.org", "E-mail:jan@shop.org"),
    ("jan@shop.org", "jan@shop.org (work)"),
    ("jan@shop.org", "<mailto:jan@shop.org>"),
]
DIFFERENT = [
    ("jan@straße.de", "jan@strasse.de"),
    ("jan@xn--strae-oqa.de", "jan@strasse.de"),
    ("jan@faß.de", "jan@fass.de"),
    ("jan@βόλος.gr", "jan@βόλοσ.gr"),
    ("strauß@shop.org", "strauss@shop.org"),
    ("jan@bücher.de", "jan@bucher.de"),
    ("josé@shop.org", "jose@shop.org"),
    ("jan@shop.org", "jan@shop.com"),
    ("jan@shop.org", "jana@shop.org"),
    ("jan@shop.org", "jan@mail.shop.org"),
    ("jan.holub@shop.org", "janholub@shop.org"),
    ("jan+1@shop.org", "jan@shop.org"),
    ("jan-h@shop.org", "jan_h@shop.org"),
    ("jan@shop.org", "jan@sh0p.org"),
    ("ján@shop.org", "jan@shop.org"),
    ("jan1@shop.org", "jan2@shop.org"),
]
NONE = [
    *("", "jan", "@shop.org", "jan@", "@", "jan holub@shop.org", "jan@shop org", "x" * 250 + "@shop.org"),
    *("jan@shop.org;eva@shop.org", "jan@shop.org, eva@shop.org", "jan@shop.org/eva@shop.org", "jan@shop.org;eva"),
    *("[jan@shop.org](mailto:eva@shop.org)", "jan@@shop.org", "jan@shop.org:25", "jan@shop\u00a0org"),
]


@table(("one", "other"), SAME)
def test_two_spellings_are_one_email(one, other):
    assert normal_email(one) == normal_email(other) != ""


@table(("one", "other"), DIFFERENT)
def test_two_emails_are_not_one(one, other):
    assert normal_email(one) != normal_email(other)


@table("text", NONE)
def test_what_is_no_single_email_makes_no_key(text):
    assert normal_email(text) == ""
