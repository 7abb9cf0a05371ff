// What the page shows: messages in the order of the room, each once, and below them what waits. All of it is text.

const MOST = 1_000; // So many messages stay in the page; the server has far fewer.
const AT_ONCE = 5 * 60_000; // As in pages.rs.

const scroller = document.getElementById("scroller");
const log = document.getElementById("log");
const waiting = document.getElementById("waiting");
const newer = document.getElementById("newer");

const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
};

const clock = (at) => {
    const [date, now] = [new Date(at), new Date()];
    const time = { hour: "2-digit", minute: "2-digit" };
    if (date.toDateString() === now.toDateString()) return date.toLocaleTimeString([], time);
    return date.toLocaleString([], { month: "short", day: "numeric", ...time });
};

const showTime = (time, at) => {
    time.dateTime = new Date(at).toISOString();
    time.textContent = clock(at);
    time.title = new Date(at).toLocaleString();
};

export class Log {
    #own;
    #ids = new Set();

    constructor(own) {
        this.#own = own;
        for (const talk of log.querySelectorAll(".talk")) {
            this.#ids.add(talk.dataset.id);
            showTime(talk.querySelector("time"), Number(talk.dataset.at));
        }
        scroller.addEventListener("scroll", () => {
            if (this.#isAtEnd()) newer.hidden = true;
        });
        newer.addEventListener("click", () => this.toEnd());
        // Where the keyboard of a phone comes up, the end stays in sight.
        let wasAtEnd = true;
        scroller.addEventListener("scroll", () => (wasAtEnd = this.#isAtEnd()));
        new ResizeObserver(() => wasAtEnd && this.toEnd()).observe(scroller);
        this.toEnd();
    }

    show({ id, name, text, at }) {
        if (this.#ids.has(id)) return;
        this.#ids.add(id);
        const talk = element("div", "talk");
        Object.assign(talk.dataset, { id, name, at });
        talk.classList.toggle("own", name === this.#own);
        const before = log.lastElementChild?.dataset;
        talk.classList.toggle("on", before?.name === name && at - before.at < AT_ONCE);
        const [who, time] = [element("p", "who"), element("time", "")];
        showTime(time, at);
        who.append(element("bdi", "", name), " ", time);
        const content = element("p", "text", text);
        content.dir = "auto";
        talk.append(who, content);
        this.#append(talk);
        if (log.childElementCount > MOST) this.#forget(log.firstElementChild);
    }

    // What was said right before is not said again.
    note(text) {
        const last = log.lastElementChild;
        if (last?.matches(".note") && last.textContent === text) return;
        this.#append(element("p", "note", text));
    }

    // Shows what waits. One that was refused says why.
    wait(items) {
        this.#keepingPlace(() => {
            waiting.hidden = !items.length;
            waiting.replaceChildren(...items.map(({ text, why }) => {
                const talk = element("div", why ? "talk own refused" : "talk own");
                const content = element("p", "text", text);
                content.dir = "auto";
                talk.append(content, element("p", "who", why ? `Not sent: ${why}` : "Waits to be sent"));
                return talk;
            }));
        });
    }

    toEnd() {
        newer.hidden = true;
        scroller.scrollTop = scroller.scrollHeight;
    }

    #append(shown) {
        if (this.#keepingPlace(() => log.append(shown))) return;
        if (shown.matches(".talk:not(.own)")) newer.hidden = false;
    }

    // Who is at the end stays there, who reads further up is not moved. Gives whether one is at the end.
    #keepingPlace(change) {
        const isAtEnd = this.#isAtEnd();
        change();
        if (isAtEnd) this.toEnd();
        return isAtEnd;
    }

    #isAtEnd() {
        return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
    }

    #forget(shown) {
        this.#ids.delete(shown.dataset.id);
        shown.remove();
    }
}
