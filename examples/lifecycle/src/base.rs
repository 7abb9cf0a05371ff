//! The base, with every hook that a base can have, and two extractors.

use squall::{
    Context, HttpError, Result, State, handler,
    handler::{FromRequestParts, Outcome, Requirements},
    http::{HeaderMap, HeaderValue},
};

use crate::steps::Steps;

/// A field that is taken by its type: what stands in the query as `ticket`, unless it is torn.
pub(crate) struct Ticket;

impl FromRequestParts for Ticket {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let steps = State::<Steps>::from_request_parts(cx).await?;
        if cx.query() == "ticket=torn" {
            steps.take("field `ticket`: error");
            return Err(HttpError::bad_request("the ticket is torn").into());
        }
        steps.take("field `ticket`");
        Ok(Self)
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.state::<Steps>();
    }
}

/// A field of the base, taken by its type: nothing is asked there.
pub(crate) struct Door;

impl FromRequestParts for Door {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let steps = State::<Steps>::from_request_parts(cx).await?;
        steps.take("field `door` of the base");
        Ok(Self)
    }

    fn requirements(requirements: &mut Requirements) {
        requirements.state::<Steps>();
    }
}

/// The base. Its fields are taken first, and its hooks run first.
#[handler]
pub(crate) struct Base {
    pub(crate) steps: State<Steps>,
    #[expect(dead_code, reason = "it is there to be taken from the request")]
    door: Door,
}

#[handler]
impl Base {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        self.steps.take("default headers of the base");
        headers.insert("x-base", HeaderValue::from_static("here"));
    }

    #[prepare]
    async fn prepare(&mut self) -> Result<()> {
        self.steps.take("`prepare` of the base");
        Ok(())
    }

    #[write_error]
    async fn error_page(&self, error: &HttpError) -> String {
        let status = error.status().as_u16();
        self.steps
            .take(format!("`write_error` of the base: {status}"));
        format!("{error}\n")
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        self.steps
            .take(format!("`on_finish` of the base: {}", ending(outcome)));
    }

    #[on_connection_close]
    fn gone(&self) {
        self.steps.take("`on_connection_close` of the base");
    }
}

/// How a request ended, in words.
pub(crate) fn ending(outcome: &Outcome) -> String {
    let how = if outcome.is_complete() {
        "complete"
    } else {
        "broken off"
    };
    format!("{}, {how}", outcome.status().as_u16())
}
