//! The chat in two browsers. Where there is none, the test is skipped with a line that says so.
//!
//! Each browser has a network of its own between itself and the program, which the test cuts, stalls, and makes to let only some things through.
//! Whatever happens, in the end each page has all messages once, in the same order.

mod support;

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use serde_json::json;
use squall_browser::{Result, is_there, survive};
use support::{Browser, Chat, Through};
use tokio::time::sleep;

/// The messages in a page, and what waits there.
const SAID: &str = "#log .talk .text";
const WAITING: &str = "#waiting .talk .text";

#[tokio::test]
async fn nothing_is_lost_and_nothing_doubled() -> Result<()> {
    with_two_browsers(async |pair, said| {
        meet(pair, said).await?;
        read_further_up(pair, said).await?;
        do_without(pair, said).await?;
        reload(pair, said).await?;
        for how in [Through::Nothing, Through::Stalled] {
            go_away(pair, said, how).await?;
        }
        reload_while_away(pair, said).await?;
        go_offline(pair, said).await?;
        two_windows(pair, said).await?;
        send_what_is_refused(pair, said).await?;
        storm(pair, said).await
    })
    .await
}

#[tokio::test]
async fn it_falls_back_and_looks_as_it_should() -> Result<()> {
    // The quiet ones take their time, and nothing else.
    let quiet = with_two_browsers(async |pair, said| be_quiet(pair, said).await);
    let loud = with_two_browsers(async |pair, said| {
        meet(pair, said).await?;
        fall_back(pair, said).await?;
        miss_something(pair, said).await?;
        outlive_the_server(pair).await?;
        look_at_all(pair).await
    });
    tokio::try_join!(quiet, loud)?;
    Ok(())
}

async fn with_two_browsers(visit: impl AsyncFn(&mut Pair, &mut Said) -> Result<()>) -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let chat = Chat::start(0).await?;
    let mut pair = Pair {
        ada: Browser::start(&chat).await?,
        bob: Browser::start(&chat).await?,
        chat: Some(chat),
    };
    let mut outcome = survive(visit(&mut pair, &mut Said::new())).await;
    for (browser, name) in [(&pair.ada, "ada"), (&pair.bob, "bob")] {
        if outcome.is_ok() {
            outcome = browser.check_all_but_network().await;
        } else {
            browser.picture(&format!("failed-{name}")).await?;
        }
        browser.close().await?;
    }
    outcome
}

struct Pair {
    ada: Browser,
    bob: Browser,
    chat: Option<Chat>,
}

/// What was said so far.
type Said = Vec<String>;

impl Pair {
    /// Waits until both pages have all that was said, in this order, and nothing waits.
    async fn have(&self, said: &Said) -> Result<()> {
        for browser in [&self.ada, &self.bob] {
            browser.wait_for_all(SAID, said).await?;
            browser.wait_for_all(WAITING, &[]).await?;
        }
        Ok(())
    }

    /// Both say something, one after the other.
    async fn talk(&self, said: &mut Said, about: &str) -> Result<()> {
        for (browser, name) in [(&self.ada, "Ada"), (&self.bob, "Bob")] {
            let text = format!("{name} {about}");
            browser.say(&text).await?;
            said.push(text);
            self.have(said).await?;
        }
        Ok(())
    }
}

async fn meet(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    ada.enter("Ada", "den").await?;
    ada.wait_for("#state", "Connected").await?;
    bob.enter("Bob", "den").await?;
    bob.wait_for("#state", "Connected").await?;
    ada.wait_for("#log .note", "Bob has joined").await?;
    ada.wait_for_all("#people li", &["Ada".into(), "Bob".into()])
        .await?;
    pair.talk(said, "is here").await?;
    // Text is text, and Shift with Enter breaks the line.
    let text = "<b>1 < 2</b>\nand \"more\" & more";
    ada.say(&text.replace('\n', "\u{e008}\u{e007}\u{e008}"))
        .await?;
    said.push(text.to_owned());
    pair.have(said).await?;
    assert_eq!(ada.texts(".talk.own .text").await?.len(), 2);
    assert_eq!(bob.texts(".talk.own .text").await?.len(), 1);
    ada.say("   ").await?;
    pair.have(said).await
}

