"""Which writings are one telephone number: of forty countries, national and international, old and new."""

import pytest

from customers.lib.identity import Identity, match_keys
from customers.lib.phones.normal_form import Phone, comparable_phone, first_whole_number, phones_in
from customers.lib.phones.written import readable_phone, without_extension
from customers.merging.conflicts import conflicts
from customers.profile.clean import clean_typed, comparable
from customers.profile.display import other_contacts
from customers.profile.fields import BLANK, BY_KEY
from customers.search.lookups import keys_in
from tests.factories import CustomerFactory, SourceRecordFactory
from tests.tables import table

# Country, as dialled within it, the same from abroad, and a number that looks much like it and is another.
OF_FORTY_COUNTRIES = [
    ("US", "(817) 924-7272", "+1 817 924 7272", "+1 817 924 7273"),
    ("Canada", "416-967-1111", "+1 (416) 967-1111", "+1 416 967 1112"),
    ("México", "55 1234 5678", "+52 55 1234 5678", "+52 55 1234 5679"),
    ("Brasil", "(11) 98888-8888", "+55 11 98888-8888", "+55 21 98888-8888"),
    ("Argentina", "011 4345-6789", "+54 11 4345 6789", "+54 11 4345 6780"),
    ("Chile", "2 2345 6789", "+56 2 2345 6789", "+56 2 2345 6780"),
    ("Colombia", "601 234 5678", "+57 601 2345678", "+57 602 2345678"),
    ("Perú", "01 234 5678", "+51 1 2345678", "+51 1 2345679"),
    ("GB", "020 7946 0018", "+44 20 7946 0018", "+44 20 8946 0018"),
    ("Ireland", "01 234 5678", "+353 1 234 5678", "+353 1 234 5679"),
    ("France", "01 23 45 67 89", "+33 1 23 45 67 89", "+33 2 23 45 67 89"),
    ("België", "0470 12 34 56", "+32 470 12 34 56", "+32 471 12 34 56"),
    ("Nederland", "06-12345678", "+31 6 12345678", "+31 6 12345679"),
    ("Luxembourg", "621 123 456", "+352 621 123 456", "+352 661 123 456"),
    ("Deutschland", "030/901820", "+49 (30) 901820", "+49 40 901820"),
    ("Österreich", "0664 1234567", "+43 664 1234567", "+43 664 1234568"),
    ("Schweiz", "044 668 18 00", "+41 44 668 18 00", "+41 43 668 18 00"),
    ("Italia", "06 1234 5678", "+39 06 12345678", "+39 02 12345678"),
    ("España", "612 34 56 78", "+34 612 345 678", "+34 612 345 679"),
    ("Portugal", "912 345 678", "+351 912 345 678", "+351 922 345 678"),
    ("Danmark", "32 12 34 56", "+45 32 12 34 56", "+45 33 12 34 56"),
    ("Norge", "406 12 345", "+47 40 61 23 45", "+47 40 61 23 46"),
    ("Sverige", "070-123 45 67", "+46 70 123 45 67", "+46 73 123 45 67"),
    ("Suomi", "041 2345678", "+358 41 2345678", "+358 40 2345678"),
    ("Polska", "512 345 678", "+48 512 345 678", "+48 513 345 678"),
    ("Česko", "241 770 449", "+420 241 770 449", "+420 241 770 448"),
    ("Slovensko", "0912 123 456", "+421 912 123 456", "+421 902 123 456"),
    ("Magyarország", "06 20 123 4567", "+36 20 123 4567", "+36 30 123 4567"),
    ("România", "0712 034 567", "+40 712 034 567", "+40 722 034 567"),
    ("България", "048 123 456", "+359 48 123 456", "+359 48 123 457"),
    ("Ελλάδα", "21 2345 6789", "+30 21 2345 6789", "+30 21 2345 6780"),
    ("Türkiye", "0501 234 56 78", "+90 501 234 56 78", "+90 505 234 56 78"),
    ("Україна", "050 123 4567", "+380 50 123 4567", "+380 66 123 4567"),
    ("Россия", "8 (912) 345-67-89", "+7 912 345 67 89", "+7 913 345 67 89"),
    ("Lietuva", "8 612 34567", "+370 612 34567", "+370 613 34567"),
    ("ישראל", "050-234-5678", "+972 50 234 5678", "+972 52 234 5678"),
    ("India", "081234 56789", "+91 81234 56789", "+91 81234 56780"),
    ("日本", "090-1234-5678", "+81 90 1234 5678", "+81 80 1234 5678"),
    ("中国", "131 2345 6789", "+86 131 2345 6789", "+86 132 2345 6789"),
    ("대한민국", "010-2000-0000", "+82 10 2000 0000", "+82 10 2000 0001"),
    ("Australia", "0412 345 678", "+61 412 345 678", "+61 413 345 678"),
    ("New Zealand", "021 123 4567", "+64 21 123 4567", "+64 22 123 4567"),
    ("South Africa", "071 123 4567", "+27 71 123 4567", "+27 72 123 4567"),
    ("Egypt", "0100 123 4567", "+20 100 123 4567", "+20 101 123 4567"),
]
# As it was written before the country changed its numbers, as it is dialled now, and another number.
OLD_AND_NEW = [
    ("+55 11 8888-8888", "+55 11 98888-8888", "+55 11 97888-8888"),
    ("+55 21 6123-4567", "+55 21 96123-4567", "+55 21 99612-4567"),
    ("+52 1 55 1234 5678", "+52 55 1234 5678", "+52 1 33 1234 5678"),
    ("+54 9 11 2345 6789", "+54 11 2345 6789", "+54 9 11 2345 6780"),
    ("+420 02 41770449", "+420 241 770 449", "+420 341 770 449"),
    ("+48 0601 234 567", "+48 601 234 567", "+48 602 234 567"),
    ("+44 171 946 0018", "+44 20 7946 0018", "+44 20 8946 0018"),
    ("+44 181 946 0018", "+44 20 8946 0018", "+44 20 7946 0018"),
    ("+39 6 12345678", "+39 06 12345678", "+39 02 12345678"),
    ("+41 1 668 18 00", "+41 44 668 18 00", "+41 43 668 18 00"),
    ("+57 1 2345678", "+57 601 2345678", "+57 602 2345678"),
    ("+56 2 2345678", "+56 2 22345678", "+56 2 23345678"),
    ("+593 9 9123 456", "+593 99 912 3456", "+593 98 912 3456"),
    ("+84 162 123 4567", "+84 32 123 4567", "+84 33 123 4567"),
    ("+84 120 123 4567", "+84 70 123 4567", "+84 79 123 4567"),
    ("+225 07 12 34 56", "+225 07 07 12 34 56", "+225 05 07 12 34 56"),
    ("+229 97 12 34 56", "+229 01 97 12 34 56", "+229 01 96 12 34 56"),
    ("+237 71 23 45 67", "+237 6 71 23 45 67", "+237 6 72 23 45 67"),
    ("+20 12 123 4567", "+20 122 123 4567", "+20 128 123 4567"),
]
SAME = [
    ("+420 111 222 333", "00420111222333", "CZ"),  # a range that is not in use, with its country code
    ("00420 241 770 449", "+420 241 770 449", ""),
    ("+420 (0)241 770 449", "+420 241 770 449", ""),
    ("0044 20 7946 0018", "+44 (0)20 7946 0018", "US"),
    ("0031612345678", "+31 6 12345678", "Narnia"),
    ("8179247272.0", "817-924-7272", "US"),
    ("8,179,247,272", "817-924-7272", "US"),
    ("'8179247272", "817-924-7272", "US"),
    ("tel:+1-817-924-7272", "817-924-7272", "US"),
    ("mobile: 817-924-7272", "817-924-7272 (home)", "US"),
    ("817-924-7272 / 817-924-7273", "817 924 7273; 817 924 7272", "US"),
    ("817-924-7272 or 817-924-7273", "817 924 7272, 817 924 7273", "US"),
    ("817-924-7272 817-924-7273", "817 924 7272, 817 924 7273", "US"),
    ("817-924-7272 (home) 817-924-7273 (work)", "817 924 7272, 817 924 7273", "US"),
    ("+420 241 770 449 +420 602 330 910", "241 770 449 / 602 330 910", "CZ"),
    ("817-924-7272 - 817-924-7273", "817 924 7272, 817 924 7273", "US"),
    ("+44 20 - 7946 - 0018", "+44 20 7946 0018", ""),
    ("817-924-7272 x5", "+1 817 924 7272 ext. 5", "US"),
    ("٠٢٠٧٩٤٦٠٠١٨", "020 7946 0018", "GB"),
    ("０２０ ７９４６ ００１８", "020 7946 0018", "GB"),
    ("1-800-356-9377", "1-800-FLOWERS", "US"),
    ("044 55 1234 5678", "+52 55 1234 5678", "MX"),
    ("011 15-2345-6789", "+54 9 11 2345 6789", "AR"),
    ("1234 5678 1234 5678 90", "1234-5678-1234-5678-90", ""),
    ("Call after 6", "call  AFTER 6", ""),
    ("", " ", ""),
]
DIFFERENT = [
    ("+420 241 770 449", "+1 241 770 449", ""),
    ("1234 5678 1234 5678 90", "1234 5678 1234 5678 91", ""),
    ("12", "1 2 3", ""),
    ("817-924-7272 x5", "817-924-7272 x6", "US"),
    ("817-924-7272", "817-924-7272 x6", "US"),
    ("817-924-7272 / 817-924-7273", "817-924-7272", "US"),
    ("4.20242E+11", "42024211", "US"),
    ("4.20242E+11", "4.20242E+12", ""),
    ("8179247272.0", "81792472720", "US"),
    ("555-0142", "+1 817 555 0142", "US"),
    ("7946018", "+44 20 7946 018", "GB"),
    ("06-12345678", "+1 061 234 5678", "Narnia"),
    ("241 770 449", "+420 241 770 449", ""),
    ("030/901820", "030 901820 / 030 901821", "DE"),
]
NOT_WHOLE = [
    *(("555-0142", "US"), ("7946018", "GB"), ("06-12345678", "Narnia"), ("241 770 449", ""), ("+44 7946018", "")),
    *(("123456", "DE"), ("030", "DE"), ("+999 123 456 789", ""), ("1234 5678 1234 5678 90", "US")),
    # Without 0 they may lack their area, and 0 begins no number of North America.
    *(("441 4567", "DE"), ("234 5678", "Österreich"), ("623456", "Suomi"), ("8 123 456", "SE")),
    *(("0171 234567", "US"), ("06-12345678", "US"), ("1212121212", "Canada")),
    *(("4.20242E+11", "US"), ("4,20242e11", "DE"), ("+4.2E+11", ""), ("call me", "US"), ("", "US"), ("12", "")),
]


