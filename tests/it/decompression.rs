//! Requests whose content comes in a coding: decoded where it is read, within the limits, or refused with the reason.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use serde::Deserialize;
use squall::{
    Application, Context, Form, Json, Result, Routes, handler,
    handler::BodyStream,
    routes,
    testing::{TestClient, TestResponse},
};

/// Gives back what it reads.
#[handler]
#[route("/bytes")]
struct Echo;

#[handler]
impl Echo {
    async fn post(&self, content: Bytes) -> Bytes {
        content
    }
}

#[derive(Deserialize)]
struct Story {
    title: String,
}

#[handler]
#[route("/json")]
struct AsJson;

#[handler]
impl AsJson {
    async fn post(&self, story: Json<Story>) -> String {
        story.into_inner().title
    }
}

#[handler]
#[route("/form")]
struct AsForm;

#[handler]
impl AsForm {
    async fn post(&self, story: Form<Story>) -> String {
        story.into_inner().title
    }

    async fn put(&self, cx: &mut Context) -> Result<String> {
        cx.body_argument("title").await
    }
}

/// Says what the fields say.
#[handler]
#[route("/fields")]
struct Fields;

#[handler]
impl Fields {
    async fn post(&self, cx: &mut Context, content: Bytes) -> String {
        let field = |name| cx.header(name).unwrap_or("none").to_owned();
        let (coding, length) = (field("content-encoding"), field("content-length"));
        format!("{coding}, {length}: {}", content.len())
    }

    /// Does not read.
    async fn put(&self) -> &'static str {
        "not read"
    }
}

/// Counts what comes, and waits for nothing else.
#[handler(max_body = "1 GiB")]
#[route("/count")]
struct Count;

#[handler]
impl Count {
    async fn post(&self, mut content: BodyStream) -> Result<String> {
        let mut count = 0;
        while let Some(chunk) = content.chunk().await? {
            count += chunk.len();
        }
        Ok(count.to_string())
    }
}

const ROUTES: Routes = routes![Echo, AsJson, AsForm, Fields, Count];

fn client() -> TestClient {
    TestClient::new(Application::new(ROUTES))
}

async fn post(codings: &[&str], content: impl Into<Vec<u8>>) -> TestResponse {
    let client = client();
    let mut request = client.post("/bytes").body(content.into());
    for coding in codings {
        request = request.header("content-encoding", coding);
    }
    request.send().await
}

async fn check(codings: &[&str], content: impl Into<Vec<u8>>, expected: &[u8]) {
    let answer = post(codings, content).await;
    assert_eq!(answer.status(), 200, "{codings:?}");
    assert!(answer.bytes().await == expected, "{codings:?}");
}

async fn refused(coding: &str, content: impl Into<Vec<u8>>, status: u16, words: &str) {
    let answer = post(&[coding], content).await;
    assert_eq!(answer.status(), status, "{coding}");
    let page = answer.text().await;
    assert!(page.contains(words), "{coding}: `{words}` is not in {page}");
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn br(content: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 1, 22);
    encoder.write_all(content).unwrap();
    encoder.into_inner()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).unwrap()
}

/// Text of a few packets, to go through more than one piece.
fn text() -> Vec<u8> {
    (0..20_000)
        .flat_map(|number: u32| format!("{number},").into_bytes())
        .collect()
}

#[squall::test]
async fn content_comes_out_of_every_coding() {
    let text = text();
    check(&["gzip"], gzip(&text), &text).await;
    check(&["X-GZip"], gzip(&text), &text).await;
    check(&["deflate"], zlib(&text), &text).await;
    check(&["br"], br(&text), &text).await;
    check(&["ZSTD"], zstd(&text), &text).await;
    check(&["identity"], &text[..], &text).await;
    check(&[""], &text[..], &text).await;
    // Some clients leave the header of zlib out.
    check(&["deflate"], raw_deflate(&text), &text).await;
    check(&["deflate"], raw_deflate(b""), b"").await;
}

#[squall::test]
async fn codings_come_off_in_order() {
    let content = br(&gzip(b"twice"));
    check(&["gzip, br"], &content[..], b"twice").await;
    check(&["gzip", "br"], &content[..], b"twice").await;
    check(&["identity, gzip,, br"], &content[..], b"twice").await;
    refused("br, gzip", &content[..], 400, "cannot be decoded as `gzip`").await;
    let thrice = gzip(&content);
    refused("gzip, br, gzip", thrice, 415, "more than 2 codings").await;
}

#[squall::test]
async fn an_unknown_coding_is_415_with_what_is_known() {
    for coding in ["compress", "gzip, x-own", "exi", "br;q=1"] {
        let answer = post(&[coding], "x").await;
        assert_eq!(answer.status(), 415, "{coding}");
        let known = Some("br, zstd, gzip, deflate");
        assert_eq!(answer.header("accept-encoding"), known);
    }
    refused("x-own", "x", 415, "`x-own` is not understood").await;
}

