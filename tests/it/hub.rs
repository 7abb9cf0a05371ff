//! The hub: what is published reaches who listens, in order, once, however they listen; and nothing stays behind.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use squall::{
    Application, Json, Options, Result, Routes, State, handler,
    hub::{Cursor, Delivery, Hub, Missed, Published, Subscription},
    routes,
    sse::{EventStream, LastEventId},
    testing::TestClient,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    events::Source,
    support::{OwnServer, read_all},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Talk {
    text: String,
}

#[handler]
#[route("/rooms/{room}/events")]
struct RoomEvents {
    room: String,
    last: LastEventId,
    hub: State<Hub<Talk>>,
}

#[handler]
impl RoomEvents {
    async fn get(&self) -> Result<EventStream> {
        self.hub
            .topic(&self.room)
            .events_since(self.last.cursor())
            .await
    }
}

#[handler]
#[route("/rooms/{room}/updates")]
struct RoomUpdates {
    room: String,
    #[query]
    cursor: Option<Cursor>,
    hub: State<Hub<Talk>>,
}

#[handler]
impl RoomUpdates {
    async fn get(&self) -> Result<Json<Vec<Published<Talk>>>> {
        Ok(Json(
            self.hub.topic(&self.room).wait_since(self.cursor).await?,
        ))
    }

    async fn post(&mut self, talk: Json<Talk>) -> Result<()> {
        self.hub.topic(&self.room).publish(talk.into_inner()).await
    }

    #[on_connection_close]
    fn gone(&self) {
        GONE.fetch_add(1, Ordering::Relaxed);
    }
}

static GONE: AtomicU64 = AtomicU64::new(0);

const ROUTES: Routes = routes![RoomEvents, RoomUpdates];

/// A message as a client of a long poll gets it.
#[derive(Debug, PartialEq, Deserialize)]
struct Update {
    cursor: Cursor,
    value: Talk,
}

fn talk(text: impl ToString) -> Talk {
    Talk {
        text: text.to_string(),
    }
}

fn texts(messages: &[Published<Talk>]) -> Vec<&str> {
    messages.iter().map(|message| &*message.text).collect()
}

async fn publish(hub: &Hub<Talk>, texts: impl IntoIterator<Item = impl ToString>) {
    let den = hub.topic("den");
    for text in texts {
        den.publish(talk(text)).await.unwrap();
    }
}

/// What a subscription gets, as a short text each, until nothing more is there.
async fn drain<T>(subscription: &mut Subscription<T>) -> Vec<String>
where
    T: std::ops::Deref<Target = str>,
{
    let mut got = Vec::new();
    while let Ok(delivery) = timeout(Duration::from_millis(20), subscription.recv()).await {
        got.push(match delivery {
            Delivery::Published(message) => message.to_string(),
            Delivery::Joined(member) => format!("+{member}"),
            Delivery::Left(member) => format!("-{member}"),
            Delivery::Missed(missed) => format!("missed {}", missed.messages + missed.notices),
            other => panic!("{other:?}", other = std::mem::discriminant(&other)),
        });
    }
    got
}

#[squall::test]
async fn all_hear_the_same_in_one_order() {
    let hub = Hub::new();
    let den = hub.topic("den");
    let mut early = den.subscribe();
    den.publish("1").await.unwrap();
    let mut late = den.subscribe();
    den.publish("2").await.unwrap();
    hub.topic("elsewhere").publish("x").await.unwrap();
    let mut again = den.subscribe_since(None).await.unwrap();
    den.publish("3").await.unwrap();
    assert_eq!(drain(&mut early).await, ["1", "2", "3"]);
    assert_eq!(drain(&mut late).await, ["2", "3"]);
    assert_eq!(drain(&mut again).await, ["1", "2", "3"]);
    assert!(drain(&mut again).await.is_empty());
    let cursors: Vec<_> = den.history().iter().map(Published::cursor).collect();
    assert_eq!(cursors.last(), Some(&den.cursor()));
}

