//! The one way of all errors to the client: the log, the nearest `#[write_error]`, or the page made here.

use std::fmt::Write as _;

use ::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use super::{
    Response,
    body::Body,
    content::HTML,
    context::Context,
    error::{Error, HttpError, Result, is_failure},
    fault::Fault,
    finish,
    life_cycle::{Built, guard},
    respond::{lay_over, with_content},
};

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Answers an error: with the hooks of the handler, as far as it was built, or with the page of the framework.
///
/// What was set on the context before is gone, but for cookies when the client is at fault; default headers are set anew.
/// When the head of the answer is on its way already, the connection is broken off instead.
pub(crate) async fn answer(built: Option<&dyn Built>, cx: &mut Context, error: Error) -> Response {
    let error = error.into_http_error();
    log(cx, &error);
    if cx.answer.head_sent {
        return Response::new(Body::failing(Box::new(error)));
    }
    finish::reset(cx, error.status());
    let written = guard(by_hooks(built, cx, &error))
        .await
        .and_then(|written| written);
    let is_of_error = cx
        .answer
        .status
        .is_none_or(|status| status == error.status());
    let mut response = match written {
        Ok(Some(response)) => response,
        Ok(None) => page(cx, &error),
        Err(second) if cx.answer.head_sent => {
            let request = format_args!("{} {}", cx.method(), cx.path());
            tracing::error!(target: "squall", %request, error = ?second, "the error page failed");
            return Response::new(Body::failing(second.into()));
        }
        Err(second) => return empty(built, cx, &second),
    };
    if response.status() == StatusCode::OK && is_of_error {
        *response.status_mut() = error.status();
    }
    finish::add_headers(&mut response, error.headers());
    response
}

async fn by_hooks(
    built: Option<&dyn Built>,
    cx: &mut Context,
    error: &HttpError,
) -> Result<Option<Response>> {
    let Some(built) = built else { return Ok(None) };
    built.default_headers_all(&mut cx.answer.headers);
    // For a page that is flushed; otherwise they are laid over the answer at the end.
    cx.answer.status = Some(error.status());
    let mut headers = error.headers().clone();
    while headers.remove(header::SET_COOKIE).is_some() {}
    lay_over(&mut cx.answer.headers, headers);
    let Some(written) = built.write_error_any(cx, error) else {
        return Ok(None);
    };
    let response = written.await?;
    cx.answer.response = Some(response);
    finish::conclude(&mut cx.answer)?;
    Ok(cx.answer.response.take())
}

/// The answer when the error page itself fails: 500 without content.
fn empty(built: Option<&dyn Built>, cx: &mut Context, error: &Error) -> Response {
    let request = format_args!("{} {}", cx.method(), cx.path());
    tracing::error!(target: "squall", %request, error = ?error, "the error page failed");
    finish::reset(cx, StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(built) = built {
        let mut headers = HeaderMap::new();
        let hook = std::panic::AssertUnwindSafe(|| built.default_headers_all(&mut headers));
        if std::panic::catch_unwind(hook).is_ok() {
            cx.answer.headers = headers;
        }
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The text of a cause. Its `Display` is not ours: it may fail, and panic.
fn shown(cause: &(dyn std::error::Error + 'static)) -> String {
    let show = std::panic::AssertUnwindSafe(|| cause.to_string());
    std::panic::catch_unwind(show).unwrap_or_else(|_| "an error that cannot be shown".to_owned())
}

/// Failures are errors with all their causes, and so is a refusal that has one; what the client did wrong is for who looks for it.
fn log(cx: &Context, error: &HttpError) {
    let causes = || {
        let causes: Vec<_> = error.causes().map(shown).collect();
        (!causes.is_empty()).then(|| causes.join(": "))
    };
    let request = format_args!("{} {}", cx.method(), cx.path());
    let status = error.status();
    if is_failure(status) || (status.is_server_error() && error.cause().is_some()) {
        tracing::error!(target: "squall", %request, cause = causes(), "{}", one_line(error));
    } else if error.cause().is_some() || error.has_message() {
        tracing::debug!(target: "squall", %request, cause = causes(), "{}", one_line(error));
    }
}

/// An error as one line of the log: what a client has sent may stand in its message, and must not look like a line of its own.
fn one_line(error: &HttpError) -> String {
    let mut line = String::new();
    for character in error.to_string().chars() {
        if character.is_control() {
            // Writing into a `String` does not fail.
            _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// The page of the framework: HTML, or problem details (RFC 9457) where the client prefers JSON.
fn page(cx: &Context, error: &HttpError) -> Response {
    let causes = if cx.is_debug() {
        error.causes().map(shown).collect()
    } else {
        Vec::new()
    };
    let mut response = if cx.request().prefers_json() {
        with_content(PROBLEM, problem(error, &causes).into())
    } else {
        with_content(HTML, html(error, &causes).into())
    };
    let vary = HeaderValue::from_static("accept");
    response.headers_mut().insert(header::VARY, vary);
    response
}

fn problem(error: &HttpError, causes: &[String]) -> String {
    let mut problem = json!({ "title": error.phrase(), "status": error.status().as_u16() });
    if error.has_message() {
        problem["detail"] = error.message().into();
    }
    if !error.faults().is_empty() {
        let entry = |fault: &Fault| json!({ "path": fault.path(), "detail": fault.message() });
        problem["errors"] = error.faults().iter().map(entry).collect();
    }
    if !causes.is_empty() {
        problem["causes"] = causes.into();
    }
    problem.to_string()
}

fn html(error: &HttpError, causes: &[String]) -> String {
    let (code, phrase) = (error.status().as_u16(), error.phrase());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{code}: {phrase}</title>\n\
         <style>{STYLE}</style>\n<main>\n<h1><span>{code}</span> {phrase}</h1>\n"
    );
    if error.has_message() {
        _ = writeln!(page, "<p>{}</p>", Escaped(error.message()));
    }
    let faults = error.unsaid_faults();
    if !faults.is_empty() {
        page.push_str("<ul>\n");
        for fault in faults {
            _ = writeln!(page, "<li>{}</li>", Escaped(&fault.to_string()));
        }
        page.push_str("</ul>\n");
    }
    if !causes.is_empty() {
        page.push_str("<h2>Caused by</h2>\n<ol>\n");
        for cause in causes {
            _ = writeln!(page, "<li><pre>{}</pre>", Escaped(cause));
        }
        page.push_str("</ol>\n");
    }
    page.push_str("</main>\n</html>\n");
    page
}

const STYLE: &str = ":root{color-scheme:light dark}\
    body{margin:0;min-height:100vh;display:grid;place-items:center;font:1.05rem/1.5 system-ui,sans-serif}\
    main{padding:2rem;max-width:44rem}h1{font-size:1.5rem;font-weight:600;margin:0}h1 span{opacity:.5;font-weight:400}\
    h2{font-size:1rem;margin:2rem 0 0}p{margin:.75rem 0 0;overflow-wrap:anywhere}ol,ul{margin:.75rem 0 0;padding-left:1.5rem}\
    li{overflow-wrap:anywhere}\
    pre{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.9rem}";

/// Text as HTML content.
struct Escaped<'t>(&'t str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#x27;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
