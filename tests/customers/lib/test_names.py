from pathlib import Path

from customers.lib.identity import Identity, identity_key
from customers.lib.names import label_key, name_words, unaccented
from customers.lib.person_name import full_name, names_in_common, split_name
from customers.lib.placeholders import is_placeholder_email, is_placeholder_name, is_placeholder_phone, real_name
from customers.matching.name_similarity import SAME, customer_name_similarity
from customers.models import Customer
from tests.tables import table

LINES = [
    line
    for line in Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
BOTH = {"first_name", "last_name"}

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


def pairs(sign):
    return [[named(side) for side in line.split(f" {sign} ")] for line in LINES if f" {sign} " in line]


def named(text) -> Identity:
    first, last = text.split("|")
    return Identity(first_name=first, last_name=last, email="one@reunite.cz")


def customer(identity):
    return Customer(first_name=identity.first_name, last_name=identity.last_name)


def test_the_table_has_as_many_wrong_pairs_as_right_ones():
    assert min(len(pairs("=")), len(pairs("/"))) >= 60
    assert abs(len(pairs("=")) - len(pairs("/"))) <= 1


@table(("one", "other"), pairs("="))
def test_two_spellings_are_one_name(one, other):
    assert names_in_common(one, other) == BOTH == names_in_common(other, one)
    assert customer_name_similarity(customer(one), customer(other)) == SAME


@table(("one", "other"), pairs("/"))
def test_two_names_are_not_one(one, other):
    assert names_in_common(one, other) < BOTH
    assert customer_name_similarity(customer(one), customer(other)) < SAME
    assert identity_key(one) != identity_key(other)


@table(
    ("one", "other"),
    [
        ("Johannes van der|Berg", "Johannes|van der Berg"),
        ("Zoë|Novák", "ZOE|Novak"),
        ("Guest|Alpha", "|Alpha"),
        ("Mr. John|Smith", "John|Smith"),
    ],
)
def test_an_identity_is_the_same_in_two_spellings_of_its_name(one, other):
    assert identity_key(named(one)) == identity_key(named(other))


@table(("one", "other"), [("Wei|Zhang", "Zhang|Wei"), ("|Jan", "Jan|"), ("|", "|"), ("Mr|", "Mr|"), (".|-", ".|-")])
def test_first_and_last_name_are_compared_each_with_its_own_and_a_blank_with_nothing(one, other):
    assert not names_in_common(named(one), named(other))


def test_names_in_another_order_are_one_name_to_a_reader():
    assert customer_name_similarity(customer(named("Wei|Zhang")), customer(named("Zhang|Wei"))) == SAME


@table(
    ("name", "first", "last"),
    [
        ("Johannes van der Berg", "Johannes", "van der Berg"),
        ("Ludwig von und zu Hohenfels", "Ludwig", "von und zu Hohenfels"),
        ("Jean de la Fontaine", "Jean", "de la Fontaine"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("María del Carmen García", "María del Carmen", "García"),
        ("Ana dos Santos", "Ana", "dos Santos"),
        ("Leonardo Da Vinci", "Leonardo", "Da Vinci"),
        ("Abdul al-Rashid", "Abdul", "al-Rashid"),
        ("Ali bin Abu Talib", "Ali", "bin Abu Talib"),
        ("Sean O' Reilly", "Sean", "O' Reilly"),
        ("Shane Mc Donald", "Shane", "Mc Donald"),
        ("Carl af Ekenstam", "Carl", "af Ekenstam"),
        ("Jan van 't Hoff", "Jan", "van 't Hoff"),
        ("Dirk 's Gravesande", "Dirk", "'s Gravesande"),
        ("Harry S Truman", "Harry S", "Truman"),
        ("John Smith Jr.", "John", "Smith Jr."),
        ("Jan Novák, Ph.D.", "Jan", "Novák, Ph.D."),
        ("John Smith MBA", "John", "Smith MBA"),
        ("Ana I Perez", "Ana I", "Perez"),
        ("Michael O Smith", "Michael O", "Smith"),
        ("Van Morrison", "Van", "Morrison"),
        ("Al Pacino", "Al", "Pacino"),
        ("Mary Ann Smith", "Mary Ann", "Smith"),
        ("Madonna", "Madonna", ""),
        ("Jan  Novák", "Jan  Novák", ""),
        ("  Jan Novák ", "Jan", "Novák"),
    ],
)
def test_a_name_is_split_before_the_particles_and_joins_to_the_same_again(name, first, last):
    assert split_name(name, longest=100) == (first, last)
    assert full_name(first, last) == name.strip()


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


def test_a_title_before_a_name_does_not_count():
    assert real_name("Dr. Jan") == "Jan"
    assert real_name("Frau Dr. Ida") == "Ida"
    assert real_name("Dre") == "Dre"


@table(
    ("name", "without"),
    [
        *(("Lee, PhD", "Lee"), ("Lee Ph.D.", "Lee"), ("Lee,MD", "Lee"), ("LEE M.D.", "LEE"), ("Lee , MBA", "Lee")),
        *(("Novák, CSc., Dr.", "Novák"), ("Dr. Lee, MD", "Lee"), ("Smith, Jr., PhD", "Smith, Jr.")),
    ],
)
def test_a_degree_behind_a_name_does_not_count(name, without):
    assert real_name(name) == without


@table(
    "name",
    ["Smith Jr.", "Smith, Sr.", "Rahman, Md", "Abu Md", "MD", "Phdar", "Ma, Yo", "Henry III"],
)
def test_what_only_looks_like_a_degree_is_part_of_the_name(name):
    assert real_name(name) == name


@table(
    ("one", "other", "common"),
    [
        ("Christopher|Guest", "Christopher|Guest", {"first_name"}),
        ("Elena|Test", "Elena|Test", {"first_name"}),
        ("Test|Smith", "Test|Smith", {"last_name"}),
        ("Guest|Guest", "Guest|Guest", set()),
        ("Mr|Null", "Mr|Null", set()),
        ("Guest|Alpha", "Guest|Omega", set()),
        ("Na|Li", "Na|Li", {"last_name"}),
    ],
)
def test_who_is_called_like_a_placeholder_is_recognised_by_the_other_name(one, other, common):
    assert names_in_common(named(one), named(other)) == common


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


def test_a_mark_that_makes_another_letter_stays_with_it():
    assert name_words("राहुल शर्मा") == ["राहुल", "शर्मा"]
    assert unaccented("ガク") == "ガク"
    assert unaccented("Ёлка") == "елка"


@table(("one", "other"), [("VIP", "ｖｉｐ"), ("Café", "cafe"), ("re‑order", "Re-order"), ("a\u200bb", "ab")])
def test_a_tag_is_the_same_in_two_spellings(one, other):
    assert label_key(one) == label_key(other)


@table(("one", "other"), [("C++", "C"), ("C#", "C"), ("re-order", "reorder"), ("'", "`")])
def test_punctuation_of_a_tag_counts(one, other):
    assert label_key(one) != label_key(other)