/// A page that came from another machine without TLS makes ids by itself, and where nothing can be kept it waits in the page. It is
/// so until the page is loaded anew.
async fn do_without(pair: &Pair, said: &mut Said) -> Result<()> {
    let without = "crypto.randomUUID = undefined; Storage.prototype.setItem = () => { throw new Error('full') }";
    pair.ada.run(without, Vec::new()).await?;
    let is_without = "return [crypto.randomUUID === undefined, localStorage.length]";
    assert_eq!(
        pair.ada.run(is_without, Vec::new()).await?,
        json!([true, 0])
    );
    pair.talk(said, "does without").await?;
    go_away(pair, said, Through::Nothing).await
}

/// Who reads further up stays there, and is told that there is something new.
async fn read_further_up(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    for number in 0..20 {
        let text = format!("Line {number}");
        bob.say(&text).await?;
        said.push(text);
    }
    pair.have(said).await?;
    let top = "return Math.round(document.getElementById('scroller').scrollTop)";
    assert!(
        ada.run(top, Vec::new()).await? != json!(0),
        "it scrolls along"
    );
    ada.run(
        "document.getElementById('scroller').scrollTop = 0",
        Vec::new(),
    )
    .await?;
    sleep(Duration::from_millis(100)).await;
    pair.talk(said, "reads").await?;
    // One's own message leads to the end.
    assert!(ada.run(top, Vec::new()).await? != json!(0));
    ada.run(
        "document.getElementById('scroller').scrollTop = 0",
        Vec::new(),
    )
    .await?;
    sleep(Duration::from_millis(100)).await;
    bob.say("Look!").await?;
    said.push("Look!".to_owned());
    pair.have(said).await?;
    assert_eq!(ada.run(top, Vec::new()).await?, json!(0));
    ada.picture("new-messages").await?;
    ada.press("#newer").await?;
    assert!(ada.run(top, Vec::new()).await? != json!(0));
    Ok(())
}

async fn reload(pair: &Pair, said: &mut Said) -> Result<()> {
    let notes = pair.bob.texts("#log .note").await?;
    let mark = "return performance.now()";
    pair.ada.client.refresh().await?;
    pair.ada.wait_for("#state", "Connected").await?;
    assert!(pair.ada.run(mark, Vec::new()).await?.as_f64() < Some(30_000.0));
    pair.have(said).await?;
    // Within the time of grace she was not away.
    assert_eq!(pair.bob.texts("#log .note").await?, notes);
    pair.talk(said, "is here again").await
}

/// What is typed while one is away arrives when one is back, once, and behind what the others have said.
async fn go_away(pair: &Pair, said: &mut Said, how: Through) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    ada.network.lets(how);
    let typed = [
        format!("Typed while away: {how:?}"),
        format!("And more: {how:?}"),
    ];
    for text in &typed {
        ada.say(text).await?;
    }
    ada.wait_for_all(WAITING, &typed).await?;
    ada.wait_for("#state", "Away. What you write waits here.")
        .await?;
    ada.picture(&format!("away-{how:?}")).await?;
    for text in [format!("While she is away: {how:?}"), "Is she?".to_owned()] {
        bob.say(&text).await?;
        bob.wait_for_all(WAITING, &[]).await?;
        said.push(text);
    }
    ada.network.lets(Through::All);
    said.extend(typed);
    pair.have(said).await?;
    ada.wait_for("#state", "Connected").await?;
    pair.talk(said, "goes on").await
}

