//! The one handler whose steps are watched: its path says how the request is to end.

use std::{fmt, str::FromStr, time::Duration};

use squall::{
    Context, HttpError, Result, handler,
    handler::Outcome,
    http::{HeaderMap, HeaderValue, StatusCode},
};
use tokio::time::sleep;

use crate::base::{Base, Ticket, ending};

/// One request, from the first field to the last hook.
#[handler(base = base)]
#[route("/{way}")]
pub(crate) struct Journey {
    base: Base,
    way: Way,
    #[expect(dead_code, reason = "it is there to be taken from the request")]
    ticket: Ticket,
}

#[handler]
impl Journey {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        self.step("default headers");
        headers.insert("x-way", HeaderValue::from_static(self.way.name()));
    }

    #[prepare]
    async fn prepare(&mut self, cx: &mut Context) -> Result<()> {
        match self.way {
            Way::Stopped => {
                self.step("`prepare`: finished");
                cx.finish("answered by `prepare`\n")
            }
            Way::Refused => {
                self.step("`prepare`: error");
                Err(HttpError::forbidden().into())
            }
            _ => {
                self.step("`prepare`");
                Ok(())
            }
        }
    }

    async fn get(&self, cx: &mut Context) -> Result<()> {
        self.step("`get` begins");
        self.go(cx).await?;
        self.step("`get` ends");
        Ok(())
    }

    async fn post(&self, cx: &mut Context) -> Result<()> {
        self.step("`post` begins");
        self.go(cx).await?;
        self.step("`post` ends");
        Ok(())
    }

    #[write_error]
    async fn error_page(&self, error: &HttpError) -> Result<String> {
        self.step(format!("`write_error`: {}", error.status().as_u16()));
        if self.way == Way::ErrorPage {
            return Err(HttpError::internal()
                .with_message("the error page fails too")
                .into());
        }
        Ok(format!("{error}\n"))
    }

    #[on_finish]
    fn finished(&self, outcome: &Outcome) {
        self.step(format!("`on_finish`: {}", ending(outcome)));
    }

    #[on_connection_close]
    fn gone(&self) {
        self.step("`on_connection_close`");
    }
}

impl Journey {
    fn step(&self, step: impl Into<String>) {
        self.base.steps.take(step);
    }

    /// What both methods do.
    async fn go(&self, cx: &mut Context) -> Result<()> {
        match self.way {
            Way::Failed => {
                "seven".parse::<u32>()?;
            }
            Way::ErrorPage => return Err(HttpError::new(StatusCode::CONFLICT).into()),
            Way::Panicked => panic!("a panic in a handler harms nobody else"),
            Way::Streamed | Way::Broken => {
                for piece in 1..=3 {
                    cx.write(format!("piece {piece}\n"))?;
                    cx.flush().await?;
                    self.step(format!("flushed piece {piece}"));
                    sleep(PAUSE).await;
                    if self.way == Way::Broken {
                        return Err(HttpError::internal()
                            .with_cause("the source ran dry")
                            .into());
                    }
                }
            }
            Way::Slow => {
                sleep(20 * PAUSE).await;
                cx.write("slow, but here\n")?;
            }
            Way::Answered | Way::Stopped | Way::Refused => cx.write("answered\n")?,
        }
        Ok(())
    }
}

/// Long enough to be seen, short enough for a test.
const PAUSE: Duration = if cfg!(test) {
    Duration::from_millis(10)
} else {
    Duration::from_millis(150)
};

/// How a request is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Answered,
    Stopped,
    Refused,
    Failed,
    ErrorPage,
    Panicked,
    Streamed,
    Broken,
    Slow,
}

impl Way {
    const ALL: [Self; 9] = [
        Self::Answered,
        Self::Stopped,
        Self::Refused,
        Self::Failed,
        Self::ErrorPage,
        Self::Panicked,
        Self::Streamed,
        Self::Broken,
        Self::Slow,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Stopped => "stopped",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::ErrorPage => "error-page",
            Self::Panicked => "panicked",
            Self::Streamed => "streamed",
            Self::Broken => "broken",
            Self::Slow => "slow",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Way {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|way| way.name() == text).ok_or("no such way")
    }
}