#[squall::test]
async fn a_form_and_json_may_be_compressed() {
    let client = client();
    for (target, method, kind, content) in [
        ("/json", "POST", "application/json", r#"{"title":"mine"}"#),
        (
            "/form",
            "POST",
            "application/x-www-form-urlencoded",
            "title=mine",
        ),
        (
            "/form",
            "PUT",
            "application/x-www-form-urlencoded",
            "title=mine",
        ),
    ] {
        let request = client
            .request(method.parse().unwrap(), target)
            .header("content-type", kind)
            .header("content-encoding", "gzip")
            .body(gzip(content.as_bytes()));
        assert_eq!(
            request.send().await.text().await,
            "mine",
            "{method} {target}"
        );
    }
}

#[squall::test]
async fn the_fields_stay_as_they_came() {
    let content = gzip(&text());
    let expected = format!("gzip, {}: {}", content.len(), text().len());
    let client = client();
    let request = client.post("/fields").header("content-encoding", "gzip");
    assert_eq!(request.body(content).send().await.text().await, expected);
}

#[squall::test]
async fn what_nobody_reads_is_not_decoded() {
    let client = client();
    for coding in ["gzip", "x-own"] {
        let request = client.put("/fields").header("content-encoding", coding);
        let answer = request.body("no gzip").send().await;
        assert_eq!(answer.text().await, "not read", "{coding}");
        // And where there is no content, there is nothing to be decoded.
        check(&[coding], "", b"").await;
    }
}

#[squall::test]
async fn damaged_content_is_400() {
    let text = text();
    for (coding, content) in [
        ("gzip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("deflate", raw_deflate(&text)),
        ("br", br(&text)),
        ("zstd", zstd(&text)),
    ] {
        let words = format!("cannot be decoded as `{coding}`");
        refused(coding, "no content in any coding", 400, &words).await;
        for end in [1, content.len() / 2, content.len() - 1] {
            refused(coding, &content[..end], 400, "it breaks off").await;
        }
        refused(coding, [&content[..], b"x"].concat(), 400, &words).await;
    }
    let mut wrong_sum = gzip(&text);
    let at = wrong_sum.len() - 5;
    wrong_sum[at] ^= 1;
    refused("gzip", wrong_sum, 400, "damaged").await;
}

#[squall::test]
async fn content_may_be_in_several_members() {
    let members = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
    check(&["gzip"], members, b"one two").await;
    // A frame that is passed over: four bytes of something else (RFC 8878 §3.1.2).
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0][..], b"none"].concat();
    let frames = [zstd(b"one "), skipped, zstd(b"two")].concat();
    check(&["zstd"], frames, b"one two").await;
    refused(
        "gzip",
        [gzip(b"one"), b"two".to_vec()].concat(),
        400,
        "damaged",
    )
    .await;
    refused(
        "br",
        [br(b"one"), br(b"two")].concat(),
        400,
        "behind its end",
    )
    .await;
}

/// 1 GiB of zeros in 1 MiB of gzip; its sum is wrong, but nobody comes to it.
fn bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1024 * 1024];
    encoder.write_all(&zeros).unwrap();
    encoder.flush().unwrap();
    let begin = encoder.get_ref().len();
    encoder.write_all(&zeros).unwrap();
    encoder.flush().unwrap();
    // What stands between two flushes unfolds to the same behind itself.
    let (head, mebibyte) = encoder.get_ref().split_at(begin);
    [head, &mebibyte.repeat(1023)].concat()
}

#[squall::test]
async fn the_limit_counts_what_is_decoded() {
    let bomb = bomb();
    assert!(bomb.len() < 2 * 1024 * 1024, "{}", bomb.len());
    refused("gzip", bomb, 413, "longer than").await;
    let zeros = vec![0; 2 * 1024 * 1024 + 1];
    refused("br", br(&zeros), 413, "longer than").await;
    refused("zstd", zstd(&zeros), 413, "longer than").await;
    refused("deflate", zlib(&zeros), 413, "longer than").await;
    refused("gzip, br", br(&gzip(&zeros)), 413, "longer than").await;
    let most = vec![b'a'; 2 * 1024 * 1024];
    check(&["gzip"], gzip(&most), &most).await;
}

/// A few bytes become a gigabyte, and all of that is there at once.
#[squall::test]
async fn others_have_their_turn_while_content_unfolds() {
    const MIB: usize = 1024 * 1024;
    let bomb = zstd(&vec![0; 64 * MIB]);
    assert!(bomb.len() < 16 * 1024, "{}", bomb.len());
    let turns = Arc::new(AtomicUsize::new(0));
    let others = tokio::spawn({
        let turns = Arc::clone(&turns);
        async move {
            loop {
                tokio::task::yield_now().await;
                turns.fetch_add(1, Relaxed);
            }
        }
    });
    let client = client();
    let request = client.post("/count").header("content-encoding", "zstd");
    let answer = request.body(bomb).send().await;
    others.abort();
    assert_eq!(answer.text().await, (64 * MIB).to_string());
    let turns = turns.load(Relaxed);
    assert!(turns >= 16, "the others had {turns} turns");
}

#[squall::test]
async fn content_without_content_has_an_end() {
    let hollow = "next to nothing";
    refused("gzip", gzip(b"").repeat(10_000), 400, hollow).await;
    // Empty stored blocks.
    refused("deflate", b"\0\0\0\xff\xff".repeat(40_000), 400, hollow).await;
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0];
    refused("zstd", skipped.repeat(20_000), 400, hollow).await;
    // Content that is sent byte by byte is not like that.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for byte in &text()[..20_000] {
        encoder.write_all(&[*byte]).unwrap();
        encoder.flush().unwrap();
    }
    check(&["gzip"], encoder.finish().unwrap(), &text()[..20_000]).await;
}

#[squall::test]
async fn large_windows_are_refused() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(24).unwrap();
    encoder.write_all(&text()).unwrap();
    refused("zstd", encoder.finish().unwrap(), 400, "damaged").await;
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        large_window: true,
        lgwin: 30,
        ..Default::default()
    };
    let mut large = Vec::new();
    brotli::BrotliCompress(&mut &text()[..], &mut large, &params).unwrap();
    refused("br", large, 400, "damaged").await;
}
