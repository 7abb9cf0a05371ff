// The link to a room: whichever transport works, opened again whenever it breaks, from the cursor of what was heard last.
//
// One that does not open, or breaks twice at once, or swallows what is said, makes room for the next one. When none works one is away: then all of
// them are tried again, the best one first, after longer and longer pauses. Where only a lesser one works, the better ones are tried from time to
// time beside it.

import { TRANSPORTS } from "./transports.js";

const OPENING = 4_000; // So long a transport may take to open.
const STEADY = 5_000; // What has lived so long did not break at once.
const LONGEST_PAUSE = 30_000;
const BETTER = [10_000, 30_000, 60_000, 120_000, 300_000];

// Many pages that lose their server at once do not come again at once.
const jitter = (pause) => pause * (0.5 + Math.random() / 2);

export class Link {
    #urls;
    #cursor;
    #on;
    #level = 0; // Of the transports.
    #current; // What is open, or opening.
    #breaks = 0;
    #rounds = 0; // How often all of them have failed.
    #timer;
    #better;
    #tries = 0;

    // `on` has `state(name)`, where none is away, `open()`, `news(…)` and `refused()`.
    constructor(urls, cursor, on) {
        this.#urls = urls;
        this.#cursor = cursor;
        this.#on = on;
        addEventListener("online", () => this.#comeBack());
        addEventListener("offline", () => this.#leave());
        // A page that is put aside and brought back goes on where it was.
        addEventListener("pagehide", () => this.#leave());
        addEventListener("pageshow", (event) => event.persisted && this.#comeBack());
        document.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "visible" && !this.isOpen) this.#comeBack();
        });
        this.#connect();
    }

    get isOpen() {
        return this.#current.isOpen;
    }

    // What is open now: `send` says a message by it, `end` gives it up.
    get current() {
        return this.#current;
    }

    #connect() {
        clearTimeout(this.#timer);
        this.#current = this.#open(this.#level, (link, why) => this.#ended(link, why));
    }

    // Opens a transport. `ended` is called when it is over, unless it was closed from here.
    #open(level, ended) {
        const link = { level, since: 0, isOpen: false, isOver: false };
        let transport;
        link.close = () => {
            link.isOver = true;
            link.isOpen = false;
            clearTimeout(timer);
            transport?.close();
        };
        link.end = (why) => {
            if (link.isOver) return;
            link.close();
            ended(link, why);
        };
        const timer = setTimeout(link.end, OPENING);
        transport = TRANSPORTS[level].open(this.#urls, this.#cursor, {
            open: () => {
                if (link.isOver || link.isOpen) return;
                clearTimeout(timer);
                link.isOpen = true;
                link.since = Date.now();
                this.#opened(link);
            },
            news: (news) => {
                if (link.isOver) return;
                this.#cursor = news.cursor ?? this.#cursor;
                this.#on.news(news);
            },
            end: link.end,
        });
        link.send = async (item) => link.isOpen && transport.send(item);
        return link;
    }

    #opened(link) {
        // A better one that was tried takes the place of what there was.
        if (link !== this.#current) {
            clearTimeout(this.#timer);
            this.#current.close();
            this.#current = link;
            this.#level = link.level;
            this.#breaks = 0;
        }
        this.#on.state(TRANSPORTS[link.level].name);
        this.#on.open();
        this.#planBetter();
    }

    async #ended(link, why) {
        const lived = link.since ? Date.now() - link.since : 0;
        let pause = jitter(500);
        this.#on.state();
        if (lived > STEADY && why !== "unheard") {
            this.#breaks = 0;
            this.#rounds = 0;
            if (link.level === 0) this.#tries = 0;
        } else if (!lived || ++this.#breaks === 2) {
            this.#breaks = 0;
            this.#level += 1;
        }
        if (this.#level === TRANSPORTS.length) {
            this.#level = 0;
            pause = jitter(Math.min(1_000 * 2 ** this.#rounds, LONGEST_PAUSE));
            this.#rounds += 1;
        }
        // First what it was closed for, so that it is not said again.
        if (why === "refused") await this.#on.refused();
        clearTimeout(this.#timer);
        if (this.#current.isOver) this.#timer = setTimeout(() => this.#connect(), pause);
    }

    #planBetter() {
        clearTimeout(this.#better);
        if (!this.#level) return;
        const pause = BETTER[Math.min(this.#tries, BETTER.length - 1)];
        this.#better = setTimeout(() => this.#tryBetter(0), jitter(pause));
    }

    #tryBetter(level) {
        if (!this.isOpen) return;
        if (level === 0) this.#tries += 1;
        if (level >= this.#level) return this.#planBetter();
        this.#open(level, (link, why) => {
            if (link === this.#current) this.#ended(link, why);
            else this.#tryBetter(level + 1);
        });
    }

    #leave() {
        this.#current.close();
        clearTimeout(this.#better);
        clearTimeout(this.#timer);
        this.#on.state();
        // That one is offline is known, that one is not is a guess.
        this.#timer = setTimeout(() => this.#connect(), LONGEST_PAUSE);
    }

    #comeBack() {
        this.#current.close();
        this.#level = 0;
        this.#breaks = 0;
        this.#rounds = 0;
        this.#connect();
    }
}