/// What waits outlives the page.
async fn reload_while_away(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, .. } = pair;
    ada.network.lets(Through::Nothing);
    ada.say("Kept over a reload").await?;
    ada.wait_for_all(WAITING, &["Kept over a reload".into()])
        .await?;
    assert!(
        ada.client.refresh().await.is_err() || ada.texts("#log").await?.is_empty(),
        "nothing is there"
    );
    ada.network.lets(Through::All);
    ada.goto("/rooms/den").await?;
    said.push("Kept over a reload".to_owned());
    pair.have(said).await
}

/// The browser knows that it is offline, and is back as soon as it is not.
async fn go_offline(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, .. } = pair;
    let conditions = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    ada.devtools("Network.enable", json!({})).await?;
    ada.devtools("Network.emulateNetworkConditions", conditions(true))
        .await?;
    ada.wait_for("#state", "Away. What you write waits here.")
        .await?;
    ada.say("Typed offline").await?;
    ada.wait_for_all(WAITING, &["Typed offline".into()]).await?;
    ada.devtools("Network.emulateNetworkConditions", conditions(false))
        .await?;
    said.push("Typed offline".to_owned());
    pair.have(said).await?;
    ada.wait_for("#state", "Connected").await
}

/// A message that the server does not take keeps nothing else from being sent.
async fn send_what_is_refused(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    let put = "const id = crypto.randomUUID(); \
               localStorage.setItem(`chat [\"den\",\"Ada\"] ${id}`, JSON.stringify({ id, text: 'x'.repeat(3000), at: 1 }))";
    ada.run(put, Vec::new()).await?;
    ada.client.refresh().await?;
    ada.say("Behind it").await?;
    said.push("Behind it".to_owned());
    bob.wait_for_all(SAID, said).await?;
    ada.wait_for_all(SAID, said).await?;
    ada.wait_for("#waiting .who", "Not sent: at most 2000 characters")
        .await?;
    ada.wait_for("#state", "Connected").await?;
    ada.picture("refused").await?;
    ada.client.refresh().await?;
    pair.have(said).await
}

/// Both talk while their networks come and go.
async fn storm(pair: &Pair, said: &mut Said) -> Result<()> {
    use Through::{All, NoSockets, Nothing, PollsOnly, Stalled};
    let Pair { ada, bob, .. } = pair;
    let weather = [
        All, Nothing, All, Stalled, Nothing, NoSockets, Stalled, All, PollsOnly, Nothing,
        PollsOnly, All,
    ];
    for (number, through) in weather.into_iter().enumerate() {
        ada.network.lets(through);
        bob.network.lets(weather[(number * 5 + 3) % weather.len()]);
        for (browser, name) in [(ada, "Ada"), (bob, "Bob")] {
            for part in ["first", "then"] {
                browser
                    .say(&format!("{name} in storm {number}, {part}"))
                    .await?;
            }
        }
        sleep(Duration::from_millis(400)).await;
    }
    for browser in [ada, bob] {
        browser.network.lets(All);
    }
    for browser in [ada, bob] {
        browser.wait_for_all(WAITING, &[]).await?;
    }
    let count = said.len() + weather.len() * 4;
    for browser in [ada, bob] {
        browser
            .wait(SAID, |found| found.len() >= count, "all of them")
            .await?;
    }
    // All of it, once, in one order, in which each has said it in his own.
    let (of_ada, of_bob) = (ada.texts(SAID).await?, bob.texts(SAID).await?);
    assert_eq!(of_ada, of_bob);
    assert_eq!(of_ada.len(), count);
    for name in ["Ada", "Bob"] {
        let own: Vec<_> = of_ada
            .iter()
            .filter(|text| text.starts_with(&format!("{name} in storm")))
            .collect();
        let expected = (0..weather.len()).flat_map(|number| {
            ["first", "then"].map(|part| format!("{name} in storm {number}, {part}"))
        });
        assert!(own.into_iter().eq(expected.collect::<Vec<_>>().iter()));
    }
    *said = of_ada;
    // A page shows an id once, whatever comes; what it is loaded with is all that was published.
    ada.client.refresh().await?;
    pair.have(said).await
}

