// What pages do beyond HTML. Every page reads and its forms work without this file; it acts on data attributes alone,
// sends nothing but GET requests to the page's own origin, and builds text through textContent, never HTML from strings.
"use strict";
{
  document.documentElement.classList.add("js");

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, listener, root = document) => root.addEventListener(type, listener);
  const make = (name, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  };
  const svg = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const load = async (address, type, signal) => {
    const answer = await fetch(address, { headers: { Accept: type, "Steward-Request": "1" }, signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer;
  };

  // Says something to eyes and to screen readers alike.
  const toast = make("div", { className: "toast", role: "status" });
  let fading;
  const say = (text) => {
    if (!toast.isConnected) document.body.append(toast);
    toast.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => (toast.textContent = ""), 2400);
  };

  // Times: <time datetime="..." title="absolute">relative</time>. The server writes both; here they are kept true.
  const steps = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
  const ago = (then) => {
    let amount = (then - Date.now()) / 1000;
    if (Math.abs(amount) < 5) return "just now";
    for (const [unit, size] of steps) {
      if (Math.abs(amount) < size) return relative.format(Math.trunc(amount), unit);
      amount /= size;
    }
  };
  const refreshTimes = () => {
    for (const node of all("time[datetime]:not([data-absolute])")) {
      const then = Date.parse(node.dateTime);
      const text = Number.isNaN(then) ? "" : ago(then);
      if (text && node.textContent !== text) node.textContent = text;
    }
  };

  // Copying: <button class="copy" data-copy="text">, or data-copy-from="id of what holds the text".
  on("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages served without TLS have no clipboard interface; a selected field does as well.
      const field = make("textarea", { value: text, className: "hidden", readOnly: true });
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1600);
    say("Copied");
  });

  // Details that float (.drop) close when something else is used; the first field of an opened one has the focus.
  const closeDrops = (except) => all("details.drop[open]").forEach((one) => one !== except && (one.open = false));
  on("click", (event) => closeDrops(event.target.closest("details.drop")));
  const opened = (details) => {
    if (!details.open) {
      if (details.dataset.changed) details.querySelector("form")?.requestSubmit();
    } else if (details.contains(document.activeElement) || document.activeElement === document.body) {
      details.querySelector("input:not([type=hidden], [type=checkbox]), textarea, select")?.focus();
    }
  };
  // The event does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", (event) => event.target.matches("details.drop, details.act") && opened(event.target), true);

  // A chooser of columns: a field narrows long lists; closing it applies what was changed.
  const choosers = (root) => {
    for (const details of all("details[data-columns]", root)) {
      const labels = all("label", details);
      on("change", (event) => event.target.type === "checkbox" && (details.dataset.changed = "1"), details);
      on("submit", () => delete details.dataset.changed, details);
      if (labels.length < 10) continue;
      const field = make("input", { type: "search", placeholder: "Find a column", autocomplete: "off" });
      field.setAttribute("aria-label", "Find a column");
      on("input", () => {
        const wanted = field.value.trim().toLowerCase();
        for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted);
      }, field);
      on("keydown", (event) => event.key === "Enter" && event.preventDefault(), field);
      details.querySelector("form").prepend(field);
    }
  };

  // Rows of a table: arrows or j and k move between rows, x selects, shift-click selects a range.
  const rowLink = (row) => row?.querySelector(".id a, th a, a");
  const move = (row, forwards) => {
    do row = forwards ? row.nextElementSibling : row.previousElementSibling;
    while (row && !rowLink(row));
    rowLink(row)?.focus();
  };
  let lastPicked;
  const picks = (form) => [...form.elements].filter((one) => one.type === "checkbox" && one.name === form.dataset.select);
  const count = (form) => {
    const boxes = picks(form);
    const chosen = boxes.filter((box) => box.checked).length;
    const least = Number(form.dataset.least ?? 1), most = Number(form.dataset.most ?? Infinity);
    for (const button of form.querySelectorAll("button")) button.disabled = chosen < least || chosen > most;
    const output = form.querySelector("output");
    if (output) {
      output.textContent = chosen > most ? `${chosen} selected; ${most} at most`
        : chosen ? `${chosen} selected` : output.dataset.none ?? "";
    }
    const every = document.querySelector(`[data-pick-all="${form.id}"]`);
    if (every) {
      every.checked = chosen > 0 && chosen === boxes.length;
      every.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  const selections = () => {
    for (const form of all("form[data-select]")) count(form);
    for (const box of all("[data-pick-all]")) box.hidden = false;
  };
  on("change", (event) => {
    const box = event.target;
    const all = box.dataset?.pickAll;
    const form = all ? document.getElementById(all) : box.form;
    if (!form?.matches("form[data-select]")) return;
    if (all) for (const one of picks(form)) one.checked = box.checked;
    count(form);
  });
  on("click", (event) => {
    const box = event.target;
    if (!box.matches?.(".pick input:not([data-pick-all])")) return;
    if (event.shiftKey && lastPicked?.isConnected && lastPicked.form === box.form) {
      const boxes = picks(box.form);
      const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    }
    lastPicked = box;
  });

  on("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const details = event.target.closest?.("details.drop[open], details.act[open]");
      if (details) {
        delete details.dataset.changed;
        details.open = false;
        details.querySelector("summary").focus();
      } else if (typing(event.target)) event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    if (event.key === "/") {
      const field = document.querySelector("[data-shortcut='/']");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
      return;
    }
    const row = event.target.closest?.("table.data tbody tr");
    if (!row) return;
    if (event.key === "ArrowDown" || event.key === "j") move(row, true);
    else if (event.key === "ArrowUp" || event.key === "k") move(row, false);
    else if (event.key === "x") row.querySelector(".pick input")?.click();
    else return;
    event.preventDefault();
  });

  // Forms: a button is pressed once; a name that must be typed to destroy what bears it.
  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) button.setAttribute("aria-busy", "true");
  });
  on("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent), window);
  const guards = () => {
    for (const field of all("input[data-must-equal]")) {
      const check = () => {
        const right = field.value === field.dataset.mustEqual;
        for (const button of field.form.querySelectorAll("button[type=submit], button:not([type])")) button.disabled = !right;
      };
      on("input", check, field);
      check();
    }
    // Choices that apply at once, such as an order or a stage in a filter.
    for (const field of all("[data-submits]")) on("change", () => field.form.requestSubmit(), field);
  };

  // Completion of filters: <input data-complete="address"> whose address answers
  // {"keys": [{"name": "metrics.loss", "kind": "number" | "text", "values": ["..."]}], "more": false}.
  // Names come as the grammar writes them, quoted where it must be. With "more" the address is asked again with ?prefix=.
  const operators = { number: ["<", "<=", ">", ">=", "=", "!="], text: ["=", "!=", "LIKE", "ILIKE"] };
  const token = /\s*('(?:[^'\\]|\\.)*'?|"[^"]*"?|(?:[\w-]+|`[^`]*`?)(?:\.(?:`[^`]*`?|"[^"]*"?|[^\s'"`<>=!(),]*))?|[<>=!]+|[(),]|\S)/y;
  const parse = (text) => {
    const tokens = [];
    token.lastIndex = 0;
    for (let match; token.lastIndex < text.length && (match = token.exec(text)); ) {
      tokens.push({ text: match[1], start: token.lastIndex - match[1].length });
    }
    return tokens;
  };
  const operator = /^(<|<=|>|>=|=|!=|like|ilike|in|not)$/i;
  // What may stand at the end of `text`: the word being written, where it began, and what it is to be.
  const expected = (text) => {
    const tokens = parse(text);
    const writing = tokens.length && !/\s$/.test(text) ? tokens.pop() : null;
    const word = writing?.text ?? "";
    const start = writing?.start ?? text.length;
    let wants = "key", key = null;
    for (const { text: one } of tokens) {
      if (wants === "key") [key, wants] = [one, "operator"];
      else if (wants === "operator") wants = operator.test(one) ? (/^not$/i.test(one) ? "operator" : "value") : wants;
      else if (wants === "value") wants = one === "(" ? "value" : one === "," ? "value" : "and";
      else wants = /^and$/i.test(one) ? "key" : one === "," ? "value" : "and";
    }
    if (wants === "operator" && operator.test(word) && /[<>=]$/.test(word)) return { wants: "value", key, word: "", start: text.length };
    return { wants, key, word, start };
  };
  const rank = (names, word) => {
    const low = word.toLowerCase();
    const place = (name) => (name.startsWith(low) ? 0 : name.includes(`.${low}`) ? 1 : name.includes(low) ? 2 : 3);
    return names.map((item) => ({ item, place: place(item.text.toLowerCase()) }))
      .filter((one) => one.place < 3).sort((a, b) => a.place - b.place).map((one) => one.item).slice(0, 50);
  };
  const complete = (field) => {
    const id = `options-${field.id || field.name}`;
    const list = make("ul", { className: "options", id, hidden: true, role: "listbox" });
    list.setAttribute("aria-label", "Completions");
    for (const [key, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" })) field.setAttribute(key, value);
    field.autocomplete = "off";
    field.spellcheck = false;
    field.after(list);
    let keys, asked, options = [], chosen = -1;
    const ask = async (prefix) => {
      const address = new URL(field.dataset.complete, location.href);
      if (prefix) address.searchParams.set("prefix", prefix);
      if (asked === address.href) return;
      asked = address.href;
      try {
        keys = await (await load(address, "application/json")).json();
        show();
      } catch {
        keys ??= { keys: [] };
      }
    };
    const close = () => {
      list.hidden = true;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    };
    const candidates = ({ wants, key, word }) => {
      const known = keys.keys.find((one) => one.name === key);
      if (wants === "key") return rank(keys.keys.map((one) => ({ text: one.name, note: one.kind, then: " " })), word);
      if (wants === "operator") return rank((known?.operators ?? operators[known?.kind] ?? []).map((text) => ({ text, then: " " })), word);
      if (wants === "and") return rank([{ text: "AND", then: " " }], word);
      // The grammar has no escapes: a text with one kind of quote goes into the other.
      const quoted = (known?.values ?? []).map((value) => ({ text: value.includes("'") ? `"${value}"` : `'${value}'`, then: " " }));
      const bare = word.replace(/^['"]|['"]$/g, "").toLowerCase();
      return quoted.filter((one) => one.text.toLowerCase().includes(bare)).slice(0, 50);
    };
    const highlight = (index) => {
      chosen = index;
      list.childNodes.forEach((node, at) => node.setAttribute("aria-selected", `${at === index}`));
      list.childNodes[index]?.scrollIntoView({ block: "nearest" });
      if (index >= 0) field.setAttribute("aria-activedescendant", `${id}-${index}`);
      else field.removeAttribute("aria-activedescendant");
    };
    const show = () => {
      if (!keys || document.activeElement !== field) return;
      const place = expected(field.value.slice(0, field.selectionStart));
      options = candidates(place).filter((one) => one.text !== place.word);
      if (keys.more && place.wants === "key") ask(place.word);
      list.replaceChildren(...options.map((one, at) => {
        const item = make("li", { id: `${id}-${at}`, role: "option" }, make("b", { textContent: one.text }));
        item.firstChild.replaceWith(document.createTextNode(one.text));
        if (one.note) item.append(make("span", { textContent: one.note }));
        on("pointerdown", (event) => { event.preventDefault(); take(at); }, item);
        return item;
      }));
      list.hidden = options.length === 0;
      field.setAttribute("aria-expanded", `${!list.hidden}`);
      highlight(-1);
    };
    const take = (at) => {
      const caret = field.selectionStart;
      const { start } = expected(field.value.slice(0, caret));
      const text = (start > 0 && !/[\s(]$/.test(field.value.slice(0, start)) ? " " : "") + options[at].text + options[at].then;
      field.setRangeText(text, start, caret, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    on("focus", () => (keys ? show() : ask("")), field);
    on("input", show, field);
    on("click", show, field);
    on("blur", close, field);
    on("keydown", (event) => {
      if (list.hidden) return;
      const last = options.length - 1;
      if (event.key === "ArrowDown") highlight(chosen < last ? chosen + 1 : 0);
      else if (event.key === "ArrowUp") highlight(chosen > 0 ? chosen - 1 : last);
      else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(chosen);
      else if (event.key === "Tab" && !event.shiftKey && options.length === 1) take(0);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    }, field);
  };

  // Charts. The plot says its scales: data-x="linear 0 500 48 624" (kind, values from and to, view box from and to),
  // data-y likewise (kind linear or log), data-x-name, and data-time for x in milliseconds since 1970. A series is
  // <g data-series="name" data-points="x:y x:y ..."> with a path.line inside. Coordinates follow from these alone.
  const scale = (text) => {
    const [kind, ...numbers] = text.split(" ");
    const [from, to, start, end] = numbers.map(Number);
    const f = kind === "log" ? Math.log10 : (x) => x;
    const place = (x) => start + ((f(x) - f(from)) / (f(to) - f(from) || 1)) * (end - start);
    const value = (pixel) => {
      const x = f(from) + ((pixel - start) / (end - start || 1)) * (f(to) - f(from));
      return kind === "log" ? 10 ** x : x;
    };
    return { place, value, low: Math.min(start, end), high: Math.max(start, end) };
  };
  const points = (group) => (group.parsed ??= (group.dataset.points ?? "").split(" ").filter(Boolean).map((pair) => pair.split(":").map(Number)));
  // The index of the point whose x is nearest; points are in order of x.
  const nearest = (list, x) => {
    let low = 0, high = list.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle][0] < x) low = middle + 1; else high = middle;
    }
    return low > 0 && x - list[low - 1][0] < list[low][0] - x ? low - 1 : low;
  };
  const number = (value) => (Number.isFinite(value) ? `${Number(value.toPrecision(6))}` : `${value}`);
  const duration = (milliseconds) => {
    const seconds = milliseconds / 1000;
    if (seconds < 120) return `${number(seconds)} s`;
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
    return hours ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
  };
  const hover = (figure) => {
    const drawing = figure.querySelector("svg[data-x]");
    if (!drawing || drawing.wired) return;
    drawing.wired = true;
    const x = scale(drawing.dataset.x), y = scale(drawing.dataset.y);
    const tip = make("div", { className: "tip", hidden: true });
    const layer = svg("g", { class: "hover", "aria-hidden": "true" });
    drawing.append(layer);
    figure.append(tip);
    const hide = () => { tip.hidden = true; layer.replaceChildren(); };
    const show = (pixel) => {
      const series = all("[data-series]", drawing).filter((group) => points(group).length);
      if (!series.length) return;
      const wanted = x.value(pixel);
      const found = series.map((group) => ({ group, point: points(group)[nearest(points(group), wanted)] }));
      const best = found.reduce((a, b) => (Math.abs(b.point[0] - wanted) < Math.abs(a.point[0] - wanted) ? b : a)).point[0];
      const here = found.filter(({ point }) => Math.abs(x.place(point[0]) - x.place(best)) < 12);
      const at = x.place(best);
      layer.replaceChildren(svg("line", { class: "cross", x1: at, x2: at, y1: y.low, y2: y.high }));
      const rows = here.sort((a, b) => b.point[1] - a.point[1]).slice(0, 12).map(({ group, point }) => {
        layer.append(svg("circle", { class: `focus ${group.getAttribute("class")}`, cx: x.place(point[0]), cy: y.place(point[1]), r: 3.5 }));
        return make("tr", {}, make("td", {}, make("i", { className: group.getAttribute("class") }), group.dataset.series), make("td", { textContent: number(point[1]) }));
      });
      const when = drawing.hasAttribute("data-time") ? `${new Date(best).toISOString().replace("T", " ").slice(0, 19)} UTC`
        : drawing.hasAttribute("data-elapsed") ? `after ${duration(best)}` : number(best);
      const head = make("th", { textContent: `${drawing.dataset.xName ?? ""} ${when}`.trim(), colSpan: 2 });
      tip.replaceChildren(make("table", {}, make("tr", {}, head), ...rows));
      tip.hidden = false;
      const box = drawing.getBoundingClientRect(), frame = figure.getBoundingClientRect();
      const left = box.left - frame.left + figure.scrollLeft + (at / drawing.viewBox.baseVal.width) * box.width;
      const room = frame.width + figure.scrollLeft - tip.offsetWidth;
      tip.style.left = `${Math.max(0, left + 16 > room ? left - 16 - tip.offsetWidth : left + 16)}px`;
      tip.style.top = `${Math.max(0, box.top - frame.top + 8)}px`;
    };
    on("pointermove", (event) => {
      const box = drawing.getBoundingClientRect();
      const pixel = ((event.clientX - box.left) / box.width) * drawing.viewBox.baseVal.width;
      if (pixel < x.low - 8 || pixel > x.high + 8) hide(); else show(Math.min(Math.max(pixel, x.low), x.high));
    }, drawing);
    on("pointerleave", hide, drawing);
  };

  // Smoothing: <input type="range" min="0" max="0.99" data-smooth="id of what holds the charts">. An exponential moving
  // average that is corrected for its start, as TensorBoard defines it; the points as logged stay behind it, faint.
  const smooth = (list, weight) => {
    let last = 0, sum = 0;
    return list.map(([x, y]) => {
      if (!Number.isFinite(y)) return [x, y];
      last = last * weight + (1 - weight) * y;
      sum = sum * weight + (1 - weight);
      return [x, last / sum];
    });
  };
  const draw = (list, x, y) => {
    let path = "", pen = "M";
    for (const [a, b] of list) {
      const px = x.place(a), py = y.place(b);
      if (Number.isFinite(px) && Number.isFinite(py)) { path += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`; pen = "L"; } else pen = "M";
    }
    return path;
  };
  const applySmoothing = (field) => {
    const weight = Math.min(Number(field.value), 0.999);
    const output = field.parentElement.querySelector("output");
    if (output) output.textContent = weight.toFixed(2);
    for (const drawing of all("svg[data-x]", document.getElementById(field.dataset.smooth) ?? document)) {
      const x = scale(drawing.dataset.x), y = scale(drawing.dataset.y);
      for (const group of all("[data-series]", drawing)) {
        const line = group.querySelector(".line");
        if (!line || points(group).length < 3) continue;
        let raw = group.querySelector(".raw");
        if (weight > 0 && !raw) {
          raw = svg("path", { class: "raw", d: draw(points(group), x, y) });
          line.before(raw);
        }
        if (raw) raw.toggleAttribute("hidden", weight === 0), raw.setAttribute("display", weight === 0 ? "none" : "inline");
        line.setAttribute("d", draw(weight > 0 ? smooth(points(group), weight) : points(group), x, y));
      }
    }
  };
  const isThinned = (field) => document.getElementById(field.dataset.smooth)?.querySelector("[data-thinned]");
  on("input", (event) => event.target.matches?.("[data-smooth]") && applySmoothing(event.target));
  // Where the page has a choice of points only, what it draws is a preview; the server has them all.
  on("change", (event) => event.target.matches?.("[data-smooth]") && isThinned(event.target) && event.target.form.requestSubmit());

  // Things that belong together (a row, a line, a dot) carry the same data-mark; pointing at one lifts all of them.
  const mark = (event) => {
    const name = event.target.closest?.("[data-mark]")?.dataset.mark;
    for (const node of all("[data-mark].on")) if (node.dataset.mark !== name) node.classList.remove("on");
    for (const node of all("svg.marking")) node.classList.toggle("marking", Boolean(name) && node.querySelector(`[data-mark="${CSS.escape(name)}"]`) !== null);
    if (!name) return;
    for (const node of all(`[data-mark="${CSS.escape(name)}"]`)) {
      node.classList.add("on");
      node.ownerSVGElement?.classList.add("marking");
    }
  };
  on("pointerover", mark);
  on("focusin", mark);

  // Live pages: an element with data-live="seconds" and an id is fetched again with its page and replaced when it
  // changed, for as long as the answer still has data-live on it. Errors and hidden tabs slow this down, never stop it.
  const enhance = (root) => {
    all("figure.chart", root).concat(root.matches?.("figure.chart") ? [root] : []).forEach(hover);
    choosers(root);
    // The server drew what the address says; a slider that was moved since says something else.
    for (const field of all("[data-smooth]")) if (field.value !== field.defaultValue) applySmoothing(field);
  };
  const live = () => {
    const first = document.querySelector("[data-live][id]");
    if (!first) return;
    const pace = Math.max(1, Number(first.dataset.live) || 3) * 1000;
    let wait = pace;
    const again = () => setTimeout(turn, document.hidden ? Math.max(wait, 15000) : wait);
    const turn = async () => {
      const parts = all("[data-live][id]");
      if (!parts.length) return;
      try {
        const text = await (await load(location.href, "text/html")).text();
        const fresh = new DOMParser().parseFromString(text, "text/html");
        for (const part of parts) {
          const next = fresh.getElementById(part.id);
          // What one is using is left alone until it is not.
          if (!next || part.contains(document.activeElement) && document.activeElement !== document.body) continue;
          if (part.served === undefined) part.served = part.dataset.served ?? null;
          const html = next.outerHTML;
          if (part.served === html) continue;
          for (const details of all("details[id][open]", part)) next.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
          const put = document.adoptNode(next);
          put.served = html;
          part.replaceWith(put);
          enhance(put);
        }
        refreshTimes();
        wait = pace;
      } catch {
        wait = Math.min(wait * 2, 60000);
      }
      again();
    };
    on("visibilitychange", () => !document.hidden && (wait = pace));
    again();
  };

  // The script is deferred: the page is there.
  refreshTimes();
  setInterval(refreshTimes, 15000);
  all("input[data-complete]").forEach(complete);
  guards();
  selections();
  enhance(document);
  live();
}
