"""Probes: small functions that try out what only requests of their own can show. See `chat.checks.probes.probe`.

The order is that of the run: what needs a fresh thread comes first, what spoils it last.
"""

from chat.checks.probes.auth import a_mangled_token, another_user_reads_the_thread, requests_without_credentials
from chat.checks.probes.breaking_off import an_answer_that_is_broken_off
from chat.checks.probes.cors import answers_may_be_read, anybody_with_cookies, the_browser_asks_first
from chat.checks.probes.errors import (
    a_thread_that_is_not_there,
    bodies_that_are_no_requests,
    numbers_and_cursors_that_make_no_sense,
)
from chat.checks.probes.identity import every_turn_brings_new_ids
from chat.checks.probes.operations import what_a_backend_may_leave_out
from chat.checks.probes.paging import as_many_as_the_widget_asks_for, pages_of_items, pages_of_threads
from chat.checks.probes.persistence import (
    a_deleted_thread_is_gone,
    a_new_thread_is_listed,
    a_new_title_stays,
    a_retry_leaves_nothing_behind,
    every_turn_is_stored_as_it_was_streamed,
    ten_reads_agree,
)
from chat.checks.probes.probe import Probe
from chat.checks.probes.tags import a_tag_in_a_message
from chat.checks.probes.titles import a_thread_gets_a_title
from chat.checks.probes.tools import a_result_that_nobody_waits_for
from chat.checks.probes.uploads import a_small_file
from chat.checks.probes.walk import two_turns_and_a_reload

__all__ = ["PROBES", "Probe"]

PROBES: tuple[Probe, ...] = (
    the_browser_asks_first,
    two_turns_and_a_reload,
    ten_reads_agree,
    every_turn_is_stored_as_it_was_streamed,
    every_turn_brings_new_ids,
    a_new_thread_is_listed,
    pages_of_items,
    pages_of_threads,
    as_many_as_the_widget_asks_for,
    requests_without_credentials,
    a_mangled_token,
    another_user_reads_the_thread,
    a_thread_gets_a_title,
    a_new_title_stays,
    a_retry_leaves_nothing_behind,
    a_small_file,
    bodies_that_are_no_requests,
    numbers_and_cursors_that_make_no_sense,
    a_thread_that_is_not_there,
    what_a_backend_may_leave_out,
    a_tag_in_a_message,
    an_answer_that_is_broken_off,
    a_result_that_nobody_waits_for,
    anybody_with_cookies,
    answers_may_be_read,
    a_deleted_thread_is_gone,
)
"""Every probe, in the order in which they run."""
