"""Which country is meant by what people write into the field for it."""

from itertools import pairwise

from customers.lib.addresses import country_names
from customers.lib.addresses.countries import COUNTRIES, country_code, country_spellings
from tests.tables import table

# The names of three countries in thirty languages, as a native speaker writes them.
IN_THIRTY_LANGUAGES = [
    ("English", "Germany", "Netherlands", "Japan"),
    ("German", "Deutschland", "Niederlande", "Japan"),
    ("Dutch", "Duitsland", "Nederland", "Japan"),
    ("French", "Allemagne", "Pays-Bas", "Japon"),
    ("Spanish", "Alemania", "Países Bajos", "Japón"),
    ("Italian", "Germania", "Paesi Bassi", "Giappone"),
    ("Portuguese", "Alemanha", "Países Baixos", "Japão"),
    ("Czech", "Německo", "Nizozemsko", "Japonsko"),
    ("Slovak", "Nemecko", "Holandsko", "Japonsko"),
    ("Polish", "Niemcy", "Holandia", "Japonia"),
    ("Hungarian", "Németország", "Hollandia", "Japán"),
    ("Romanian", "Germania", "Țările de Jos", "Japonia"),
    ("Danish", "Tyskland", "Nederlandene", "Japan"),
    ("Swedish", "Tyskland", "Nederländerna", "Japan"),
    ("Norwegian", "Tyskland", "Nederland", "Japan"),
    ("Finnish", "Saksa", "Alankomaat", "Japani"),
    ("Estonian", "Saksamaa", "Holland", "Jaapan"),
    ("Latvian", "Vācija", "Nīderlande", "Japāna"),
    ("Lithuanian", "Vokietija", "Nyderlandai", "Japonija"),
    ("Croatian", "Njemačka", "Nizozemska", "Japan"),
    ("Slovenian", "Nemčija", "Nizozemska", "Japonska"),
    ("Greek", "Γερμανία", "Ολλανδία", "Ιαπωνία"),
    ("Turkish", "Almanya", "Hollanda", "Japonya"),
    ("Russian", "Германия", "Нидерланды", "Япония"),
    ("Ukrainian", "Німеччина", "Нідерланди", "Японія"),
    ("Bulgarian", "Германия", "Нидерландия", "Япония"),
    ("Arabic", "ألمانيا", "هولندا", "اليابان"),
    ("Hebrew", "גרמניה", "הולנד", "יפן"),
    ("Chinese", "德国", "荷兰", "日本"),
    ("Korean", "독일", "네덜란드", "일본"),
    ("Vietnamese", "Đức", "Hà Lan", "Nhật Bản"),
]
MEANT = {
    "NL": ["NL", "nl", "NLD", "nld", "528", "The Netherlands", "NETHERLANDS", "Holland", "Kingdom of the Netherlands"],
    "BE": ["België", "Belgique", "Belgien", "BEL", "Belgie", "BELGIË"],
    "GB": [
        "Great Britain",
        "UK",
        "U.K.",
        "GBR",
        "England",
        "Scotland",
        "United Kingdom",
        "Vereinigtes Königreich",
        "Großbritannien",
        "Grande-Bretagne",
        "Inglaterra",
        "Anglie",
        "Англия",
    ],
    "US": [
        "U.S.A.",
        "USA",
        "U.S.",
        "840",
        "United States of America",
        "the United States",
        "Estados Unidos",
        "EE. UU.",
        "EUA",
        "США",
        "米国",
        "Stati Uniti d’America",
    ],
    "CZ": [
        "Česko",
        "Česká republika",
        "Czech Republic",
        "CZE",
        "Tschechien",
        "Czechia",
        "cesko",
        "Tschechische Republik",
        "République tchèque",
    ],
    "AT": ["Österreich", "Osterreich", "OESTERREICH", "Áo", "040"],
    "KR": ["South Korea", "Korea, Republic of", "Korea (the Republic of)", "Republic of Korea", "대한민국", "한국"],
    "KP": ["North Korea", "Korea (the Democratic People's Republic of)"],
    "CD": ["DR Congo", "Democratic Republic of the Congo", "Congo - Kinshasa"],
    "CG": ["Republic of the Congo", "Congo-Brazzaville"],
    "GE": ["Georgia", "Georgien", "GEO"],
    "BY": ["Belarus", "Weißrussland", "Weissrussland", "Белоруссия"],
    "HK": ["Hong Kong", "Hongkong", "香港"],
    "RU": ["Russian Federation", "Российская Федерация", "РФ", "Fédération de Russie"],
    "SK": ["Slovakia", "Slovak Republic", "Slovenská republika"],
    "IS": ["Island", "Iceland", "Ísland"],
    "IE": ["Ireland", "Éire", "Eire", "Republic of Ireland"],
    "NG": ["Nigeria", "NGA", "nga"],
    "NE": ["Niger", "NER"],
    "CI": ["Côte d'Ivoire", "Cote d’Ivoire", "Ivory Coast"],
    "LC": ["St. Lucia", "Saint Lucia"],
    "BA": ["Bosnia & Herzegovina", "Bosnia and Herzegovina", "Bosna i Hercegovina"],
    "TW": ["Taiwan", "Republic of China"],
    "CN": ["China", "People's Republic of China", "中国"],
    "IR": ["Iran, Islamic Republic of", "Iran"],
    "VI": ["U.S. Virgin Islands", "Virgin Islands (U.S.)"],
    "XK": ["Kosovo", "XK"],
}
NOT_TOLD = [
    *("", " ", "-", "N/A", "XX", "QQ", "XXX", "000", "999", "1", "44", "+44", "Narnia", "Europe", "EU", "Other"),
    *("Korea", "Congo", "Kongo", "Virgin Islands", "Saint Martin", "California", "London", "Nga", "Yugoslavia"),
    *("12345", "Germany or Austria", "Nederlandse", "Deutsch", "\x00", "x" * 5000),
]


@table(("language", "germany", "netherlands", "japan"), IN_THIRTY_LANGUAGES)
def test_a_country_is_known_by_its_name_in_every_language(language, germany, netherlands, japan):
    assert [country_code(name) for name in (germany, netherlands, japan)] == ["DE", "NL", "JP"]
    assert [country_code(name.upper()) for name in (germany, netherlands, japan)] == ["DE", "NL", "JP"]


@table(("code", "written"), [(code, text) for code, texts in MEANT.items() for text in texts])
def test_a_country_is_known_by_what_people_and_programs_write(code, written):
    assert country_code(written) == country_code(f" {written} ") == code


@table(("one", "other"), [*pairwise([*MEANT, "AU", "SK", "SI"])])
def test_two_countries_are_not_one(one, other):
    assert country_code(one) != country_code(other)
    assert not {*country_spellings(one)} & {*country_spellings(other)}


@table("written", NOT_TOLD)
def test_what_names_no_country_or_several_is_not_guessed(written):
    assert country_code(written) == ""


def test_every_country_is_known_by_its_english_name_unless_another_has_it_too():
    assert [code for code, name in COUNTRIES if country_code(name) != code] == ["CG"]


def test_the_table_of_names_is_what_babel_and_iso_have():
    languages = ("de", "nl", "cs", "ja", "ar")
    stored = {line[:2]: set(line.split("\t")) for line in country_names.FILE.read_text(encoding="utf-8").splitlines()}
    for line in country_names.lines(languages):
        assert stored[line[:2]].issuperset(line.split("\t")), "Run `make country-names`."
