// The three ways to a room. Each is opened behind a cursor, and says by `hear` what happens: `open()` once, `news(…)` as often as there are some,
// `end(why)` when it is over of itself. It gives `send(item)`, which says a message, and `close()`.
//
// News are objects with one of these: `value` (a message, with its `cursor`), `members`, `joined`, `left`, `missed`, `known` (the id of a message
// that was published before), `refused` (an id, with the reason in `why`).

const PATIENCE = 40_000; // A long poll is answered after 25 seconds.
const SILENCE = 50_000; // A socket says something every 20 seconds or so.
export const POSTING = 8_000;

// Codes of a socket that was closed because of what it said.
const REFUSED = [1007, 1008, 1009];

// Without a cursor it is all that is kept.
const from = (url, name, cursor) => (cursor ? `${url}?${new URLSearchParams({ [name]: cursor })}` : url);

const openSocket = (urls, cursor, hear) => {
    const address = new URL(from(urls.socket, "cursor", cursor), location);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    let silence;
    const listen = () => {
        clearTimeout(silence);
        silence = setTimeout(hear.end, SILENCE);
    };
    socket.onopen = () => {
        listen();
        hear.open();
    };
    let isNew = true;
    socket.onmessage = (event) => {
        listen();
        const news = JSON.parse(event.data);
        // Later on it may be that only some who came and went were missed: a new one knows.
        if ("missed" in news && !isNew) return hear.end();
        isNew &&= "members" in news;
        hear.news(news);
    };
    socket.onclose = (event) => hear.end(REFUSED.includes(event.code) ? "refused" : undefined);
    return {
        send: async ({ id, text }) => socket.send(JSON.stringify({ id, text })),
        close: () => {
            clearTimeout(silence);
            socket.close();
        },
    };
};

const openEvents = (urls, cursor, hear) => {
    const control = new AbortController();
    const source = new EventSource(from(urls.events, "last-event-id", cursor));
    source.onopen = () => hear.open();
    source.onmessage = (event) => hear.news({ cursor: event.lastEventId, value: JSON.parse(event.data) });
    source.addEventListener("missed", (event) => hear.news({ missed: Number(event.data) }));
    source.onerror = () => hear.end();
    followMembers(urls, hear, control.signal);
    return {
        send: (item) => post(urls, item, hear),
        close: () => {
            control.abort();
            source.close();
        },
    };
};

const openPolls = (urls, cursor, hear) => {
    const control = new AbortController();
    const poll = async () => {
        for (;;) {
            const answer = await ask(from(urls.updates, "cursor", cursor), PATIENCE, { signal: control.signal });
            if (answer.headers.has("missed")) hear.news({ missed: 0 });
            for (const talk of await answer.json()) {
                cursor = talk.cursor;
                hear.news(talk);
            }
        }
    };
    poll().catch(hear.end);
    // A poll is answered when there is something new, the list of people at once: by that one knows that the way is open.
    followMembers(urls, hear, control.signal, hear.open);
    return { send: (item) => post(urls, item, hear), close: () => control.abort() };
};

// The best one first.
export const TRANSPORTS = [
    { name: "WebSocket", open: openSocket },
    { name: "event stream", open: openEvents },
    { name: "long polling", open: openPolls },
];

const followMembers = async (urls, hear, signal, first) => {
    try {
        for (let version; ; ) {
            const url = from(urls.members, "version", version);
            const list = await (await ask(url, PATIENCE, { signal })).json();
            version = list.version;
            hear.news({ members: list.members });
            first?.();
            first = undefined;
        }
    } catch {
        hear.end();
    }
};

// Says a message. What the server will never take is news, everything else that goes wrong is an end.
export const post = async (urls, { id, text }, hear) => {
    const options = { method: "POST", body: new URLSearchParams({ id, text }), headers: { accept: "application/json" } };
    try {
        const answer = await ask(urls.talks, POSTING, options, [400, 413, 422]);
        if (answer.status === 200) hear.news({ known: id });
        if (answer.status >= 400) hear.news({ refused: id, why: await reason(answer) });
    } catch {
        hear.end();
    }
};

const reason = async (answer) => {
    const problem = await answer.json();
    return problem.errors?.map((error) => error.detail ?? error.message).join("; ") || problem.detail || problem.title;
};

// A whole answer within some time. One with another status than these is an error.
const ask = async (url, within, { signal, ...options }, statuses = []) => {
    const control = new AbortController();
    const abort = () => control.abort();
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(abort, within);
    try {
        if (signal?.aborted) abort();
        const answer = await fetch(url, { ...options, signal: control.signal });
        // The cookie with the name is gone: the page leads to where one is chosen.
        if (answer.headers.has("nameless")) location.reload();
        if (!answer.ok && !statuses.includes(answer.status)) throw new Error(answer.status);
        const content = await answer.blob();
        return new Response(content, { status: answer.status, headers: answer.headers });
    } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
    }
};
