//! The steps of each way that a request can end, one list a way.

use std::time::Duration;

use squall::{
    http::Method,
    testing::{TestClient, TestResponse},
};
use tokio::time::{sleep, timeout};

use super::{app, journey::Journey, journey::Way, steps::Steps};

/// The steps before a method.
const BEGINNING: &str = "\
field `door` of the base
field `ticket`
default headers of the base
default headers
`prepare` of the base
`prepare`
";

/// The steps of a client that is gone.
const GONE: &str = "\
`on_connection_close` of the base
`on_connection_close`
";

fn watched() -> (TestClient, Steps) {
    let steps = Steps::default();
    (TestClient::new(app(steps.clone())), steps)
}

/// Checks the steps, which may still be going on when the client has its answer.
async fn check(steps: &Steps, expected: &[&str]) {
    let expected = expected.concat();
    let all = || {
        steps
            .all()
            .into_iter()
            .map(|step| step + "\n")
            .collect::<String>()
    };
    for _ in 0..200 {
        if all().len() >= expected.len() {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    // Time for a step too many.
    sleep(Duration::from_millis(20)).await;
    assert_eq!(all(), expected);
}

/// Sends a `GET`, checks its status and its steps, and gives the answer back.
async fn check_get(target: &str, status: u16, expected: &[&str]) -> (String, Option<String>) {
    let (client, steps) = watched();
    let answer = client.get(target).send().await;
    assert_eq!(answer.status(), status, "{target}");
    assert_eq!(answer.header("x-base"), Some("here"), "{target}");
    let way = answer.header("x-way").map(str::to_owned);
    let content = answer.text().await;
    check(&steps, expected).await;
    (content, way)
}

#[squall::test]
async fn answered() {
    let (content, way) = check_get(
        &Journey::url(Way::Answered),
        200,
        &[
            BEGINNING,
            "`get` begins\n",
            "`get` ends\n",
            "`on_finish` of the base: 200, complete\n",
            "`on_finish`: 200, complete\n",
        ],
    )
    .await;
    assert_eq!(
        (&*content, way.as_deref()),
        ("answered\n", Some("answered"))
    );
}

#[squall::test]
async fn failed_in_a_field() {
    // The struct was never built, so only the base has its hooks.
    let (content, way) = check_get(
        "/answered?ticket=torn",
        400,
        &[
            "field `door` of the base\n",
            "field `ticket`: error\n",
            "default headers of the base\n",
            "`write_error` of the base: 400\n",
            "`on_finish` of the base: 400, complete\n",
        ],
    )
    .await;
    assert_eq!(
        (&*content, way),
        ("400 Bad Request: the ticket is torn\n", None)
    );
}

#[squall::test]
async fn stopped_in_prepare() {
    let (content, _) = check_get(
        &Journey::url(Way::Stopped),
        200,
        &[
            BEGINNING.trim_end_matches("`prepare`\n"),
            "`prepare`: finished\n",
            "`on_finish` of the base: 200, complete\n",
            "`on_finish`: 200, complete\n",
        ],
    )
    .await;
    assert_eq!(content, "answered by `prepare`\n");
}

#[squall::test]
async fn failed_in_prepare() {
    let (content, way) = check_get(
        &Journey::url(Way::Refused),
        403,
        &[
            BEGINNING.trim_end_matches("`prepare`\n"),
            "`prepare`: error\n",
            // What was set before is gone, so the default headers are set anew.
            "default headers of the base\n",
            "default headers\n",
            "`write_error`: 403\n",
            "`on_finish` of the base: 403, complete\n",
            "`on_finish`: 403, complete\n",
        ],
    )
    .await;
    assert_eq!(
        (&*content, way.as_deref()),
        ("403 Forbidden\n", Some("refused"))
    );
}

#[squall::test]
async fn failed_or_panicked_in_the_method() {
    for way in [Way::Failed, Way::Panicked] {
        let (content, _) = check_get(
            &Journey::url(way),
            500,
            &[
                BEGINNING,
                "`get` begins\n",
                "default headers of the base\n",
                "default headers\n",
                "`write_error`: 500\n",
                "`on_finish` of the base: 500, complete\n",
                "`on_finish`: 500, complete\n",
            ],
        )
        .await;
        // The cause is for the log alone.
        assert_eq!(content, "500 Internal Server Error\n");
    }
}

#[squall::test]
async fn failed_in_the_error_page() {
    let (content, _) = check_get(
        &Journey::url(Way::ErrorPage),
        500,
        &[
            BEGINNING,
            "`get` begins\n",
            "default headers of the base\n",
            "default headers\n",
            "`write_error`: 409\n",
            "default headers of the base\n",
            "default headers\n",
            "`on_finish` of the base: 500, complete\n",
            "`on_finish`: 500, complete\n",
        ],
    )
    .await;
    assert_eq!(content, "");
}

#[squall::test]
async fn streamed() {
    let (content, _) = check_get(
        &Journey::url(Way::Streamed),
        200,
        &[
            BEGINNING,
            "`get` begins\n",
            "flushed piece 1\n",
            "flushed piece 2\n",
            "flushed piece 3\n",
            "`get` ends\n",
            "`on_finish` of the base: 200, complete\n",
            "`on_finish`: 200, complete\n",
        ],
    )
    .await;
    assert_eq!(content, "piece 1\npiece 2\npiece 3\n");
}

/// The next piece of a stream.
async fn piece(answer: &mut TestResponse) -> String {
    let piece = answer
        .chunk()
        .await
        .expect("the stream goes on")
        .expect("there is more");
    String::from_utf8(piece.into()).expect("the pieces are text")
}

#[squall::test]
async fn broken_off_half_way() {
    let (client, steps) = watched();
    let mut answer = client.get(Journey::url(Way::Broken)).send().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(piece(&mut answer).await, "piece 1\n");
    assert!(
        answer.chunk().await.is_err(),
        "the client sees that the rest is missing"
    );
    let all = loop {
        let all = steps.all();
        if all
            .last()
            .is_some_and(|last| last.starts_with("`on_finish`:"))
        {
            break all;
        }
        sleep(Duration::from_millis(10)).await;
    };
    assert!(!all.contains(&"`get` ends".to_owned()));
    assert!(all.contains(&"`on_finish`: 200, broken off".to_owned()));
}

#[squall::test]
async fn gone_before_the_answer() {
    // A safe method is dropped where it stands …
    let (client, steps) = watched();
    let request = client.get(Journey::url(Way::Slow)).send();
    assert!(timeout(Duration::from_millis(50), request).await.is_err());
    let ending = [
        "`on_finish` of the base: 499, broken off\n",
        "`on_finish`: 499, broken off\n",
    ];
    check(
        &steps,
        &[BEGINNING, "`get` begins\n", GONE, ending[0], ending[1]],
    )
    .await;
    // … any other runs to its end, and is told meanwhile.
    let (client, steps) = watched();
    let request = client.request(Method::POST, Journey::url(Way::Slow)).send();
    assert!(timeout(Duration::from_millis(50), request).await.is_err());
    let ending = [
        "`on_finish` of the base: 200, broken off\n",
        "`on_finish`: 200, broken off\n",
    ];
    check(
        &steps,
        &[
            BEGINNING,
            "`post` begins\n",
            GONE,
            "`post` ends\n",
            ending[0],
            ending[1],
        ],
    )
    .await;
}

#[squall::test]
async fn gone_in_the_midst_of_a_stream() {
    let (client, steps) = watched();
    let mut answer = client.get(Journey::url(Way::Streamed)).send().await;
    assert_eq!(piece(&mut answer).await, "piece 1\n");
    drop(answer);
    for _ in 0..200 {
        if steps
            .all()
            .last()
            .is_some_and(|last| last.starts_with("`on_finish`:"))
        {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let all = steps.all();
    let end = all.len() - 4;
    assert_eq!(all[end..][..2].concat(), GONE.replace('\n', ""));
    assert!(all[end + 3].ends_with("broken off"), "{all:?}");
    assert!(!all.contains(&"`get` ends".to_owned()));
}

#[squall::test]
async fn reached_no_handler() {
    let steps = |status| {
        [
            "field `door` of the base\n".to_owned(),
            "default headers of the base\n".to_owned(),
            format!("`write_error` of the base: {status}\n"),
            format!("`on_finish` of the base: {status}, complete\n"),
        ]
    };
    check_get("/no/where", 404, &steps(404).each_ref().map(|step| &**step)).await;
    // The path of a handler, and its own field that does not parse: the other fields are not taken.
    check_get("/nowhere", 404, &steps(404).each_ref().map(|step| &**step)).await;
    // No field of the handler is taken, and no `prepare` runs, for a method that it does not have.
    let (client, taken) = watched();
    assert_eq!(
        client
            .put(Journey::url(Way::Answered))
            .send()
            .await
            .status(),
        405
    );
    check(&taken, &steps(405).each_ref().map(|step| &**step)).await;
}
