"""States and provinces of countries where people write the name and programs write a code."""

from customers.lib.addresses.countries import country_code

STATES = {
    "US": (
        "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware"
        "|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas"
        "|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi"
        "|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York"
        "|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico"
        "|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia"
        "|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
    ),
    "CA": (
        "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia"
        "|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon"
    ),
    "AU": (
        "ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia"
        "|TAS Tasmania|VIC Victoria|WA Western Australia"
    ),
}
NAMES = {country: dict(entry.split(" ", 1) for entry in text.split("|")) for country, text in STATES.items()}
CODES = {country: {name.casefold(): code for code, name in names.items()} for country, names in NAMES.items()}


def state_code(state: str, country: str) -> str:
    """The short form of a state in the country: CA of CA, US-CA and California; as written where none is known."""
    code = country_code(country)
    short = state.removeprefix(f"{code}-") if code else state
    if short.upper() in NAMES.get(code, {}):
        return short.upper()
    return CODES.get(code, {}).get(short.casefold(), state)


def state_name(state: str, country: str) -> str:
    return NAMES.get(country_code(country), {}).get(state_code(state, country), state)