#[squall::test]
async fn who_waits_is_woken() {
    let hub = Hub::new();
    let den = hub.topic("den");
    let mut subscription = den.subscribe();
    let mut ada = None;
    for round in ["message", "join", "leave"] {
        // It has waited in another task before, and has come to nothing there.
        let early = timeout(Duration::from_millis(1), subscription.recv()).await;
        assert!(early.is_err());
        let waiting = tokio::spawn(async move {
            let delivery = subscription.recv().await;
            (subscription, delivery)
        });
        sleep(Duration::from_millis(10)).await;
        match round {
            "message" => den.publish("hello").await.unwrap(),
            "join" => ada = den.join("Ada").ok(),
            _ => drop(ada.take()),
        }
        let delivery;
        (subscription, delivery) = waiting.await.unwrap();
        match (round, delivery) {
            ("message", Delivery::Published(message)) => assert_eq!(*message, "hello"),
            ("join", Delivery::Joined(member)) => assert_eq!(member.name(), "Ada"),
            ("leave", Delivery::Left(member)) => assert_eq!(member.to_string(), "Ada"),
            (round, other) => panic!("{round}: {other:?}"),
        }
    }
}

#[squall::test]
async fn a_cursor_goes_on_where_it_was() {
    let hub = Hub::new();
    let den = hub.topic("den");
    let mut cursors = vec![den.cursor()];
    for text in ["1", "2", "3"] {
        den.publish(text).await.unwrap();
        cursors.push(den.cursor());
    }
    for (heard, cursor) in cursors.into_iter().enumerate() {
        let mut subscription = den.subscribe_since(cursor).await.unwrap();
        assert_eq!(drain(&mut subscription).await, ["1", "2", "3"][heard..]);
        if heard < 3 {
            let messages = den.wait_since(cursor).await.unwrap();
            assert_eq!(messages.len(), 3 - heard);
            assert!(messages[0].follows(cursor));
        }
    }
}

