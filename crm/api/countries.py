"""Countries in requests, in both dialects."""

from customers.lib.addresses.countries import country_code


def refuse_unknown_country(text: str) -> str:
    """ValueError for two letters that are no country; a name that is not known is kept as it was sent."""
    code = text.strip()
    if len(code) == 2 and code.isalpha() and not country_code(code):
        raise ValueError("Use a country code of ISO 3166, such as US.")
    return text
