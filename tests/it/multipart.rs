//! Forms with files: values, small and large files, streams of parts, and all that can be wrong with them.

use std::io::Read;

use proptest::prelude::*;
use serde::Deserialize;
use squall::{
    Application, Context, Form, Json, Result, handler,
    handler::{Body, Multipart},
    routes,
    testing::{TestClient, TestResponse},
};

use crate::support::Pieces;

const MIB: usize = 1024 * 1024;

/// What a part looked like to its handler: name, name of the file, type, content.
type Seen = (String, Option<String>, Option<String>, String);

/// Streams the parts, and says what they were.
#[handler(max_body = "4 MiB", max_in_memory = "1 MiB")]
#[route("/parts")]
struct Parts {
    #[query]
    skip: Option<String>,
    #[query]
    most: Option<u64>,
    #[query]
    parts: Option<usize>,
}

#[handler]
impl Parts {
    #[prepare]
    fn limits(&self, cx: &mut Context) -> Result<()> {
        match self.parts {
            Some(parts) => cx.set_max_parts(parts),
            None => Ok(()),
        }
    }

    async fn post(&self, mut form: Multipart) -> Result<Json<Vec<Seen>>> {
        let mut seen = Vec::new();
        while let Some(mut part) = form.next_part().await? {
            if self.skip.as_deref() == Some(part.name()) {
                continue;
            }
            if let Some(most) = self.most {
                part.set_max_size(most);
            }
            let name = part.name().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let content_type = part.content_type().map(str::to_owned);
            seen.push((name, file_name, content_type, part.text().await?));
        }
        Ok(Json(seen))
    }
}

#[derive(Deserialize)]
struct Letter {
    subject: String,
    #[serde(default)]
    to: Vec<String>,
}

/// Reads the whole form before.
#[handler(max_body = "4 MiB", max_in_memory = "1 MiB", max_parts = 20)]
#[route("/letters")]
struct Letters;

#[handler]
impl Letters {
    async fn post(&self, cx: &mut Context, letter: Form<Letter>) -> Result<String> {
        let mut told = format!("{} to {:?}", letter.subject, letter.to);
        for mut file in cx.files("file").await? {
            let bytes = file.bytes().await?;
            assert_eq!(bytes.len() as u64, file.len());
            told += &format!(
                "; {:?} {:?} {} {}",
                file.file_name(),
                file.content_type(),
                file.len(),
                checksum(&bytes)
            );
        }
        assert!(cx.files("file").await?.is_empty(), "a file is taken once");
        Ok(told)
    }

    async fn put(&self, cx: &mut Context) -> Result<String> {
        let to: Vec<String> = cx.arguments("to").await?;
        let subject: Option<String> = cx.optional_body_argument("subject").await?;
        Ok(format!("{subject:?} to {to:?}"))
    }
}

/// Keeps the one file of its form.
#[handler(max_body = "4 MiB")]
#[route("/keep")]
struct Keep;

#[handler]
impl Keep {
    async fn post(&self, cx: &mut Context) -> Result<String> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("kept");
        let mut files = cx.files("file").await?;
        let mut file = files.remove(0);
        file.save(&path).await?;
        // Again, over what is there.
        file.save(&path).await?;
        let saved = std::fs::read(&path)?;
        assert!(file.save(folder.path().join("no/folder")).await.is_err());
        let mut again = Vec::new();
        let mut opened = file.into_file().await?.into_std().await;
        opened.read_to_end(&mut again)?;
        assert_eq!(checksum(&saved), checksum(&again));
        Ok(format!("{} {}", saved.len(), checksum(&saved)))
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| sum.rotate_left(7) ^ u64::from(*byte);
    bytes.iter().fold(7, step)
}

fn client() -> TestClient {
    TestClient::new(Application::new(routes![Parts, Letters, Keep]))
}

/// A part: the parameters behind `form-data`, further lines of its head, its content.
type Written<'p> = (&'p str, &'p str, &'p [u8]);