/// Two windows of one person have the same to send, and both do, at once.
async fn two_windows(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, .. } = pair;
    let first = ada.client.window().await?;
    let second = ada.client.new_window(false).await?;
    ada.client.switch_to_window(second.handle).await?;
    ada.goto("/rooms/den").await?;
    ada.wait_for("#state", "Connected").await?;
    ada.network.lets(Through::Nothing);
    let texts: Vec<_> = (1..=3)
        .map(|number| format!("From two windows {number}"))
        .collect();
    for text in &texts {
        ada.say(text).await?;
    }
    ada.client.switch_to_window(first.clone()).await?;
    ada.wait_for_all(WAITING, &texts).await?;
    ada.network.lets(Through::All);
    said.extend(texts);
    pair.have(said).await?;
    ada.wait_for("#state", "Connected").await?;
    pair.talk(said, "sees both").await?;
    let windows = ada.client.windows().await?;
    for window in windows.into_iter().filter(|window| *window != first) {
        ada.client.switch_to_window(window).await?;
        pair.have(said).await?;
        ada.client.close_window().await?;
    }
    Ok(ada.client.switch_to_window(first).await?)
}

/// Where no socket comes through there is a stream, and where none does, there are polls; and back.
async fn fall_back(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    ada.network.lets(Through::NoSockets);
    ada.wait_for("#state", "Connected by event stream").await?;
    pair.talk(said, "by a stream").await?;
    ada.picture("event-stream").await?;
    bob.network.lets(Through::PollsOnly);
    bob.wait_for("#state", "Connected by long polling").await?;
    pair.talk(said, "by polls").await?;
    bob.picture("long-poll").await?;
    bob.network.lets(Through::Nothing);
    bob.say("Typed between polls").await?;
    ada.say("Meanwhile").await?;
    ada.wait_for_all(WAITING, &[]).await?;
    said.extend(["Meanwhile".to_owned(), "Typed between polls".to_owned()]);
    bob.network.lets(Through::PollsOnly);
    pair.have(said).await?;
    bob.wait_for("#state", "Connected by long polling").await?;
    bob.wait_for_all("#people li", &["Ada".into(), "Bob".into()])
        .await?;
    let before = ada.network.sockets.load(Ordering::Relaxed);
    for browser in [ada, bob] {
        browser.network.lets(Through::All);
    }
    for browser in [ada, bob] {
        browser.wait_for("#state", "Connected").await?;
    }
    assert!(ada.network.sockets.load(Ordering::Relaxed) > before);
    pair.talk(said, "by a socket again").await
}

/// Who was away for longer than the history reaches is told so.
async fn miss_something(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    ada.network.lets(Through::Nothing);
    let flood = "const done = arguments[0]; (async () => { for (let n = 0; n < 300; n += 1) \
                 await fetch(location.pathname + '/talks', { method: 'POST', body: new URLSearchParams({ text: `Flood ${n}` }), headers: { accept: 'application/json' } }); })().then(done)";
    bob.client.execute_async(flood, Vec::new()).await?;
    ada.network.lets(Through::All);
    let flood = (0..300).map(|number| format!("Flood {number}"));
    let mut of_bob = said.clone();
    of_bob.extend(flood.clone());
    bob.wait_for_all(SAID, &of_bob).await?;
    said.extend(flood.skip(300 - 256));
    ada.wait_for_all(SAID, said).await?;
    let notes = ada.texts("#log .note").await?;
    assert_eq!(
        notes
            .iter()
            .filter(|note| note.contains("some messages are missing"))
            .count(),
        1,
        "{notes:?}"
    );
    ada.picture("missed").await
}

