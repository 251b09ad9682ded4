// A stand-in for the official widget, written from what it was watched to do (docs/widget.md), never from its code.
{
  const { scale, refuseDomain, silent } = window.STAND_IN;
  const BASE = document.currentScript.src;
  const GENERAL = "There was an error while generating the assistant's response.";
  const AFTER_5XX = [1, 2, 4, 8, 14]; // s between six attempts, 29 s in all
  const AFTER_NO_STREAM = [1, 2, 4, 8, 8]; // 23 s in all
  const LIST_AGAIN = [1, 2, 3]; // four attempts within 6 s
  const SHAPE = {
    api: { url: "string", domainKey: "string", fetch: "function", uploadStrategy: "object" },
    locale: "string", theme: "string object", frameTitle: "string", initialThread: "string object",
    onClientTool: "function",
    header: { enabled: "boolean", title: "object", leftAction: "object", rightAction: "object" },
    history: { enabled: "boolean", showDelete: "boolean", showRename: "boolean" },
    startScreen: { greeting: "string", prompts: "object" },
    threadItemActions: { feedback: "boolean", retry: "boolean" },
    composer: { placeholder: "string", attachments: "object", tools: "object", models: "object", dictation: "object" },
    disclaimer: { text: "string", highContrast: "boolean" },
    entities: {
      onTagSearch: "function", showComposerMenu: "boolean", onClick: "function", onRequestPreview: "function",
    },
    commands: { enabled: "boolean", onSearch: "function", onSelect: "function" },
    widgets: { onAction: "function" },
    thread: { autoScroll: "boolean" },
  };
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000 * scale));

  function wrong(value, shape, path) {
    for (const [key, entry] of Object.entries(value)) {
      const place = path ? `${path}.${key}` : key;
      if (!Object.hasOwn(shape, key)) return `unrecognized key "${place}"`;
      if (typeof shape[key] === "string") {
        if (!shape[key].split(" ").includes(typeof entry)) return `"${place}" expected ${shape[key]}`;
      } else if (typeof entry !== "object" || entry === null) return `"${place}" expected object`;
      else {
        const inner = wrong(entry, shape[key], place);
        if (inner) return inner;
      }
    }
    return path === "api" && !value.domainKey ? '"api.domainKey" is required' : "";
  }

  class StandIn extends HTMLElement {
    options = {};
    threadId = null;
    items = new Map();
    notes = [];
    running = null;
    id_ = crypto.randomUUID();

    setOptions(options) {
      this.options = options;
      this.problem = wrong(options, SHAPE, "");
      this.show();
    }

    connectedCallback() {
      const root = this.attachShadow({ mode: "open" });
      this.frame = document.createElement("iframe");
      this.frame.style.cssText = "border:0;width:100%;height:100%";
      const shown = JSON.stringify(this.options, (key, value) => (typeof value === "function" ? undefined : value));
      this.frame.src = `${new URL("stand-in-frame.html", BASE)}#${encodeURIComponent(shown)}`;
      this.frame.title = this.options.frameTitle ?? "Chat";
      root.append(this.frame);
      addEventListener("message", ({ data, source }) => source === this.frame.contentWindow && this.heard(data));
    }

    heard({ loaded, submit, stop, retry }) {
      if (loaded) this.begin();
      if (submit) this.submit(submit);
      if (stop) this.stop();
      if (retry) this.retry(retry);
    }

    emit(name, detail) {
      this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail }));
    }

    fail(name, message) {
      const error = new Error(message);
      error.name = name;
      this.emit("error", { error });
    }

    async begin() {
      this.emit("ready");
      if (this.problem) {
        this.fail("IntegrationError", `Invalid options: ${this.problem}`);
        return;
      }
      if (refuseDomain) {
        this.frame.remove(); // blank, and no request to the backend at all
        return;
      }
      this.emit("log", { name: "app.init" });
      this.show();
      if (silent) return;
      if (this.options.history?.enabled !== false) this.list();
      if (this.options.initialThread) await this.setThreadId(this.options.initialThread);
      this.emit("log", { name: "composer.ready" });
    }

    // --- requests

    send(type, params, accept, signal) {
      const headers = {
        "Content-Type": "application/json",
        Accept: accept,
        "Accept-Language": this.options.locale ?? navigator.language,
        "chatkit-frame-instance-id": this.id_,
      };
      const body = JSON.stringify({ type, params });
      return (this.options.api.fetch ?? fetch)(this.options.api.url, { method: "POST", headers, body, signal });
    }

    async list() {
      for (const seconds of [...LIST_AGAIN, null]) {
        const answer = await this.send("threads.list", { limit: 9999, order: "desc" }, "*/*").catch(() => null);
        if (!answer || answer.status === 429) return;
        if (answer.ok && (await answer.json().catch(() => null))) return;
        if (answer.status < 500 && !answer.ok) return;
        if (seconds) await pause(seconds);
      }
    }

    async setThreadId(id) {
      this.running?.abort(); // switching threads ends the answer in mid-stream
      this.threadId = id;
      this.items.clear();
      this.notes = [];
      this.emit("thread.change", { threadId: id });
      if (id) await this.load(id);
      this.show();
    }

    async load(id) {
      this.emit("thread.load.start", { threadId: id });
      const answer = await this.send("threads.get_by_id", { thread_id: id }, "*/*").catch(() => null);
      const thread = answer?.ok ? await answer.json().catch(() => ({})) : {};
      if (!Array.isArray(thread.items?.data)) {
        this.fail("InitialThreadLoadError", "Could not load the thread");
        this.threadId = null;
      } else {
        const { data } = thread.items;
        let { has_more: more, after } = thread.items;
        while (more) {
          const params = { thread_id: id, limit: 9999, order: "asc", after: after ?? data.at(-1)?.id };
          const page = await (await this.send("items.list", params, "*/*")).json();
          data.push(...page.data);
          ({ has_more: more, after } = page);
        }
        for (const item of data) this.items.set(item.id, item);
      }
      this.emit("thread.load.end", { threadId: id });
    }

    // --- turns

    submit(text) {
      this.emit("composer.submit", {});
      return this.say(text);
    }

    say(text) {
      const content = [{ type: "input_text", text }];
      const input = { content, attachments: [], quoted_text: "", inference_options: {} };
      return this.threadId
        ? this.stream("threads.add_user_message", { thread_id: this.threadId, input }, text)
        : this.stream("threads.create", { input }, text);
    }

    retry(itemId) {
      return this.stream("threads.retry_after_item", { thread_id: this.threadId, item_id: itemId });
    }

    async stream(type, params, text) {
      const abort = (this.running = new AbortController());
      const turn = { type, created: false, pending: [] };
      this.notes = text ? [{ kind: "user", text, waiting: true }] : [];
      this.show();
      let again = null;
      for (;;) {
        let answer;
        try {
          answer = await this.send(type, params, "text/event-stream", abort.signal);
        } catch {
          if (!abort.signal.aborted) this.broken();
          break;
        }
        const streams = (answer.headers.get("content-type") ?? "").startsWith("text/event-stream");
        if (answer.status === 429) {
          this.emit("toast.show", { message: "Too many requests" });
          this.notes = [{ kind: "toast", text: "Too many requests" }];
          break;
        }
        if (answer.status >= 400 && answer.status < 500) {
          this.notes = []; // silence: the user's message vanishes
          break;
        }
        if (answer.status >= 500 || answer.status === 204 || !streams) {
          again ??= [...(answer.status >= 500 ? AFTER_5XX : AFTER_NO_STREAM)];
          if (!again.length) {
            this.notes = [];
            break;
          }
          await pause(again.shift());
          continue;
        }
        this.emit("response.start");
        await this.read(answer.body, turn, abort);
        this.emit("response.end");
        break;
      }
      if (this.running === abort) this.running = null;
      this.show();
      for (const call of turn.pending) await this.runTool(call);
    }

    async read(body, turn, abort) {
      const decoder = new TextDecoder();
      let rest = "";
      try {
        for await (const chunk of body) {
          rest += decoder.decode(chunk, { stream: true });
          const blocks = rest.split(/\r?\n\r?\n/);
          rest = blocks.pop();
          blocks.forEach((block) => this.message(block, turn));
          this.show();
        }
      } catch {
        if (!abort.signal.aborted) this.broken();
        return;
      }
      if (turn.type === "threads.create" && !turn.created) {
        this.items.clear(); // the start screen again
        this.notes = [];
      }
    }

    broken() {
      this.fail("StreamError", GENERAL);
      const last = [...this.items.values()].findLast((item) => item.type === "user_message");
      this.notes = [...this.notes.filter((note) => !note.waiting), { kind: "error", text: GENERAL, retry: last?.id }];
    }

    message(block, turn) {
      const lines = block.split(/\r?\n/).filter((line) => line.startsWith("data:"));
      const data = lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n");
      if (!data.trim()) return;
      let event;
      try {
        event = JSON.parse(data);
      } catch {
        this.fail("StreamEventParsingError", `Could not parse ${data.slice(0, 40)}`);
        return;
      }
      try {
        this.fold(event, turn);
      } catch (problem) {
        console.error("Error handling thread event", problem);
      }
    }

    fold(event, turn) {
      const { type, item } = event;
      if (type === "thread.created") {
        turn.created = true;
        this.threadId = event.thread.id;
        this.emit("thread.change", { threadId: this.threadId });
      } else if (type === "thread.item.added" || type === "thread.item.done") {
        if (item.type === "user_message") this.notes = this.notes.filter((note) => !note.waiting);
        this.items.set(item.id, structuredClone(item));
        // pending or completed: what arrives live is run
        if (type === "thread.item.done" && item.type === "client_tool_call") turn.pending.push(item);
      } else if (type === "thread.item.replaced" && this.items.has(item.id)) this.items.set(item.id, item);
      else if (type === "thread.item.removed") this.items.delete(event.item_id);
      else if (type === "thread.item.updated") this.update(this.items.get(event.item_id), event.update);
      else if (type === "client_effect") this.emit("effect", { name: event.name, data: event.data });
      else if (type === "error") this.error(event);
    }

    update(item, update) {
      if (!item) return;
      if (update.type.endsWith("content_part.added")) (item.content ??= [])[update.content_index] = update.content;
      if (update.type.endsWith("text_delta")) item.content[update.content_index].text += update.delta;
      if (update.type.endsWith("content_part.done")) item.content[update.content_index] = update.content;
    }

    error({ message, code, allow_retry: retry }) {
      const text = message || ([undefined, null, "stream.error"].includes(code) ? GENERAL : "");
      if (!text) return; // a code of its own and no message: nothing
      this.fail("StreamError", text);
      const last = [...this.items.values()].findLast((item) => item.type === "user_message");
      this.notes.push({ kind: "error", text, retry: retry && last?.id });
    }

    async runTool({ name, arguments: params }) {
      if (!this.options.onClientTool) throw new Error("No handler for client tool calls");
      const result = await this.options.onClientTool({ name, params });
      await this.stream("threads.add_client_tool_output", { thread_id: this.threadId, result });
    }

    stop() {
      this.running?.abort(); // the connection is closed, nothing is sent, the partial text stays
      this.emit("response.stop");
    }

    // --- what is shown

    show() {
      const entries = [...this.items.values()].flatMap((item) => {
        const text = (item.content ?? []).map((part) => part.text ?? "").join("");
        if (item.type === "user_message") return [{ kind: "user", text }];
        return item.type === "assistant_message" && text ? [{ kind: "assistant", text }] : [];
      });
      const { theme, composer, startScreen } = this.options;
      this.frame?.contentWindow?.postMessage(
        {
          screen: {
            entries: [...entries, ...this.notes],
            running: Boolean(this.running),
            dark: (theme?.colorScheme ?? theme) === "dark",
            placeholder: composer?.placeholder ?? "Message the AI",
            greeting: startScreen?.greeting ?? "What can I help with today?",
          },
        },
        "*",
      );
    }

    // --- methods

    async sendUserMessage({ text, content, newThread }) {
      if (newThread && this.threadId) await this.setThreadId(null);
      await this.say(text ?? content.map((part) => part.text).join(""));
    }

    async sendCustomAction(action, itemId) {
      await this.stream("threads.custom_action", { thread_id: this.threadId, item_id: itemId, action });
    }

    async setComposerValue({ text }) {
      this.frame.contentWindow.postMessage({ compose: text ?? "" }, "*");
    }

    async focusComposer() {
      this.frame.contentWindow.postMessage({ focus: true }, "*");
    }

    async showHistory() {
      this.emit("history.open");
    }

    async hideHistory() {
      this.emit("history.close");
    }

    async fetchUpdates() {
      if (this.threadId) await this.load(this.threadId);
      this.show();
    }
  }

  customElements.define("openai-chatkit", StandIn);
}
