//! Which test shows which behaviour that squall takes over from Tornado, or does better: input and output, cookies, conditional requests, files,
//! compression, what is ready-made, users, languages, pages, WebSockets, and the faults that Tornado once had.
//!
//! The letters are those of the rows in our notes on Tornado. The list is read by a test, so that none of it names what is not there.

use std::{fs, path::Path};

/// A behaviour, and the tests that show it: `module::name`.
type Row = (&'static str, &'static [&'static str]);

const INPUT: &[Row] = &[
    (
        "I1, I3: an argument of query and form, the last value counting; missing is 400",
        &[
            "arguments::the_last_value_counts_and_the_form_stands_behind_the_query",
            "arguments::a_missing_or_wrong_argument_is_a_400_that_names_it",
        ],
    ),
    (
        "I2, I3: all values of an argument, those of one source alone",
        &["arguments::the_last_value_counts_and_the_form_stands_behind_the_query"],
    ),
    (
        "I4, I5: blank values are kept, a plus is a space, values are stripped",
        &["arguments::values_are_decoded_and_stripped_and_may_be_empty"],
    ),
    (
        "I5: invalid UTF-8 is 400 where it is read",
        &["arguments::a_missing_or_wrong_argument_is_a_400_that_names_it"],
    ),
    (
        "I7: content in any encoding comes as bytes",
        &["extract::arguments_are_extracted"],
    ),
    (
        "I8: the parameters of the path, typed",
        &[
            "extract::fields_come_from_everywhere",
            "bad_input::paths_are_decoded_or_refused",
        ],
    ),
    (
        "I9, N4: the request: method, URI, host, whole URL",
        &[
            "application::a_request_knows_its_whole_url",
            "extract::arguments_are_extracted",
        ],
    ),
    (
        "I10: a form is known by its media type",
        &[
            "arguments::only_a_form_has_arguments",
            "arguments::a_form_that_is_none_is_told_why",
            "arguments::a_query_and_a_form_are_structs",
        ],
    ),
    (
        "I11, N5, N6: forms with files: parts, names in quotes and by RFC 8187, a part without a file is an argument",
        &[
            "multipart::parts_come_in_order_with_their_names_and_types",
            "multipart::names_in_quotes_and_in_rfc_8187_are_understood",
            "multipart::values_are_arguments_like_any_others",
            "multipart::small_and_large_files_come_with_their_form",
            "multipart::a_broken_form_is_400",
        ],
    ),
    (
        "I12: JSON: 415, 400, 422",
        &["extract::json_of_each_wrong_kind"],
    ),
    (
        "H6, N5: content as a stream, prepare before it, limits and deadlines of one request",
        &[
            "bodies::a_stream_is_as_long_as_the_handler_lets",
            "bodies::prepare_runs_when_the_head_has_come",
            "bodies::prepare_refuses_before_anything_is_read",
            "bodies::prepare_sets_the_limit_of_one_request",
            "bodies::the_next_request_of_a_connection_has_its_own_limit",
            "bodies::content_that_takes_too_long_is_408",
            "bodies::a_slow_handler_slows_its_client_down",
        ],
    ),
];

const OUTPUT: &[Row] = &[
    (
        "O2: default headers, on errors too",
        &["bases::a_base_serves_what_reaches_no_handler"],
    ),
    (
        "O3, N1: fields are set, added and cleared; hostile ones are never sent",
        &[
            "answers::the_context_builds_an_answer",
            "answers::hostile_fields_are_never_sent",
        ],
    ),
    (
        "O5: each type says what it is",
        &["answers::types_say_what_they_are"],
    ),
    (
        "O7, O16: flush sends what is there, and a failure behind it can be seen",
        &[
            "answers::flush_sends_what_is_there",
            "answers::a_failure_half_way_can_be_seen",
        ],
    ),
    (
        "O9: redirects are encoded and cannot be split",
        &["answers::redirects_are_encoded_and_cannot_be_split"],
    ),
    (
        "O12: an error drops cookies that were queued when the server failed, and keeps them otherwise",
        &["cookies::cookies_stay_with_a_refusal_and_not_with_a_failure"],
    ),
    (
        "O13, O14: HEAD, and statuses without content",
        &[
            "attack::the_head_of_a_flushed_answer_is_that_of_get",
            "answers::some_statuses_have_no_content",
        ],
    ),
    (
        "O15: a length that is wrong",
        &["attack::a_wrong_length_is_set_right"],
    ),
    (
        "O1: the fields of every answer, and without the name of the server",
        &[
            "answers::flush_sends_what_is_there",
            "answers::tags_save_content",
        ],
    ),
    (
        "O4: a status of its own",
        &[
            "answers::the_context_builds_an_answer",
            "attack::an_informational_status_is_no_answer",
        ],
    ),
    (
        "O8: what is finished is not written to",
        &["answers::the_context_builds_an_answer"],
    ),
    (
        "O17: a stream to HTTP/1.0 ends with its connection",
        &["wire::streams_to_http_1_0_until_the_connection_ends"],
    ),
];

const COOKIES: &[Row] = &[
    (
        "I13, C1, C3: cookies are read as browsers write them",
        &["cookies::a_cookie_is_read_as_browsers_write_it_and_the_last_of_a_name_counts"],
    ),
    (
        "C2: cookies are set safely, once a name, and never with what would break the field",
        &[
            "cookies::a_cookie_is_set_safely_unless_it_says_otherwise",
            "cookies::a_cookie_that_is_set_again_replaces_the_first_entirely",
            "cookies::a_cookie_that_would_break_the_field_is_a_500_and_not_sent",
        ],
    ),
    (
        "C4: a cookie is cleared with its attributes",
        &["cookies::a_cookie_is_cleared_with_the_attributes_it_was_set_with"],
    ),
];

const CONDITIONAL: &[Row] = &[
    (
        "T1, T2: content in memory gets a tag for 200 to GET and HEAD; an author sets it, or wants none",
        &[
            "conditional::a_tag_of_its_own_accord_is_for_a_whole_answer_of_get_and_head",
            "conditional::an_author_sets_the_tag_or_has_none",
        ],
    ),
    (
        "T3, T4: if-none-match by weak comparison, 304 with what is for the cache",
        &[
            "conditional::if_none_match_is_compared_weakly_with_a_list_or_any",
            "conditional::a_304_keeps_what_is_for_the_cache_and_drops_what_is_of_the_content",
        ],
    ),
    (
        "T5: a check before the work, and before a change: 304, 412",
        &[
            "conditional::a_304_before_the_work",
            "conditional::in_prepare_no_method_runs_for_a_304",
            "conditional::a_change_is_refused_where_somebody_else_was_faster",
            "conditional::what_does_not_exist_can_be_made_once",
        ],
    ),
    (
        "T6: a tag with the suffix of a coding is the same state",
        &["conditional::a_tag_with_the_suffix_of_a_coding_is_the_same_state"],
    ),
    (
        "N3, N7: dates and ranges are there for handlers",
        &["conditional::dates_and_ranges_are_there_for_handlers"],
    ),
    (
        "T3: if-none-match alone decides where it is there, else if-modified-since; a date that is none does not count",
        &[
            "conditional::if_none_match_alone_decides_where_it_is_there",
            "conditional::if_modified_since_saves_content",
            "conditional::a_date_that_is_none_does_not_count",
        ],
    ),
];

const FILES: &[Row] = &[
    (
        "S1, S2, H4: a folder, the favicon and robots.txt, under any prefix; a handler for static files",
        &[
            "files::favicon_and_robots_have_paths_of_their_own",
            "files::a_folder_is_relative_to_the_crate",
            "files_urls::the_first_that_has_the_file_gives_the_url",
            "files_sources::a_handler_answers_with_a_file",
        ],
    ),
    (
        "S3: GET and HEAD with the same fields, other methods 405",
        &[
            "files::head_has_the_fields_of_get",
            "files::other_methods_are_405",
        ],
    ),
    (
        "S4: strong tags of the content, last-modified, accept-ranges on every answer",
        &[
            "files::a_file_is_answered_with_its_fields",
            "files::a_large_file_is_known_by_time_and_length",
            "files_ranges::what_a_file_does_not_have_is_416",
        ],
    ),
    (
        "S5: 304: the tag decides alone, otherwise the date; an invalid one does not count",
        &["files::the_tag_decides_alone_and_then_the_date"],
    ),
    (
        "S6: ranges, if-range, 416; several of them as multipart",
        &[
            "files_ranges::one_range_is_206",
            "files_ranges::several_ranges_are_one_multipart",
            "files_ranges::what_a_file_does_not_have_is_416",
            "files_ranges::what_is_no_range_is_the_whole",
            "files_ranges::if_range_asks_for_the_same_state",
            "files_ranges::conditions_come_before_ranges",
        ],
    ),
    (
        "S7: the default file of a folder, and the redirect to its slash",
        &[
            "files::a_folder_has_its_default_file",
            "files::a_folder_without_one_is_404",
        ],
    ),
    (
        "S8: 404 for all that is outside, hidden, too long or no file",
        &[
            "files_safety::no_path_leads_out",
            "files_safety::no_path_on_the_wire_leads_out",
            "files_safety::hidden_names_are_not_there",
            "files_safety::names_that_are_too_long_are_404",
            "files_safety::links_are_followed_inside_and_never_out",
            "files_safety::only_files_are_opened",
            "files_safety::siblings_and_default_files_are_files_too",
            "files_safety::whatever_is_asked_for_nothing_outside_is_served",
        ],
    ),
    (
        "S9: the content type by the extension, text with its charset",
        &["files::text_has_its_charset"],
    ),
    (
        "S10: versioned URLs, relative and with the host; a missing file is an error of the compiler, or one in the log",
        &[
            "files_urls::a_url_names_the_version_of_its_file",
            "files_urls::a_missing_file_has_a_url_without_version",
            "files_urls::a_missing_file_is_an_error_in_the_log_once",
            "files_urls::an_absolute_url_has_the_host",
            "files_urls::the_compiler_makes_the_url_of_run_time",
        ],
    ),
    (
        "S11: ten years of cache for a version, immutable, and not for that of another release",
        &["files::versions_in_urls_say_how_long_to_keep"],
    ),
    (
        "S12: versions are remembered, and made anew when the file changes",
        &[
            "files::what_is_remembered_is_not_believed",
            "files::a_changed_file_has_a_new_tag_at_once",
            "files_urls::a_changed_file_has_another_url",
        ],
    ),
    (
        "S13: other sources than a folder, extra fields",
        &[
            "files_sources::a_source_of_ones_own_has_all_that_files_have",
            "files_sources::streamed_content_is_as_long_as_was_said",
            "files_sources::embedded_files_are_answered_like_a_folder",
            "files::what_authors_add_is_on_each_answer",
        ],
    ),
    (
        "S14: files are streamed, off the event loop",
        &[
            "files::files_of_every_length_are_whole",
            "files::a_download_holds_nobody_up",
            "files::a_dropped_download_leaves_nothing_open",
        ],
    ),
    (
        "S15: siblings that were compressed beforehand",
        &[
            "files_sources::the_client_gets_the_sibling_that_it_likes_best",
            "files_sources::each_coding_has_a_tag_and_ranges_of_its_own",
            "files_sources::what_no_client_takes_is_406",
        ],
    ),
];

const READY_MADE: &[Row] = &[
    (
        "H1: redirects with parameters of the pattern, to no other host",
        &[
            "routing::redirects_fill_in_parameters",
            "attack::a_redirect_that_begins_with_a_parameter_stays_on_the_host",
            "attack::a_query_stands_before_the_fragment",
        ],
    ),
    (
        "H2: an error for every method",
        &[
            "ready_made::an_error_answers_every_method",
            "ready_made::an_error_has_its_message",
        ],
    ),
    (
        "H3: another service where nothing matches",
        &["ready_made::a_fallback_answers_where_nothing_matches"],
    ),
    (
        "H5: a slash is added or removed, and leads to no other host",
        &[
            "ready_made::a_slash_is_added_or_removed",
            "ready_made::other_methods_lose_nothing_over_a_slash",
            "ready_made::no_slash_leads_to_another_host",
        ],
    ),
    (
        "hosts that are allowed",
        &["application::a_host_that_is_not_allowed_is_misdirected"],
    ),
];

const COMPRESSION: &[Row] = &[
    (
        "G1: real negotiation, and vary",
        &[
            "compression::the_client_chooses_by_weights",
            "compression::nothing_is_compressed_unless_it_is_asked_for",
            "compression::identity_refused_compresses_whatever_it_is",
            "compression::nothing_acceptable_is_406",
            "compression::vary_keeps_what_it_says",
        ],
    ),
    (
        "G2: types that become shorter",
        &["compression::types_that_become_shorter_are_compressed"],
    ),
    (
        "G3: from 1024 bytes on, streams always, each flush at once",
        &[
            "compression::short_content_stays_and_any_stream_is_compressed",
            "compression::a_stream_arrives_as_it_comes",
        ],
    ),
    (
        "G4: what is encoded stays, lengths are those of the coding",
        &[
            "compression::what_is_encoded_already_stays_as_it_is",
            "compression::a_length_of_the_author_is_not_that_of_the_coding",
        ],
    ),
    (
        "G5: a part is never compressed",
        &["compression::a_part_is_never_compressed"],
    ),
    (
        "G6: answers are changed by tower layers",
        &["application::layers_stand_around_everything"],
    ),
    (
        "G7: content of requests is decoded, within the limit of the decoded size",
        &[
            "decompression::content_comes_out_of_every_coding",
            "decompression::the_limit_counts_what_is_decoded",
        ],
    ),
];

/// What `httputil` has beside that.
const VALUES: &[Row] = &[(
    "N2: names and values are added to the query of a URL",
    &["arguments::a_query_is_added_to_a_url"],
)];

const USERS: &[Row] = &[
    (
        "U1: the current user, found once a request, only where somebody asks; templates have it then",
        &[
            "current_user::the_hook_is_asked_once_and_only_where_a_method_wants_to_know",
            "current_user::a_field_is_the_user_and_prepare_knows_too",
            "current_user::a_page_has_the_user_where_the_handler_asked_for_it",
        ],
    ),
    (
        "U6: the user's language, else that of the browser by its weights, the closest one, else the default",
        &[
            "languages::the_user_comes_before_the_cookie_and_that_before_the_client",
            "languages::what_nobody_knows_falls_back",
            "languages::the_language_is_a_field_and_an_argument",
        ],
    ),
];

const LANGUAGES: &[Row] = &[
    (
        "LO2: gettext's catalogues in the folders of gettext",
        &["languages::folders_are_those_of_gettext"],
    ),
    (
        "LO3: the closest language by its codes",
        &[
            "languages::what_nobody_knows_falls_back",
            "languages::a_kind_of_a_language_falls_back_to_that",
        ],
    ),
    (
        "LO4: messages, plurals by the catalogue's rule or CLDR's, contexts",
        &[
            "languages::a_page_speaks_the_language_and_says_so",
            "languages::plurals_follow_the_catalogue_or_cldr",
        ],
    ),
    (
        "LO5, LO6: dates, days without a year, numbers, lists, direction",
        &[
            "languages::dates_and_numbers_are_english_where_nothing_else_is_there",
            "languages::dates_numbers_and_lists_are_those_of_the_language",
            "languages::a_page_speaks_the_language_and_says_so",
        ],
    ),
];

const PAGES: &[Row] = &[
    (
        "M1: what depends on the request is there in every template",
        &["pages::filters_know_the_request_also_in_nested_templates"],
    ),
    (
        "M3, TP6: modules bring what a page needs for them, once",
        &[
            "pages::modules_bring_what_a_page_needs_once",
            "pages::a_page_without_a_place_for_them_says_so",
        ],
    ),
    (
        "M4: a program writes resources its own way",
        &["pages::a_program_writes_resources_its_own_way"],
    ),
    (
        "M5, ES6: links, with all options",
        &[
            "pages::links_take_options",
            "filters::whatever_stands_in_a_text_stays_text",
        ],
    ),
    (
        "TP1: expressions are escaped",
        &[
            "pages::a_template_is_an_answer",
            "filters::classics_are_text",
            "filters::long_texts_are_text",
        ],
    ),
    (
        "TP9, ES1, ES5: text is escaped, white space squeezed",
        &["filters::escapes_are_those_of_tornado"],
    ),
    (
        "TP10: what goes wrong names the template",
        &["pages::what_cannot_be_rendered_names_the_template_and_the_filter"],
    ),
    (
        "ES2: `xhtml_unescape` is `squall::template::unescape`",
        &["filters::escaped_markup_is_text_again"],
    ),
    (
        "ES3: `json_encode` is the filter `json`, for scripts and attributes; `json_decode` is the extractor",
        &[
            "filters::escapes_are_those_of_tornado",
            "filters::classics_are_text",
            "extract::json_of_each_wrong_kind",
        ],
    ),
    (
        "ES4: `url_escape` are the filters `urlencode` and `urlencode_strict`, and what adds to a query; what comes in is decoded where it is read",
        &[
            "filters::escapes_are_those_of_tornado",
            "arguments::a_query_is_added_to_a_url",
            "arguments::values_are_decoded_and_stripped_and_may_be_empty",
            "bad_input::paths_are_decoded_or_refused",
        ],
    ),
];

const SOCKETS: &[Row] = &[
    (
        "K1, K8: the life of a socket: `prepare`, fields and cookies before it, headers in the 101; `close` once, however it ended",
        &[
            "websocket::a_socket_has_the_life_of_a_handler_and_one_of_its_own",
            "websocket::what_prepare_says_instead_opens_nothing",
            "websocket::a_client_that_breaks_off_is_gone",
        ],
    ),
    (
        "K2: handshakes are checked, the key too; version 13 alone",
        &["websocket_wire::handshakes_are_checked"],
    ),
    (
        "K3: origins, with hosts in any case and default ports, and a list of others",
        &["websocket::pages_of_other_origins_open_nothing"],
    ),
    (
        "K4: subprotocols",
        &[
            "websocket::settings_are_those_of_the_handler_or_of_the_application",
            "websocket::a_handler_can_write_the_loop_itself",
        ],
    ),
    (
        "K5: one message after the other, and pings are answered meanwhile",
        &[
            "websocket::one_message_is_dealt_with_after_the_other_and_pings_meanwhile",
            "websocket_wire::pings_are_answered_while_a_handler_is_busy",
        ],
    ),
    (
        "K6: text, bytes and JSON; a queue that is bounded, and what becomes of more",
        &[
            "websocket::messages_are_what_is_taken",
            "websocket::a_slow_reader_is_waited_for",
            "websocket::of_a_slow_reader_the_oldest_messages_are_dropped",
            "websocket::a_slow_reader_is_told_to_try_again",
        ],
    ),
    (
        "K7: close codes with reasons; the peer has its time",
        &[
            "websocket::errors_end_a_socket_with_a_code",
            "websocket_wire::who_does_not_close_in_time_is_cut_off",
        ],
    ),
    (
        "K9, K11, K12: the close frame of the peer, and what breaks the protocol: told with a code",
        &[
            "websocket_wire::broken_frames_are_told",
            "websocket_wire::what_came_before_the_end_is_answered",
        ],
    ),
    (
        "K10: a message that is too long is refused before it has come, inflated or not",
        &[
            "websocket_wire::broken_frames_are_told",
            "websocket_wire::never_ending_messages_end",
            "websocket_wire::a_bomb_is_stopped_where_it_is_too_long",
        ],
    ),
    (
        "K13: permessage-deflate",
        &["websocket::messages_are_compressed_where_both_want_it"],
    ),
    (
        "K14: pings, and the end where none is answered",
        &[
            "websocket_wire::silence_is_asked_about_and_ends",
            "websocket::pongs_are_heard",
        ],
    ),
    (
        "K16: what fails is a 1011",
        &["websocket::errors_end_a_socket_with_a_code"],
    ),
    (
        "K18: 1001 to all when the server ends",
        &["websocket_wire::a_server_that_ends_says_so_to_all"],
    ),
    (
        "K19: what is published reaches all sockets that have subscribed",
        &[
            "websocket_hub::all_in_a_room_hear_what_one_says",
            "websocket_hub::without_a_function_it_is_sent_as_it_is",
            "websocket::others_send_by_a_handle",
        ],
    ),
    (
        "KC1, KC2: a client, with fields, a deadline, subprotocols, compression; no redirects",
        &[
            "websocket_wire::a_client_says_what_is_wrong",
            "websocket_wire::a_client_checks_the_answer",
            "websocket_wire::sockets_open_inside_another_server",
        ],
    ),
];

/// Faults that Tornado had.
const FAULTS: &[Row] = &[
    (
        "CVE-2025-47287: a broken form is refused at its first fault",
        &["multipart::a_broken_form_is_400"],
    ),
    (
        "CVE-2025-67724: what a client sends is no markup of an error page, and no field",
        &[
            "answers::data_does_not_slip_into_a_page",
            "answers::hostile_fields_are_never_sent",
        ],
    ),
    (
        "CVE-2025-67725: there is a limit to the fields of a head",
        &["http1::what_stands_beside_content_is_bounded"],
    ),
    (
        "CVE-2024-7592: cookies are unquoted in linear time",
        &["hostile_content::many_cookies_and_many_quotes_are_read_in_passing"],
    ),
    (
        "CVE-2026-49855: the limit of content counts what is decoded",
        &["decompression::the_limit_counts_what_is_decoded"],
    ),
    (
        "CVE-2025-67726: parameters of a part take linear time",
        &["multipart::a_head_of_a_part_has_10_kib_at_most"],
    ),
    (
        "6.5.5: attributes injected into set-cookie",
        &["cookies::a_cookie_that_would_break_the_field_is_a_500_and_not_sent"],
    ),
    (
        "6.5.5: forms with too many parts",
        &["multipart::a_form_has_100_parts_at_most"],
    ),
    (
        "6.3.2: the slash redirect of static files to another host",
        &["files_safety::no_redirect_leaves_the_site"],
    ),
    (
        "redirects to another host by two slashes",
        &[
            "ready_made::no_slash_leads_to_another_host",
            "attack::a_redirect_that_begins_with_a_parameter_stays_on_the_host",
        ],
    ),
];

#[test]
fn every_row_names_tests_that_are_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("it");
    let rows = [
        INPUT,
        OUTPUT,
        COOKIES,
        CONDITIONAL,
        FILES,
        READY_MADE,
        COMPRESSION,
        VALUES,
        USERS,
        LANGUAGES,
        PAGES,
        SOCKETS,
        FAULTS,
    ]
    .concat();
    let mut missing = Vec::new();
    for (row, tests) in rows {
        assert!(!tests.is_empty(), "nothing shows `{row}`");
        for test in tests {
            let (module, name) = test
                .split_once("::")
                .expect("a test is named with its module");
            let text = fs::read_to_string(folder.join(format!("{module}.rs"))).unwrap_or_default();
            if !text.contains(&format!("fn {name}(")) {
                missing.push(*test);
            }
        }
    }
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}
