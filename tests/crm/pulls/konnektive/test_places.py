"""Which page of which days comes next."""

from datetime import date, timedelta

from crm.pulls.konnektive.places import SUBJECTS, PullPlace, first_place

SINCE, UNTIL = date(2026, 9, 15), date(2026, 11, 30)


def test_all_days_are_asked_for_once_of_each_subject_and_today_apart():
    asked, place = [], first_place(SINCE, UNTIL)
    while place:
        asked.append((place.subject, place.first, place.last))
        place = place.following(total=0, is_last_page=True)
    days = [
        (date(2026, 9, 15), date(2026, 10, 14)),
        (date(2026, 10, 15), date(2026, 11, 13)),
        (date(2026, 11, 14), date(2026, 11, 29)),
        (UNTIL, UNTIL),
    ]
    assert asked == [(subject, *of) for subject in SUBJECTS for of in days]


def test_days_that_are_over_are_read_again_when_a_row_left_them_meanwhile():
    second = first_place(SINCE, UNTIL).following(total=5, is_last_page=False)
    assert (second.page, second.following(total=5, is_last_page=False).page) == (2, 3)
    assert second.following(total=4, is_last_page=True) == first_place(SINCE, UNTIL)


def test_of_today_a_changed_total_is_left_to_the_next_run():
    second = first_place(UNTIL, UNTIL).following(total=5, is_last_page=False)
    assert second.following(total=6, is_last_page=False).page == 3


def test_a_first_day_that_is_still_to_come_is_today():
    assert first_place(UNTIL + timedelta(days=1), UNTIL).last == UNTIL


def test_a_place_is_read_as_it_was_stored():
    place = first_place(SINCE, UNTIL).following(total=5, is_last_page=False)
    assert PullPlace.from_json(place.to_json()) == place