#[squall::test]
async fn events_go_on_where_a_client_has_left_off() {
    let hub = Hub::new();
    let client = TestClient::new(Application::new(ROUTES).state(hub.clone()));
    publish(&hub, [1, 2]).await;
    let mut answer = client.get("/rooms/den/events").send().await;
    let mut source = Source::default();
    source.until(&mut answer, 2).await;
    publish(&hub, [3]).await;
    source.until(&mut answer, 3).await;
    assert_eq!(source.events[2].data, r#"{"text":"3"}"#);
    drop(answer);
    publish(&hub, [4, 5]).await;
    for (last, expected) in [(0, "2"), (2, "4")] {
        let request = client.get("/rooms/den/events");
        let request = request.header("last-event-id", &source.events[last].id);
        let mut again = Source::default();
        again.until(&mut request.send().await, 1).await;
        assert_eq!(again.events[0].data, format!(r#"{{"text":"{expected}"}}"#));
        assert_eq!(again.events[0].name, "message");
    }
    // A page that was rendered with what there is begins behind it.
    let target = format!(
        "/rooms/den/events?last-event-id={}",
        hub.topic("den").cursor()
    );
    let mut answer = client.get(target).send().await;
    publish(&hub, [6]).await;
    let mut page = Source::default();
    page.until(&mut answer, 1).await;
    assert_eq!(page.events[0].data, r#"{"text":"6"}"#);
}

#[squall::test]
async fn a_long_poll_goes_on_where_a_client_has_left_off() {
    let hub = Hub::new();
    let client = TestClient::new(Application::new(ROUTES).state(hub.clone()));
    let poll = async |cursor: Option<Cursor>| {
        let query = cursor.map_or(String::new(), |cursor| format!("?cursor={cursor}"));
        let answer = client
            .get(format!("/rooms/den/updates{query}"))
            .send()
            .await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.json::<Vec<Update>>().await
    };
    let (first, ()) = tokio::join!(poll(None), async {
        sleep(Duration::from_millis(20)).await;
        publish(&hub, ["a"]).await;
    });
    assert_eq!(first[0].value, talk("a"));
    publish(&hub, ["b", "c"]).await;
    let second = poll(Some(first[0].cursor)).await;
    assert_eq!([&*second[0].value.text, &second[1].value.text], ["b", "c"]);
    let answer = client.post("/rooms/den/updates").json(&talk("d"));
    assert_eq!(answer.send().await.status(), 200);
    let third = poll(Some(second[1].cursor)).await;
    assert_eq!(third[0].value, talk("d"));
    assert_eq!(poll(None).await.len(), 4);
}

#[squall::test]
async fn who_falls_behind_is_told_how_far() {
    let hub = Hub::new().history(4);
    let den = hub.topic("den");
    let mut slow = den.subscribe();
    let cursor = den.cursor();
    for number in 1..=10 {
        den.publish(number.to_string()).await.unwrap();
    }
    assert_eq!(drain(&mut slow).await, ["missed 6", "7", "8", "9", "10"]);
    let mut late = den.subscribe_since(cursor).await.unwrap();
    assert_eq!(drain(&mut late).await, ["missed 6", "7", "8", "9", "10"]);
    let messages = den.wait_since(cursor).await.unwrap();
    assert!(messages.len() == 4 && !messages[0].follows(cursor));
    let mut page = den.subscribe_since(None).await.unwrap();
    assert_eq!(drain(&mut page).await, ["7", "8", "9", "10"]);
    assert_eq!(hub.stats().missed, 18);
    assert_eq!(hub.stats().published, 10);
}

#[squall::test]
async fn a_page_that_falls_behind_is_told_by_an_event() {
    let hub = Hub::new().history(2);
    let den = hub.topic("den");
    let cursor = den.cursor();
    publish(&hub, 1..=5).await;
    let client = TestClient::new(Application::new(ROUTES).state(hub.clone()));
    let request = client.get("/rooms/den/events");
    let request = request.header("last-event-id", den.history()[0].cursor().to_string());
    let mut source = Source::default();
    source.until(&mut request.send().await, 1).await;
    assert_eq!(source.events[0].data, r#"{"text":"5"}"#);

    let request = client.get("/rooms/den/events");
    let request = request.header("last-event-id", cursor.to_string());
    let mut source = Source::default();
    source.until(&mut request.send().await, 3).await;
    assert_eq!(source.events[0].name, "missed");
    assert_eq!(source.events[1].data, r#"{"text":"4"}"#);
}

#[squall::test]
async fn foreign_cursors_get_all_there_is() {
    let hub = Hub::new().history(2);
    let client = TestClient::new(Application::new(ROUTES).state(hub.clone()));
    publish(&hub, 1..=3).await;
    let other = Hub::<Talk>::new();
    publish(&other, [1]).await;
    let epoch = hub.topic("den").cursor().to_string();
    let epoch = epoch.split('-').next().unwrap();
    for foreign in [
        other.topic("den").cursor().to_string(),
        format!("{epoch}-4"),
        format!("{epoch}-{}", u64::MAX),
        "0-0".to_owned(),
        format!("ffffffffffffffff-{}", u64::MAX),
    ] {
        let cursor: Cursor = foreign.parse().unwrap();
        let messages = hub.topic("den").wait_since(cursor).await.unwrap();
        assert_eq!(texts(&messages), ["2", "3"], "{foreign}");
        assert!(!messages[0].follows(cursor));
        let mut subscription = hub.topic("den").subscribe_since(cursor).await.unwrap();
        assert!(matches!(
            subscription.recv().await,
            Delivery::Missed(Missed { messages: 1, .. })
        ));
        let answer = client.get("/rooms/den/events");
        let answer = answer.header("last-event-id", &foreign);
        let mut source = Source::default();
        source.until(&mut answer.send().await, 3).await;
        assert_eq!(
            (&*source.events[0].name, &*source.events[0].data),
            ("missed", "1")
        );
        assert_eq!(source.events[1].data, r#"{"text":"2"}"#);
    }
    // What is no cursor at all is a mistake in a query; as the id of an event it is none.
    for hostile in ["x", "1-", "-1", "%00", "1-1-1", "99999999999999999-1"] {
        let answer = client.get(format!("/rooms/den/updates?cursor={hostile}"));
        assert_eq!(answer.send().await.status(), 400, "{hostile}");
        let answer = client
            .get("/rooms/den/events")
            .header("last-event-id", hostile);
        let mut source = Source::default();
        source.until(&mut answer.send().await, 1).await;
        assert_eq!(source.events[0].data, r#"{"text":"2"}"#);
    }
    let answer = client.get("/rooms/den/updates?cursor=").send().await;
    assert_eq!(answer.json::<Vec<Update>>().await.len(), 2);
}

#[squall::test]
async fn a_topic_that_went_and_came_again_is_another() {
    let hub = Hub::new().keep(Duration::from_millis(200));
    publish(&hub, [1]).await;
    let cursor = hub.topic("den").cursor();
    assert_eq!(texts(&hub.topic("den").history()), ["1"]);
    sleep(Duration::from_millis(300)).await;
    publish(&hub, [2]).await;
    let messages = hub.topic("den").wait_since(cursor).await.unwrap();
    assert_eq!(texts(&messages), ["2"]);
    assert!(!messages[0].follows(cursor));
}

#[squall::test]
async fn history_has_a_bound() {
    let hub = Hub::new().history(3);
    publish(&hub, 0..1000).await;
    assert_eq!(texts(&hub.topic("den").history()), ["997", "998", "999"]);
    let least = Hub::new().history(0);
    publish(&least, 0..10).await;
    assert_eq!(texts(&least.topic("den").history()), ["9"]);
}

#[squall::test]
async fn names_of_clients_take_no_room() {
    let hub = Hub::new().max_topics(10);
    let used = hub.topic("used");
    let _member = hub.topic("full").join("Ada").unwrap();
    used.publish(talk("kept")).await.unwrap();
    for number in 0..1000 {
        let topic = hub.topic(&number.to_string());
        if number % 2 == 0 {
            topic.publish(talk(number)).await.unwrap();
        }
        drop(topic);
        assert!(hub.stats().topics <= 10);
    }
    assert_eq!(texts(&hub.topic("used").history()), ["kept"]);
    assert_eq!(hub.topic("full").members(), ["Ada"]);
    // The last ones are still there, the first are not.
    assert_eq!(hub.topic("998").history().len(), 1);
    assert_eq!(hub.topic("2").history().len(), 0);
    // Those in use stay, however many.
    let held: Vec<_> = (0..50)
        .map(|number| hub.topic(&number.to_string()))
        .collect();
    assert!(hub.stats().topics >= 50);
    drop(held);
    assert!(hub.stats().topics <= 10);
}

#[squall::test]
async fn who_publishes_waits_for_nobody() {
    let hub = Hub::new();
    let den = hub.topic("den");
    let idle: Vec<_> = (0..100).map(|_| den.subscribe()).collect();
    let began = Instant::now();
    for number in 0..10_000 {
        den.publish(number).await.unwrap();
    }
    assert!(began.elapsed() < Duration::from_secs(4));
    assert_eq!(den.history().len(), 256);
    assert_eq!(hub.stats().subscribers, idle.len());
}

#[squall::test]
async fn a_name_counts_once() {
    let hub = Hub::<&str>::new();
    let den = hub.topic("den");
    let mut subscription = den.subscribe();
    let ada = den.join("Ada").unwrap();
    let again = hub.topic("den").join("Ada").unwrap();
    den.publish("hello").await.unwrap();
    let bob = den.join("Bob").unwrap();
    assert_eq!(den.members(), ["Ada", "Bob"]);
    assert_eq!(hub.stats().members, 2);
    drop(ada);
    assert_eq!(den.members(), ["Ada", "Bob"]);
    again.leave();
    bob.leave();
    let expected = ["+Ada", "hello", "+Bob", "-Ada", "-Bob"];
    assert_eq!(drain(&mut subscription).await, expected);
    assert!(den.members().is_empty());
    assert_eq!(hub.stats().members, 0);
}

#[squall::test]
async fn who_is_back_in_time_was_never_away() {
    let hub = Hub::<&str>::new().grace(Duration::from_millis(100));
    let den = hub.topic("den");
    let mut subscription = den.subscribe();
    let ada = den.join("Ada").unwrap();
    let bob = den.join("Bob").unwrap();
    drop(ada);
    bob.leave();
    assert_eq!(den.members(), ["Ada"]);
    let ada = den.join("Ada").unwrap();
    sleep(Duration::from_millis(200)).await;
    assert_eq!(den.members(), ["Ada"]);
    assert_eq!(drain(&mut subscription).await, ["+Ada", "+Bob", "-Bob"]);
    drop(ada);
    drop(den.join("Cleo").unwrap());
    assert_eq!(drain(&mut subscription).await, ["+Cleo"]);
    sleep(Duration::from_millis(150)).await;
    assert_eq!(drain(&mut subscription).await, ["-Ada", "-Cleo"]);
    // And once more, when nobody has waited for a while.
    drop(den.join("Dan").unwrap());
    sleep(Duration::from_millis(200)).await;
    assert_eq!(drain(&mut subscription).await, ["+Dan", "-Dan"]);
    drop((den, subscription));
    assert_eq!((hub.stats().members, hub.stats().topics), (0, 0));
}

#[squall::test]
async fn grace_may_last_for_ever() {
    let hub = Hub::<Talk>::new().grace(Duration::MAX);
    let den = hub.topic("den");
    drop(den.join("Ada").unwrap());
    assert_eq!(den.members(), ["Ada"]);
}

#[test]
fn grace_ends_with_its_runtime() {
    let hub = Hub::<Talk>::new().grace(Duration::from_secs(60));
    let runtime = runtime();
    runtime.block_on(async {
        drop(hub.topic("den").join("Ada").unwrap());
        tokio::task::yield_now().await;
        assert_eq!(hub.topic("den").members(), ["Ada"]);
    });
    drop(runtime);
    assert_eq!((hub.stats().members, hub.stats().topics), (0, 0));
    drop(hub.topic("den").join("Bob").unwrap());
    assert_eq!(hub.stats().members, 0);
}

#[squall::test]
async fn a_storm_of_joins_pushes_no_message_out() {
    let hub = Hub::new().history(10);
    let den = hub.topic("den");
    let cursor = den.cursor();
    den.publish("kept").await.unwrap();
    let mut slow = den.subscribe();
    for number in 0..500 {
        drop(den.join(number.to_string()).unwrap());
    }
    assert_eq!(*den.wait_since(cursor).await.unwrap()[0], "kept");
    let got = drain(&mut slow).await;
    assert_eq!(got[0], "missed 744");
    assert_eq!(got.len(), 257);
    // Streams of events hear nothing of it, and are not behind.
    den.publish("next").await.unwrap();
    let mut page = den.subscribe_since(None).await.unwrap();
    assert_eq!(drain(&mut page).await, ["kept", "next"]);
}

#[squall::test]
async fn members_have_limits() {
    let hub = Hub::<Talk>::new().max_members(2);
    let den = hub.topic("den");
    assert_eq!(den.join("x".repeat(257)).unwrap_err().status(), 400);
    let _longest = den.join("x".repeat(256)).unwrap();
    let second = den.join("2").unwrap();
    assert_eq!(den.join("3").unwrap_err().status(), 503);
    let _again = den.join("2").unwrap();
    drop(second);
    assert_eq!(den.join("3").unwrap_err().status(), 503);
}

#[squall::test]
async fn nothing_stays_behind() {
    let hub = Hub::<Talk>::new();
    let client = TestClient::new(Application::new(ROUTES).state(hub.clone()));
    let den = hub.topic("den");
    let mut subscriptions: Vec<_> = (0..10).map(|_| den.subscribe()).collect();
    for subscription in &mut subscriptions {
        assert!(
            timeout(Duration::from_millis(1), subscription.recv())
                .await
                .is_err()
        );
    }
    let poll = timeout(Duration::from_millis(20), den.wait_since(None));
    assert!(poll.await.is_err());
    let events = client.get("/rooms/den/events").send().await;
    let request = client.get("/rooms/den/updates").try_send();
    assert!(timeout(Duration::from_millis(50), request).await.is_err());
    assert_eq!(hub.stats().topics, 1);
    drop((subscriptions, events, den));
    let gone = async {
        while hub.stats().subscribers > 0 || hub.stats().topics > 0 {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(Duration::from_secs(3), gone).await.unwrap();
    assert!(GONE.load(Ordering::Relaxed) > 0);
    // Who has asked for the head alone neither.
    assert_eq!(client.head("/rooms/den/events").send().await.status(), 200);
    assert_eq!(hub.stats().topics, 0);
}

#[squall::test]
async fn a_long_poll_has_patience() {
    let hub = Hub::<Talk>::new().patience(Duration::from_millis(50));
    let client = TestClient::new(Application::new(ROUTES).state(hub.clone()));
    let began = Instant::now();
    let answer = client.get("/rooms/den/updates").send().await;
    assert_eq!(answer.text().await, "[]");
    assert!(began.elapsed() >= Duration::from_millis(50));
    // Who comes and goes is no message.
    let den = hub.topic("den");
    let (messages, ()) = tokio::join!(den.wait_since(None), async {
        sleep(Duration::from_millis(10)).await;
        drop(den.join("Ada"));
    });
    assert!(messages.unwrap().is_empty());
    assert_eq!(hub.stats().subscribers, 0);
}

#[squall::test]
async fn the_end_of_the_server_is_that_of_all_who_wait() {
    let hub = Hub::new();
    let app = Application::new(ROUTES).state(hub.clone());
    let shutdown = app.shutdown();
    let client = TestClient::new(app);
    let mut events = client.get("/rooms/den/events").send().await;
    let end = async {
        sleep(Duration::from_millis(30)).await;
        publish(&hub, ["last words"]).await;
        sleep(Duration::from_millis(30)).await;
        shutdown.begin();
    };
    let poll = async {
        let answer = client.get("/rooms/other/updates").send().await;
        answer.text().await
    };
    let (answer, ()) = tokio::join!(poll, end);
    assert_eq!(answer, "[]");
    let mut source = Source::default();
    source.until(&mut events, 1).await;
    assert_eq!(events.chunk().await.unwrap(), None);
    assert_eq!(hub.stats().subscribers, 0);
}

#[squall::test]
async fn a_server_with_a_hub() {
    let hub = Hub::<Talk>::new();
    OwnServer::run(Application::new(ROUTES).state(hub), Options::default()).await;
}

#[squall::test]
async fn a_server_with_many_who_wait_ends_at_once() {
    let server = OwnServer::start("hub::a_server_with_a_hub");
    let mut waiting = Vec::new();
    for number in 0..20 {
        let kind = ["updates", "events"][number % 2];
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let request = format!("GET /rooms/{number}/{kind} HTTP/1.1\r\nhost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        waiting.push((kind, stream));
    }
    sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    server.signal("-TERM");
    for (kind, stream) in &mut waiting {
        let answer = read_all(stream).await;
        let end = match *kind {
            "updates" => "\r\n\r\n[]",
            _ => "\r\n\r\n0\r\n\r\n",
        };
        assert!(answer.ends_with(end), "{answer}");
    }
    assert!(server.wait());
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[squall::test]
async fn json_is_made_once() {
    static MADE: AtomicU64 = AtomicU64::new(0);
    struct Costly;
    impl Serialize for Costly {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            MADE.fetch_add(1, Ordering::Relaxed);
            serializer.serialize_str("costly")
        }
    }
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("cannot be done"))
        }
    }
    let hub = Hub::new();
    hub.topic("den").publish(Costly).await.unwrap();
    for _ in 0..10 {
        let message = &hub.topic("den").history()[0];
        let expected = format!(r#"{{"cursor":"{}","value":"costly"}}"#, message.cursor());
        assert_eq!(message.json().unwrap(), expected);
    }
    assert_eq!(MADE.load(Ordering::Relaxed), 1);
    let hub = Hub::new();
    hub.topic("den").publish(Broken).await.unwrap();
    let error = hub.topic("den").history()[0].json().unwrap_err();
    assert!(error.to_string().contains("cannot be done"), "{error}");
}

#[test]
#[should_panic(expected = "before it is cloned or used")]
fn settings_come_first() {
    let hub = Hub::<Talk>::new();
    let _other = hub.clone();
    _ = hub.history(1);
}

/// Threads that publish and threads that listen, in different ways: each of them hears all, once, in the same order.
#[test]
fn many_threads_lose_and_double_nothing() {
    const PUBLISHERS: u64 = 4;
    const EACH: u64 = 2_000;
    let hub = Hub::<(u64, u64)>::new().history((PUBLISHERS * EACH) as usize);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let all = (PUBLISHERS * EACH) as usize;
        let mut listening = Vec::new();
        for kind in 0..8 {
            let topic = hub.topic("den");
            let mut subscription = topic.subscribe();
            let mut cursor = topic.cursor();
            listening.push(tokio::spawn(async move {
                let mut heard = Vec::new();
                while heard.len() < all {
                    match kind % 3 {
                        0 => match subscription.recv().await {
                            Delivery::Published(message) => heard.push(*message),
                            other => panic!("{other:?}"),
                        },
                        1 => {
                            let messages = topic.wait_since(cursor).await.unwrap();
                            cursor = messages.last().unwrap().cursor();
                            heard.extend(messages.iter().map(|message| **message));
                        }
                        _ => {
                            let mut again = topic.subscribe_since(cursor).await.unwrap();
                            for _ in 0..7.min(all - heard.len()) {
                                match again.recv().await {
                                    Delivery::Published(message) => {
                                        cursor = message.cursor();
                                        heard.push(*message);
                                    }
                                    other => panic!("{other:?}"),
                                }
                            }
                        }
                    }
                }
                heard
            }));
        }
        let mut publishing = Vec::new();
        for publisher in 0..PUBLISHERS {
            let hub = hub.clone();
            publishing.push(tokio::spawn(async move {
                for number in 0..EACH {
                    hub.topic("den").publish((publisher, number)).await.unwrap();
                    if number % 64 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            }));
        }
        let mut heard = Vec::new();
        for task in listening {
            heard.push(
                timeout(Duration::from_secs(20), task)
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        for task in publishing {
            task.await.unwrap();
        }
        assert!(heard.windows(2).all(|pair| pair[0] == pair[1]));
        for publisher in 0..PUBLISHERS {
            let own = heard[0].iter().filter(|(from, _)| *from == publisher);
            assert!(own.map(|&(_, number)| number).eq(0..EACH));
        }
    });
    assert_eq!(hub.stats().subscribers, 0);
    assert_eq!(hub.stats().missed, 0);
}

/// Each round somebody begins to wait just when somebody publishes.
#[test]
fn nobody_is_overlooked() {
    const ROUNDS: u64 = 10_000;
    let hub = Hub::<u64>::new().patience(Duration::from_secs(3));
    let topic = hub.topic("den");
    let begun = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (runtime, topic) = (runtime(), hub.topic("den"));
            for round in 1..=ROUNDS {
                while begun.load(Ordering::Acquire) < round {
                    std::thread::yield_now();
                }
                // Not always at the same moment.
                (0..round % 128).for_each(|_| std::hint::spin_loop());
                runtime.block_on(topic.publish(round)).unwrap();
            }
        });
        runtime().block_on(async {
            for round in 1..=ROUNDS {
                let cursor = topic.cursor();
                begun.store(round, Ordering::Release);
                let messages = topic.wait_since(cursor).await.unwrap();
                assert!(messages.iter().map(|message| **message).eq([round]));
            }
        });
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

/// Topics come and go while they are used: who holds one, and asks for it once more, has the same.
#[test]
fn topics_come_and_go_under_load() {
    let hub = Hub::<u64>::new().max_topics(4).history(100_000);
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let hub = &hub;
            scope.spawn(move || {
                runtime().block_on(async {
                    for number in 0..4_000 {
                        let name = ((number * (thread + 1)) % 8).to_string();
                        drop(hub.topic(&name));
                        let topic = hub.topic(&name);
                        let mut subscription = topic.subscribe();
                        let cursor = topic.cursor();
                        topic.publish(number).await.unwrap();
                        let _presence = topic.join(thread.to_string()).unwrap();
                        _ = subscription.recv().await;
                        let messages = hub.topic(&name).wait_since(cursor).await.unwrap();
                        assert!(messages[0].follows(cursor));
                    }
                });
            });
        }
    });
    let stats = hub.stats();
    assert!(stats.topics <= 4, "{stats:?}");
    assert_eq!((stats.subscribers, stats.members), (0, 0));
    assert_eq!(stats.published, 16_000);
}

#[squall::test]
async fn what_is_delivered_knows_its_topic() {
    let hub = Hub::new();
    let (red, blue) = (hub.topic("red"), hub.topic("blue"));
    let mut subscription = red.subscribe();
    let _ada = red.join("Ada").unwrap();
    red.publish("hello").await.unwrap();
    let Delivery::Joined(member) = subscription.recv().await else {
        panic!("Ada has joined");
    };
    assert_eq!((member.name(), member.topic()), ("Ada", "red"));
    let Delivery::Published(message) = subscription.recv().await else {
        panic!("something was said");
    };
    assert_eq!((*message, message.topic()), ("hello", "red"));
    assert_eq!(hub.topics(), ["blue", "red"]);
    drop(blue);
    assert_eq!(hub.topics(), ["red"]);
}

#[squall::test]
async fn what_was_missed_is_told_by_kind_and_when() {
    let hub = Hub::new().history(2);
    let den = hub.topic("den");
    den.publish(0).await.unwrap();
    let cursor = den.cursor();
    let mut slow = den.subscribe();
    for number in 1..=5 {
        den.publish(number).await.unwrap();
    }
    for _ in 0..200 {
        den.join("Ada").unwrap().leave();
    }
    let Delivery::Missed(missed) = slow.recv().await else {
        panic!("it was too slow");
    };
    assert_eq!(
        (missed.messages, missed.notices, missed.at_start),
        (3, 144, false)
    );
    assert_eq!(missed.to_string(), "3 messages and 144 notices");
    let mut late = den.subscribe_since(cursor).await.unwrap();
    let Delivery::Missed(missed) = late.recv().await else {
        panic!("its cursor is too old");
    };
    assert_eq!(
        (missed.messages, missed.notices, missed.at_start),
        (3, 0, true)
    );
    assert_eq!(missed.to_string(), "3 messages");
}