@table(("country", "national", "international", "other"), OF_FORTY_COUNTRIES)
def test_a_number_is_one_in_national_and_international_writing(country, national, international, other):
    plain = "".join(filter(str.isdigit, international.replace("(0)", "")))
    number = first_whole_number(national, country)
    assert number
    assert {number} == {
        first_whole_number(text) for text in (international, f"+{plain}", f"00{plain}", f" {international}")
    }
    assert number != first_whole_number(other)
    assert not {*match_keys(Identity(phone=national, country=country))} & {*match_keys(Identity(phone=other))}


@table(("old", "new", "other"), OLD_AND_NEW)
def test_a_number_is_one_before_and_after_its_country_changed_it(old, new, other):
    assert first_whole_number(old) == first_whole_number(new) == "+" + "".join(filter(str.isdigit, new))
    assert first_whole_number(other) != first_whole_number(new)


@table(("one", "other", "country"), SAME)
def test_two_spellings_of_a_phone_are_the_same(one, other, country):
    assert comparable_phone(one, country) == comparable_phone(other, country)


@table(("one", "other", "country"), DIFFERENT)
def test_two_phones_are_not_the_same(one, other, country):
    assert comparable_phone(one, country) != comparable_phone(other, country)


@table(("text", "country"), NOT_WHOLE)
def test_what_is_no_whole_number_makes_no_e164(text, country):
    assert first_whole_number(text, country) == ""


