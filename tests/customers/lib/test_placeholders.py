"""Who was not named: placeholders among names, emails and phones."""

from customers.lib.placeholders import is_placeholder_email, is_placeholder_name, is_placeholder_phone, real_name
from tests.tables import table

MADE_UP_EMAILS = """
noemail@noemail.com none@none.com test@test.de test@test.co.uk none@gmail.com na@na.com no@no.no asdf@asdf.com
aaa@aaa.aa xxx@xx.com test1@test.com no-email@shop.cz no.email@gmail.com noreply@amazon.de unknown@unknown.org
customer@example.com guest@guest.com nobody@nowhere.com me.invalid@x.invalid 123@123.com test@example.org
none@none test@test no@no noone@nowhere.com not@given.com none@nowhere.org keine@email.de sin@correo.es geen@mail.nl
jan@localhost jan@test jan@intranet jan@holub.invalid jan@mail.local jan@holub.test jan@shop.localhost
"""
EMAILS = """
noone@reunite.cz given@not.com
hholy@gmail.com test@reunite.cz info@holub.cz jan@jannovak.cz desk@example.org noemi@gmail.com
nona@none-such.com guest@hotel.com mail@mail.holub.cz a@b.c nobby@test.com customer.service@shop.com
nathan@na.com you@me.com testa@gmail.com no@x.y aaa@reunite.cz 123@qq.com xavier@xxx.com ada@ada-shop.cz
jan@localhost.cz jan@test.holub.cz jan@intranet.cz jan@invalid.cz jan@local.com jan@contest.cz jan@mail.local.cz
"""
MADE_UP_PHONES = """
0000000 1111111 9999999 000000000000 1234567 12345678 123456789 1234567890 0123456789 9876543210 +11234567890
+420123456789 420123456789 1231231234 +15555555555 +10000000000 +441234567890
1212121212 12341234 12121212 20202020 565656565656 123412341234 123123123 456456456456
"""
PHONES = """
+420241770449 9999123 0612345678 +31612345678 +15551234567 +18179247272 5550142 +442079460018 7777770 8000000
602602602 +420602602602 1231231235678 +420777777123 +4930901820 1234568 +12345550123 +33123456780 1234567890123456789
+12121212121 +4520202020 +33656565656 1212121213 12341235 121212121 1212124212 456456456
"""


@table(
    "name",
    [
        *(
            "Dear Customer",
            "Firma",
            "Withheld",
            "private",
            "Online Order",
            "Herr und Frau",
            "Dhr. en Mevr.",
            "Company Name",
        ),
        *("Guest", "guest", "GUEST 42", ".", "-", "N/A", "n.a.", "…", "?", "12345", "🙂", "null", "None", "undefined"),
        *("Unknown", "Customer", "New Customer", "Guest User", "Test", "Test Test", "test1", "No Name", "Not provided"),
        *("xxx", "XX", "aaaa", "Mr", "Mr.", "Mrs", "Mr & Mrs", "Dr.", "Herr", "Frau", "Frau Dr.", "Fräulein", "Madame"),
        *("Señora", "Sr.", "Signor", "Mevrouw", "paní", "Kunde", "unbekannt", "Gast", "onbekend", "inconnu", "Cliente"),
        *(
            "desconocido",
            "Zákazník",
            "neznámý",
            "Гость",
            "匿名",
            "ゲスト",
            "고객",
            "ضيف",
            "Ｇｕｅｓｔ",
            "Gu​est",
            "qwerty",
        ),
        *("Resident", "Household", "admin", "POS", "eBay", "eBay Buyer"),
        *("N.N.", "NN", "TBC", "Ikke oppgitt", "Amazon Customer", "Facebook User", "Cash Sale", "Sig.ra"),
        *("測試", "顧客", "비회원", "Гість", "Неизвестная", "Άγνωστος", "Tuntematon", "Ügyfél", "Khách hàng", "अतिथि"),
        *("Neuvedeno", "Nie podano", "keine Angabe", "Non renseigné", "Não informado", "غير معروف", "First Last"),
    ],
)
def test_nobody_is_called_by_a_placeholder(name):
    assert is_placeholder_name(name)
    assert real_name(name) == ""


@table(
    "name",
    [
        *(
            "",
            "Helena",
            "Al",
            "Jo",
            "X",
            "A.",
            "O",
            "Li",
            "Bo",
            "Ng",
            "An",
            "Wu",
            "Don",
            "Pan",
            "King",
            "Bey",
            "Nil",
            "Bar",
        ),
        *("Private Smith", "Company", "Privat", "Orderud", "Firmin", "Und", "Hello", "Frau Lund", "Dear"),
        *("Guestier", "Nathan", "Tess", "Tester-Novák", "Nonna", "Nullmeyer", "Customs", "Mrázek", "Drew", "Herrmann"),
        *(
            "Test Smith",
            "Guest Smith",
            "Jan Test",
            "Dr. Novák",
            "Señora López",
            "丽丽",
            "나나",
            "Anna Na",
            "Noah",
            "Norman",
        ),
        *(
            "Frauke",
            "Gaston",
            "Kunderová",
            "Sirius",
            "Misty",
            "Drake",
            "Profumo",
            "Mike 2",
            "Abcede",
            "Oooo'Neil",
            "Lord",
        ),
        *("Ada", "Ana", "Bob", "Hannah", "Otto", "Eve", "Zzyzx", "Nil", "Bar", "Noah"),
    ],
)
def test_a_name_that_only_looks_like_a_placeholder_is_one_of_somebody(name):
    assert not is_placeholder_name(name)


@table("email", MADE_UP_EMAILS.split())
def test_a_made_up_email_is_a_placeholder(email):
    assert is_placeholder_email(email)


@table("email", EMAILS.split())
def test_an_email_of_somebody_is_none(email):
    assert not is_placeholder_email(email)


@table("number", MADE_UP_PHONES.split())
def test_a_made_up_phone_is_a_placeholder(number):
    assert is_placeholder_phone(number)


@table("number", PHONES.split())
def test_a_phone_that_can_be_dialled_is_none(number):
    assert not is_placeholder_phone(number)