/// A server that was started anew knows nothing of what was said before. The pages do, and go on.
async fn outlive_the_server(pair: &mut Pair) -> Result<()> {
    for browser in [&pair.ada, &pair.bob] {
        browser.enter("Eve", "attic").await?;
        browser.wait_for("#state", "Connected").await?;
    }
    let mut said = vec!["Before".to_owned()];
    pair.ada.say("Before").await?;
    pair.have(&said).await?;
    let chat = pair.chat.take().ok_or("there is no server")?;
    let (port, begun) = (chat.address.port(), Instant::now());
    chat.end().await?;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "sockets and streams end with the server"
    );
    pair.ada
        .wait_for("#state", "Away. What you write waits here.")
        .await?;
    pair.ada.say("Meanwhile").await?;
    pair.chat = Some(Chat::start(port).await?);
    said.push("Meanwhile".to_owned());
    pair.have(&said).await?;
    pair.talk(&mut said, "is here in spite of that").await?;
    let missing = "You were away for longer than is kept here: some messages are missing.";
    pair.bob.wait_for("#log .note", missing).await?;
    assert_eq!(pair.bob.texts("#log .note").await?.len(), 1);
    Ok(())
}

/// Longer than a page waits for a socket, and than a poll is: nobody leaves, and nothing is opened anew.
async fn be_quiet(pair: &Pair, said: &mut Said) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    ada.enter("Ada", "den").await?;
    ada.wait_for("#state", "Connected").await?;
    bob.network.lets(Through::PollsOnly);
    bob.enter("Bob", "den").await?;
    bob.wait_for("#state", "Connected by long polling").await?;
    sleep(Duration::from_secs(55)).await;
    let states = [(ada, "Connected"), (bob, "Connected by long polling")];
    for (browser, state) in states {
        browser.wait_for("#state", state).await?;
    }
    assert_eq!(ada.texts("#log .note").await?, ["Bob has joined"]);
    assert!(bob.texts("#log .note").await?.is_empty());
    assert_eq!(ada.network.sockets.load(Ordering::Relaxed), 1);
    pair.talk(said, "is still here").await
}

/// Each page, light and dark, wide and narrow.
async fn look_at_all(pair: &Pair) -> Result<()> {
    let Pair { ada, bob, .. } = pair;
    bob.enter("Bob", "garden").await?;
    for text in ["Has anybody watered the tomatoes?", "They look thirsty."] {
        bob.say(text).await?;
        bob.wait_for_all(WAITING, &[]).await?;
    }
    ada.enter("Ada Lovelace", "garden").await?;
    ada.wait_for("#state", "Connected").await?;
    for text in [
        "I did, this morning.",
        "https://example.org/a/very/long/address/that/does/not/break/anywhere/by/itself/and/goes/on",
        "مرحبا بالعالم",
    ] {
        ada.say(text).await?;
        ada.wait_for_all(WAITING, &[]).await?;
    }
    bob.say("Good, then I shall not drown them.").await?;
    bob.wait_for_all(WAITING, &[]).await?;
    ada.picture("room-small").await?;
    for (scheme, width) in [
        ("light", 1280),
        ("dark", 1280),
        ("light", 360),
        ("dark", 360),
    ] {
        ada.emulate(scheme, width).await?;
        for (path, name) in [
            ("/rooms/garden", "room"),
            ("/", "start"),
            ("/rooms/a%20b", "error"),
        ] {
            ada.goto(path).await?;
            if name == "room" {
                ada.wait_for("#state", "Connected").await?;
                ada.press("summary").await?;
            }
            let place = format!("{name}-{scheme}-{width}");
            ada.picture(&place).await?;
            ada.check_width(width, &place).await?;
            ada.check_with_axe(&place).await?;
        }
    }
    // No script.
    ada.devtools(
        "Emulation.setScriptExecutionDisabled",
        json!({ "value": true }),
    )
    .await?;
    ada.goto("/rooms/garden").await?;
    ada.fill("#text", "Without a script").await?;
    ada.press("#say button").await?;
    bob.wait_for(".talk:last-child .text", "Without a script")
        .await?;
    ada.picture("no-script").await?;
    ada.devtools(
        "Emulation.setScriptExecutionDisabled",
        json!({ "value": false }),
    )
    .await
}
