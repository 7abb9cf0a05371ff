// What was typed and not heard back from the room yet. It waits in `localStorage`, so it outlives the page.
//
// Each message has a key of its own: several windows of one person share what waits, and none overwrites what another has put there.

// `randomUUID` is only there where the page came over TLS, or from this machine.
export const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

// Where a browser keeps nothing, it waits as long as the page is open.
const storage = () => {
    try {
        localStorage.setItem("chat?", "");
        localStorage.removeItem("chat?");
        return localStorage;
    } catch {
        return undefined;
    }
};

export class Outbox {
    #prefix;
    #storage = storage();
    #memory = new Map(); // What the storage has no room for.

    constructor(room, name) {
        this.#prefix = `chat ${JSON.stringify([room, name])} `;
    }

    add(text) {
        // One after the other, whatever the clock does.
        const at = Math.max(Date.now(), ...this.items().map((item) => item.at + 1));
        const item = { id: newId(), text, at };
        try {
            this.#storage.setItem(this.#prefix + item.id, JSON.stringify(item));
        } catch {
            this.#memory.set(item.id, item);
        }
        return item;
    }

    // All that waits, in the order in which it was typed.
    items() {
        const items = [...this.#memory.values()];
        for (let at = 0; at < (this.#storage?.length ?? 0); at += 1) {
            const key = this.#storage.key(at);
            if (this.isOf(key)) items.push(JSON.parse(this.#storage.getItem(key)));
        }
        return items.filter(Boolean).sort((one, other) => one.at - other.at);
    }

    has(id) {
        return this.#memory.has(id) || this.#storage?.getItem(this.#prefix + id) != null;
    }

    remove(id) {
        this.#memory.delete(id);
        this.#storage?.removeItem(this.#prefix + id);
    }

    // Whether a key of the storage is of this outbox. `null` is all keys.
    isOf(key) {
        return key === null || key.startsWith(this.#prefix);
    }
}
