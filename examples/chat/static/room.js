// A room. Without this script the page shows what was said, and its form works.

import { Link } from "./link.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { POSTING, post } from "./transports.js";

const { name, room, cursor, ...urls } = document.body.dataset;
const form = document.getElementById("say");
const field = document.getElementById("text");
const state = document.getElementById("state");
const people = document.getElementById("people");

const log = new Log(name);
const outbox = new Outbox(room, name);
const refused = new Map(); // What the server does not take, to be seen until the page is closed.
const showWaiting = () => log.wait([...outbox.items(), ...refused.values()]);

// People.

let members; // Not known before the first list.
const setMembers = (list) => {
    const now = new Set(list);
    if (members) {
        // Whether one is there oneself one knows: the first list may be older than that.
        const others = (list, unlike) => [...list].filter((member) => member !== name && !unlike.has(member));
        for (const member of others(now, members)) log.note(`${member} has joined`);
        for (const member of others(members, now)) log.note(`${member} has left`);
    }
    members = now;
    document.getElementById("count").textContent = now.size;
    people.replaceChildren(...[...now].sort().map((member) => {
        const [item, text] = [document.createElement("li"), document.createElement("bdi")];
        text.textContent = member;
        item.append(text);
        return item;
    }));
};

// What is heard.

const done = (id) => {
    if (outbox.has(id)) {
        outbox.remove(id);
        showWaiting();
    }
};

const hear = (news) => {
    if (news.value) {
        done(news.value.id);
        log.show(news.value);
    } else if (news.members) setMembers(news.members);
    else if (news.joined) setMembers([...(members ?? []), news.joined]);
    else if (news.left) setMembers([...(members ?? [])].filter((member) => member !== news.left));
    else if (news.known) done(news.known);
    else if (news.refused) {
        const item = outbox.items().find((waits) => waits.id === news.refused);
        if (item) refused.set(item.id, { ...item, why: news.why });
        done(news.refused);
    } else if ("missed" in news) log.note("You were away for longer than is kept here: some messages are missing.");
};

// What is said. It goes out one after the other, and stays in the outbox until it is heard.

let chain;
const send = (item) => {
    const way = link.current;
    // What is not heard in time was sent into the void.
    const listen = () => setTimeout(() => outbox.has(item.id) && way.end("unheard"), POSTING);
    chain = chain.then(() => way.send(item)).then(listen, way.end);
};

form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.replace(/^\n+/, "").trimEnd();
    field.value = "";
    if (!text.trim()) return;
    const item = outbox.add(text);
    showWaiting();
    log.toEnd();
    if (link.isOpen) send(item);
});

field.addEventListener("keydown", (event) => {
    // While a word is being composed, Enter is a part of that; Safari says so by the code 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
});

// Another window of the same person has typed or heard something.
addEventListener("storage", (event) => {
    if (outbox.isOf(event.key)) showWaiting();
});

// Where there is a keyboard anyway, one can begin to type.
if (matchMedia("(hover: hover)").matches) field.focus({ preventScroll: true });

// The list of people goes when one looks elsewhere.
const list = people.closest("details");
addEventListener("click", (event) => {
    if (!list.contains(event.target)) list.open = false;
});
addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.open = false;
});

// How one is connected. What lasts a moment only is not shown.

let away;
const showState = (way) => {
    clearTimeout(away);
    const say = (kind, text) => {
        state.hidden = false;
        state.dataset.state = kind;
        if (state.textContent !== text) state.textContent = text;
    };
    if (way) say("open", way === "WebSocket" ? "Connected" : `Connected by ${way}`);
    else away = setTimeout(say, state.dataset.state === "connecting" ? 3_000 : 1_500, "away", "Away. What you write waits here.");
};

showWaiting();
log.toEnd();
showState();
const link = new Link(urls, cursor, {
    state: showState,
    news: hear,
    open: () => {
        chain = Promise.resolve();
        outbox.items().forEach(send);
    },
    // A socket was closed for what it has said: which of it that was, each of them is told by itself.
    refused: async () => {
        for (const item of outbox.items()) await post(urls, item, { news: hear, end: () => {} });
    },
});