fn form(parts: &[Written<'_>]) -> Vec<u8> {
    let mut content = Vec::new();
    for (parameters, lines, value) in parts {
        let head = format!("--B\r\nContent-Disposition: form-data{parameters}\r\n{lines}\r\n");
        content.extend_from_slice(head.as_bytes());
        content.extend_from_slice(value);
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(b"--B--\r\n");
    content
}

async fn send(target: &str, content: impl Into<Body>) -> TestResponse {
    let client = client();
    let request = client
        .post(target)
        .header("content-type", "multipart/form-data; boundary=B")
        .header("accept", "application/json");
    request.body(content).send().await
}

async fn seen(content: impl Into<Body>) -> Vec<Seen> {
    let answer = send("/parts", content).await;
    assert_eq!(answer.status(), 200);
    answer.json().await
}

/// Checks that a form is refused with this status and a message that holds this.
async fn check_refused(target: &str, content: impl Into<Body>, status: u16, part: &str) {
    let answer = send(target, content).await;
    let found = answer.status();
    let text = answer.text().await;
    assert_eq!(found, status, "{text}");
    assert!(text.contains(part), "`{part}` is not in {text}");
}

fn text(name: &str, value: &str) -> Seen {
    (name.to_owned(), None, None, value.to_owned())
}

#[squall::test]
async fn parts_come_in_order_with_their_names_and_types() {
    let content = form(&[
        ("; name=\"a\"", "", b"1"),
        (
            "; name=\"f\"; filename=\"x.txt\"",
            "Content-Type: text/plain\r\n",
            b"two\r\nlines",
        ),
        ("; name=\"a\"", "X-Own: y\r\n", b""),
    ]);
    let file = (
        "f".to_owned(),
        Some("x.txt".to_owned()),
        Some("text/plain".to_owned()),
        "two\r\nlines".to_owned(),
    );
    assert_eq!(seen(content).await, [text("a", "1"), file, text("a", "")]);
}

#[squall::test]
async fn names_in_quotes_and_in_rfc_8187_are_understood() {
    let content = form(&[
        ("; name=\"\\\"ü\\\"\"; filename=\"a;b.txt\"", "", b"1"),
        ("; filename*=UTF-8''%E2%82%AC.txt; name=b", "", b"2"),
    ]);
    let seen = seen(content).await;
    assert_eq!(seen[0].0, "\"ü\"");
    assert_eq!(seen[0].1.as_deref(), Some("a;b.txt"));
    assert_eq!(seen[1].1.as_deref(), Some("€.txt"));
}

#[squall::test]
async fn a_file_name_has_no_folders() {
    let content = form(&[("; name=\"a\"; filename=\"../../etc/passwd\"", "", b"")]);
    assert_eq!(seen(content).await[0].1.as_deref(), Some("passwd"));
}

#[squall::test]
async fn a_part_that_is_passed_over_is_no_loss() {
    let content = form(&[
        ("; name=\"a\"", "", &[b'x'; 200_000]),
        ("; name=\"b\"", "", b"1"),
    ]);
    let answer = send("/parts?skip=a", content).await;
    let seen: Vec<Seen> = answer.json().await;
    assert_eq!(seen, [text("b", "1")]);
}

#[squall::test]
async fn what_stands_around_the_parts_is_passed_over() {
    let mut content = b"preamble\r\n".to_vec();
    content.extend(form(&[("; name=\"a\"", "", b"1")]));
    content.extend_from_slice(b"epilogue");
    assert_eq!(seen(content).await, [text("a", "1")]);
    assert_eq!(seen("--B--").await, []);
}

#[squall::test]
async fn every_way_to_cut_it_gives_the_same_form() {
    let content = form(&[
        ("; name=\"a\"", "", b"--B is no boundary here\r\n--C\r\n--"),
        (
            "; name=\"b\"; filename=\"f\"",
            "Content-Type: a/b\r\n",
            b"\r\r\n-",
        ),
    ]);
    let whole = seen(content.clone()).await;
    assert_eq!(whole.len(), 2);
    for size in [1, 2, 3, 7, 50] {
        let pieces = Pieces::of(content.clone(), size);
        assert_eq!(seen(Body::stream(pieces)).await, whole, "{size}");
    }
}

#[squall::test]
async fn values_are_arguments_like_any_others() {
    let content = form(&[
        ("; name=\"to\"", "", b" a&b=c "),
        ("; name=\"to\"; filename=\"\"", "", "ü+%".as_bytes()),
        ("; name=\"x\"; filename=\"file.txt\"", "", b"no argument"),
        ("; name=\"to\"; filename=\"file.txt\"", "", b"no argument"),
    ]);
    let client = client();
    let answer = client
        .put("/letters?to=0")
        .header("content-type", "multipart/form-data; boundary=\"B\"")
        .body(content)
        .send()
        .await;
    let expected = "None to [\"0\", \"a&b=c\", \"ü+%\"]";
    assert_eq!(answer.text().await, expected);
}

#[squall::test]
async fn small_and_large_files_come_with_their_form() {
    let large: Vec<u8> = (0..3 * MIB).map(|at| (at * 7 % 251) as u8).collect();
    for (length, held) in [
        (0, true),
        (64 * 1024, true),
        (64 * 1024 + 1, false),
        (3 * MIB, false),
    ] {
        _ = held;
        let file = &large[..length];
        let content = form(&[
            ("; name=\"subject\"", "", b"hello"),
            (
                "; name=\"file\"; filename=\"a.bin\"",
                "Content-Type: image/png\r\n",
                file,
            ),
            ("; name=\"to\"", "", b"x"),
            ("; name=\"file\"; filename=\"b\"", "", b"b"),
            ("; name=\"file\"; filename=\"\"", "", b""),
        ]);
        let answer = send("/letters", content).await;
        let expected = format!(
            "hello to [\"x\"]; Some(\"a.bin\") Some(\"image/png\") {length} {}; Some(\"b\") None 1 {}",
            checksum(file),
            checksum(b"b")
        );
        assert_eq!(answer.text().await, expected);
    }
}

#[squall::test]
async fn files_are_kept_by_copy_or_as_they_are() {
    for length in [3, 3 * MIB] {
        let file: Vec<u8> = (0..length).map(|at| (at % 13) as u8).collect();
        let content = form(&[("; name=\"file\"; filename=\"a\"", "", &file)]);
        let answer = send("/keep", content).await;
        assert_eq!(answer.text().await, format!("{length} {}", checksum(&file)));
    }
}

#[squall::test]
async fn many_small_files_do_not_fill_the_memory() {
    // 18 files of 60 KiB: more than the MiB that the form may hold, and each of them small enough.
    let file = vec![1; 60 * 1024];
    let mut parts = vec![("; name=\"subject\"", "", &b"s"[..])];
    parts.extend(vec![("; name=\"file\"; filename=\"f\"", "", &file[..]); 18]);
    let answer = send("/letters", form(&parts)).await;
    let told = answer.text().await;
    assert_eq!(told.matches(&checksum(&file).to_string()).count(), 18);
}

#[squall::test]
async fn values_beyond_the_memory_of_a_form_are_413() {
    let value = vec![b'x'; 600 * 1024];
    let content = form(&[
        ("; name=\"subject\"", "", &value),
        ("; name=\"to\"", "", &value),
    ]);
    check_refused(
        "/letters",
        content.clone(),
        413,
        "longer than 1048576 bytes",
    )
    .await;
    check_refused("/parts", content, 413, "longer than 1048576 bytes").await;
}

#[squall::test]
async fn a_form_beyond_max_body_is_413() {
    let content = form(&[("; name=\"a\"; filename=\"f\"", "", &vec![0; 4 * MIB])]);
    let stream = Body::stream(Pieces::of(content.clone(), 10_000));
    check_refused("/letters", content, 413, "longer than 4194304 bytes").await;
    check_refused("/letters", stream, 413, "longer than 4194304 bytes").await;
}

#[squall::test]
async fn a_part_beyond_its_own_limit_is_413() {
    let content = form(&[("; name=\"a\"", "", b"12345")]);
    assert_eq!(send("/parts?most=5", content.clone()).await.status(), 200);
    check_refused("/parts?most=4", content, 413, "longer than 4 bytes").await;
}

#[squall::test]
async fn a_form_has_100_parts_at_most() {
    let parts = |count| form(&vec![("; name=\"a\"", "", &b"1"[..]); count]);
    assert_eq!(seen(parts(100)).await.len(), 100);
    check_refused("/parts", parts(101), 413, "more than 100 parts").await;
    check_refused("/parts", parts(10_000), 413, "more than 100 parts").await;
    check_refused("/letters", parts(21), 413, "more than 20 parts").await;
    assert_eq!(send("/parts?parts=101", parts(101)).await.status(), 200);
    check_refused("/parts?parts=1", parts(2), 413, "more than 1 parts").await;
}

#[squall::test]
async fn a_head_of_a_part_has_10_kib_at_most() {
    let line = |length| format!("X: {}\r\n", "x".repeat(length));
    let fits = line(9 * 1024);
    assert_eq!(
        seen(form(&[("; name=\"a\"", &fits, b"1")])).await,
        [text("a", "1")]
    );
    for length in [11 * 1024, 100 * 1024, MIB] {
        let long = line(length);
        let first = form(&[("; name=\"a\"", &long, b"1")]);
        check_refused("/parts", first, 400, "longer than 10 KiB").await;
        let second = form(&[("; name=\"b\"", "", b"0"), ("; name=\"a\"", &long, b"1")]);
        check_refused("/parts", second, 400, "longer than 10 KiB").await;
    }
    let many = "X: y\r\n".repeat(200);
    check_refused(
        "/parts",
        form(&[("; name=\"a\"", &many, b"1")]),
        400,
        "broken",
    )
    .await;
    // No boundary at all.
    check_refused("/parts", vec![b'x'; MIB], 400, "longer than 10 KiB").await;
}

#[squall::test]
async fn a_broken_form_is_400() {
    let whole = form(&[("; name=\"a\"", "", b"1"), ("; name=\"b\"", "", b"2")]);
    // Behind the last boundary and its two hyphens there is nothing to miss.
    for length in 0..whole.len() - 2 {
        check_refused("/parts", whole[..length].to_vec(), 400, "form").await;
    }
    for (content, part) in [
        (&b"--B\r\n\r\n1\r\n--B--"[..], "broken"),
        (b"--B\r\nX: y\r\n\r\n1\r\n--B--", "no `content-disposition`"),
        (
            b"--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--",
            "not `form-data`",
        ),
        (
            b"--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--",
            "no name",
        ),
        (
            b"--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--B--",
            "broken",
        ),
        (
            b"--B\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n--B--",
            "not UTF-8",
        ),
        (
            b"--B\r\nContent-Disposition form-data\r\n\r\n1\r\n--B--",
            "broken",
        ),
        (
            b"--B\r\nContent-Dispo\x00sition: form-data; name=a\r\n\r\n1\r\n--B--",
            "broken",
        ),
        (
            b"--B x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--",
            "broken",
        ),
        (
            b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--B--",
            "not UTF-8",
        ),
    ] {
        check_refused("/parts", content.to_vec(), 400, part).await;
    }
}

#[squall::test]
async fn a_boundary_must_be_one() {
    let long = format!("multipart/form-data; boundary={}", "b".repeat(71));
    for (content_type, status) in [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=\"\"", 400),
        (&long, 400),
        ("multipart/mixed; boundary=B", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ] {
        let client = client();
        for target in ["/parts", "/keep"] {
            let request = client.post(target).header("content-type", content_type);
            let answer = request.body("--B--").send().await;
            assert_eq!(answer.status(), status, "{content_type} {target}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the parts are, and however they come, they are what was sent: also where they are full of what looks like a boundary.
    #[test]
    fn parts_are_what_was_sent(
        boundary in "[-a-zA-Z0-9'()+_,./:=?]{1,70}",
        values in prop::collection::vec("(\r|\n|-|--|B|[a-zé ]|\r\n--){0,40}", 0..6),
        size in 1_usize..40,
    ) {
        let delimiter = format!("\r\n--{boundary}");
        prop_assume!(values.iter().all(|value| !format!("\r\n{value}").contains(&delimiter)));
        let mut content = String::new();
        for value in &values {
            content += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"v\"\r\n\r\n{value}\r\n");
        }
        content += &format!("--{boundary}--\r\n");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found: Vec<Seen> = runtime.block_on(async {
            let client = client();
            let request = client
                .post("/parts")
                .header("content-type", format!("multipart/form-data; boundary=\"{boundary}\""));
            let pieces = Pieces::of(content.into_bytes(), size);
            request.body(Body::stream(pieces)).send().await.json().await
        });
        let found: Vec<_> = found.into_iter().map(|part| part.3).collect();
        prop_assert_eq!(found, values);
    }
}
