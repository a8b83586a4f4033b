import pytest
from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from customers.lib.text import clean_email

locals_ = st.one_of(st.text("ab.+_-'\" @é\n", max_size=8), st.integers(60, 70).map("a".__mul__))
domains = st.sampled_from(
    ["Gmail.com", "exämple.de", "localhost", "a..b", "x.test", "", "[1.2.3.4]", "d" * 64 + ".com", "a.b "]
)
long_domain = ".".join(["d" * 60] * 3)


@given(st.builds("{}@{}".format, locals_, domains))
@example(f"{'a' * 64}@{long_domain}.com")
@example(f"{'a' * 64}@{long_domain}.example")
@example("no email")
def test_an_email_is_cleaned_as_its_validator_does_though_the_domain_is_remembered(email):
    try:
        expected = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        with pytest.raises(ValidationError):
            clean_email(email)
    else:
        assert clean_email(email) == expected
