"""Which functional tests read an index, and what each of them sees while that lags.

A functional test that reads an index and is not listed here fails, so that the list is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# How many of the last writes an index misses.
LAGS = (1, 3)

_own_look: ContextVar[bool] = ContextVar("own_look", default=False)


@contextmanager
def own_look() -> Iterator[None]:
    """Let a test look things up itself, and see them up to date."""
    token = _own_look.set(True)
    try:
        yield
    finally:
        _own_look.reset(token)


def is_own_look() -> bool:
    return _own_look.get()


@dataclass(frozen=True, slots=True)
class Reader:
    """The view of a test while indexes lag: as it expects, or by a missing write something else, for a reason."""

    fails_at: tuple[int, ...] = ()
    reason: str = ""


def _late(*lags: int) -> Reader:
    return Reader(lags, "a list of others, which may lag: docs/table.md")


def _again(*lags: int) -> Reader:
    return Reader(lags, "answered with 503, or put aside, until the index shows everybody")


_READERS: dict[str, dict[str, Reader]] = {
    "assessments/test_attempts.py": {
        "test_the_tutor_sees_every_attempt_in_pages": _late(1, 3),
    },
    "assessments/test_changes.py": {
        "test_extension_is_audited_and_exported": _late(1, 3),
    },
    "assessments/test_grading.py": {
        "test_corrections_reverse_what_was_earned_and_keep_the_old_grade": Reader(),
        "test_gradings_are_audited_and_a_repeat_is_not": _late(1, 3),
    },
    "assessments/test_reopening.py": {
        "test_reopening_is_audited": _late(1, 3),
    },
    "assessments/test_files.py": {
        "test_a_tutor_sees_what_a_file_is_called": _late(1, 3),
    },
    "assessments/test_repeats.py": {
        "test_the_same_grading_again_answers_what_it_did": _late(1, 3),
    },
    "courses/test_authoring.py": {
        "test_publishing_and_closing_are_audited": _late(3),
    },
    "courses/test_roster.py": {
        "test_everybody_in_the_order_they_came": _late(3),
        "test_pages_and_cursors": _late(3),
        "test_roster_is_sorted_and_searched": Reader(),
        "test_roster_is_sorted_by_name": Reader(),
        "test_roster_of_more_than_a_thousand_is_neither_sorted_nor_searched": _late(3),
        "test_roster_tells_how_far_each_learner_has_come": _late(3),
    },
    "mail/test_change_notices.py": {
        "test_each_who_has_a_seat_is_told_of_another_time": Reader(),
        "test_grade_and_another_grade_are_told": Reader(),
        "test_grade_that_another_has_followed_is_not_told": Reader(),
        "test_learner_who_left_or_turned_it_off_is_not_told": Reader(),
        "test_other_words_or_a_cleared_grade_are_not_told": Reader(),
        "test_session_closed_before_it_begins_is_told": Reader(),
        "test_time_that_has_changed_again_is_told_once": Reader(),
        "test_wish_about_changed_sessions_is_about_closed_ones_too": Reader(),
    },
    "mail/test_notices.py": {
        "test_wishes_are_exported_as_they_are": Reader(),
    },
    "messages/test_messages.py": {
        "test_client_message_id_of_another_message_is_a_conflict": Reader(),
        "test_interests_of_two_spellings_are_common": _late(3),
        "test_out_of_reach": Reader(),
        "test_peers": _late(3),
        "test_sent_read_and_marked": _late(1, 3),
    },
    "privacy/test_erasure.py": {
        "test_a_second_look_follows_when_the_last_form_for_an_upload_has_expired": Reader(),
        "test_a_tutor_closes_their_courses_first": Reader(),
        "test_an_access_token_writes_nothing": Reader(),
        "test_erased_account_leaves_what_the_page_says": Reader(),
    },
    "privacy/test_export.py": {
        "test_a_large_one_becomes_a_file": _again(3),
        "test_audit_entries_of_what_they_did_themselves_are_in_it": _late(3),
        "test_everything_about_oneself_and_nothing_of_others": _again(3),
        "test_more_audit_entries_than_an_answer_holds_become_a_file": _late(3),
        "test_the_file_says_what_the_answer_says": _again(3),
        "test_person_without_conversations_gets_a_whole_file": Reader(),
    },
    "privacy/test_own_records.py": {
        "test_news_are_exported_and_erased_and_none_is_kept_for_who_has_gone": Reader(),
        "test_own_record_is_exported_with_its_fields": Reader(),
        "test_own_records_are_erased_with_the_account": Reader(),
    },
    "progress/test_standings.py": {
        "test_a_leaderboard_is_for_members_their_tutor_and_administrators": Reader(),
        "test_a_leaderboard_tells_members_their_own_rank": _late(1, 3),
        "test_the_leaderboard_ranks_members_with_ties": _late(1, 3),
        "test_the_ledger_is_shown_newest_first_and_in_pages": Reader(),
    },
    "streams/test_enrollment_consumers.py": {
        "test_a_moved_session_moves_in_the_schedule": _again(3),
    },
    "streams/test_notify.py": {
        "test_a_changed_session_gets_through_and_reaches_who_booked": _again(1, 3),
    },
    "streams/test_reminders.py": {
        "test_tick_hands_on_what_is_due_and_its_job_puts_a_mail_into_the_outbox": Reader(),
        "test_draft_is_due_once_it_is_published_and_a_moved_session_at_its_new_time_too": Reader(),
        "test_assessment_and_more_time_for_a_learner_are_due_a_day_before": Reader(),
    },
    "streams/test_agendas.py": {
        "test_entry_tells_what_a_page_shows": Reader(),
        "test_learner_finds_what_is_open_and_booked_soonest_first": Reader(),
        "test_list_follows_a_session_that_is_moved": Reader(),
        "test_list_follows_changes_of_assessments": _again(3),
        "test_list_is_walked_by_cursor": Reader(),
        "test_next_attempt_counts_once_and_records_that_come_again_count_nothing": Reader(),
        "test_statistics_are_for_the_tutor_and_from_five_grades_on_for_members": Reader(),
        "test_tutor_finds_work_to_grade_until_it_is_graded": Reader(),
        "test_entry_is_gone_at_once_when_its_work_is_handed_in_or_its_seat_given_up": Reader(),
    },
    "streams/test_announcements.py": {
        "test_connection_that_refuses_for_good_is_counted_and_tried_once": Reader(),
        "test_learner_who_can_never_be_told_is_a_dead_letter_alone": Reader(),
        "test_learner_who_cannot_be_told_is_told_by_a_task_of_their_own": Reader(),
    },
    "streams/test_side_by_side.py": {
        "test_long_job_holds_up_neither_a_promotion_nor_a_push_of_somebody_else": Reader(),
        "test_two_long_jobs_take_turns": Reader(),
    },
    "users/test_directory.py": {
        "test_account_is_shown_with_its_sessions_and_enrolments": Reader(),
        "test_cursor_of_another_query_or_administrator_is_refused": _late(3),
        "test_cursor_reaches_past_the_thousandth_entry": _late(1, 3),
        "test_erased_person_is_gone": Reader(),
        "test_list_tells_who_somebody_is_with_their_address": _late(1, 3),
        "test_longest_name_has_a_cursor_that_is_taken": _late(1, 3),
        "test_names_come_before_addresses_and_nobody_comes_twice": _late(3),
        "test_page_past_the_thousandth_entry_is_refused": Reader(),
        "test_pages_by_number_and_by_cursor_are_the_same": _late(1, 3),
        "test_renamed_person_is_found_by_the_new_name": _late(1, 3),
        "test_role_and_status_narrow_the_list": _late(1, 3),
        "test_search_is_for_the_beginning_of_a_name": Reader(),
    },
}
READERS = {f"tests/functional/{path}::{name}": one for path, tests in _READERS.items() for name, one in tests.items()}