@table("text", ["4.20242E+11", "4,20242E+11", "+4.20242e11", '="4.2E+11"', "Call after 6", "12"])
def test_what_lost_its_digits_or_has_too_few_makes_no_key(text):
    assert list(match_keys(Identity(phone=text))) == []


def test_two_numbers_in_one_field_make_two_keys():
    keys = set(match_keys(Identity(phone="817-924-7272 / 817-924-7273")))
    assert keys == {
        *(("phone", "+18179247272"), ("phone", "+18179247273")),
        *(("digits", "8179247272"), ("digits", "8179247273")),
    }


def test_a_number_with_an_extension_is_shown_with_it():
    assert readable_phone(phones_in("817-924-7272 x5")[0].number) == "+1 817-924-7272 ext. 5"


@pytest.mark.django_db
def test_a_phone_that_cannot_be_parsed_is_the_same_by_its_digits_on_every_page():
    written, also_written = "1234 5678 1234 5678 90", "1234-5678-1234-5678-90"
    helena = CustomerFactory(phone=written)
    record = SourceRecordFactory(customer=helena, phone=also_written)

    phone = BY_KEY["phone"]
    assert comparable(phone, written, country="CZ") == comparable(phone, also_written, country="CZ")
    assert list(other_contacts(helena, [record])) == []
    assert clean_typed(phone, written) == written


@pytest.mark.django_db
def test_a_phone_that_differs_by_its_extension_is_another_one_on_the_page():
    helena = CustomerFactory(phone="817-924-7272 x5")
    record = SourceRecordFactory(customer=helena, phone="817-924-7272 x6")
    assert list(other_contacts(helena, [record])) == ["817-924-7272 x6"]


@pytest.mark.django_db
def test_extensions_can_be_left_out_of_what_finds_and_still_no_merge_loses_one(monkeypatch):
    one, other = "817-924-7272 x5", "817-924-7272 x6"
    monkeypatch.setattr(Phone, "match_key", property(lambda phone: without_extension(phone.number)))
    helena = CustomerFactory(phone=one)
    record = SourceRecordFactory(customer=helena, phone=other)
    assert ("phone", "+18179247272") in {*match_keys(Identity(phone=one))} & {*match_keys(Identity(phone=other))}
    assert ("phone", "+18179247272") in {*keys_in(other)}
    assert list(other_contacts(helena, [record])) == [other]
    assert [field.key for field in conflicts([BLANK | {"phone": phone} for phone in (one, other)])] == ["phone"]
