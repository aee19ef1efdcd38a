// What pages do beyond HTML. Every page reads and its forms work without this file; it acts on data attributes alone,
// sends nothing but GET requests to the page's own origin, and writes text as text, never as HTML.
// ui/components.html has the markup that each part here expects.
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
  const attributes = (node, values) => {
    for (const [key, value] of Object.entries(values)) node.setAttribute(key, value);
    return node;
  };
  const draw = (name, values) => attributes(document.createElementNS("http://www.w3.org/2000/svg", name), values);
  const named = (value) => `[data-mark="${CSS.escape(value)}"]`;
  const buttons = (form) => all("button:not([type=button], [type=reset])", form);
  const isTyping = (node) => node.matches?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select");
  const load = async (address, type) => {
    const answer = await fetch(address, { headers: { Accept: type, "Steward-Request": "1" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer;
  };

  // Says something to eyes and to screen readers alike.
  const toast = make("div", { className: "toast", role: "status" });
  let silence;
  const say = (text) => {
    if (!toast.isConnected) document.body.append(toast);
    toast.textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => (toast.textContent = ""), 2400);
  };

  // ---- Times: <time datetime="..." title="the moment">12 min ago</time>. The server writes both; here they stay true.

  // In the words of DisplayValue.age, so that nothing changes when this file begins to run.
  const units = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [28 * 86400, 86400, "d"]];
  const ago = (then) => {
    const seconds = Math.trunc((Date.now() - then) / 1000);
    if (seconds < -60) return null;
    if (seconds < 10) return "just now";
    const unit = units.find(([limit]) => seconds < limit);
    return unit ? `${Math.trunc(seconds / unit[1])} ${unit[2]} ago` : null;
  };
  const refreshTimes = () => {
    for (const node of all("time[datetime]:not([data-absolute])")) {
      const text = ago(Date.parse(node.dateTime));
      if (text && node.textContent !== text) node.textContent = text;
    }
  };

  // ---- Copying: <button class="copy" data-copy="text">, or data-copy-from="id of what holds the text".

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

  // ---- What opens in place: details.drop floats and closes when something else is used; details.act holds a form.

  const closeDrops = (except) => {
    for (const one of all("details.drop[open]")) if (one !== except) one.open = false;
  };
  on("click", (event) => closeDrops(event.target.closest("details.drop")));
  // The event does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", ({ target }) => {
    if (!target.matches("details.drop, details.act")) return;
    if (target.open) {
      target.querySelector("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select")?.focus();
    } else if (target.dataset.changed) {
      target.querySelector("form")?.requestSubmit();
    }
  }, true);

  // A chooser of columns, details.drop[data-columns]: closing it applies what was changed; long lists can be searched.
  const chooser = (details) => {
    const labels = all("label", details);
    on("change", () => (details.dataset.changed = "1"), details);
    on("submit", () => delete details.dataset.changed, details);
    if (labels.length < 10) return;
    const field = make("input", { type: "search", placeholder: "Find a column", autocomplete: "off" });
    attributes(field, { "aria-label": "Find a column" });
    on("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted);
    }, field);
    on("change", (event) => event.stopPropagation(), field);
    on("keydown", (event) => event.key === "Enter" && event.preventDefault(), field);
    details.querySelector("form").prepend(field);
  };

  // ---- Rows. form[data-select=name] owns the check boxes of that name, from data-least to data-most of them.

  const boxesOf = (form) =>
    [...form.elements].filter((one) => one.type === "checkbox" && one.name === form.dataset.select);
  const count = (form) => {
    const boxes = boxesOf(form);
    const chosen = boxes.filter((box) => box.checked).length;
    const least = Number(form.dataset.least ?? 1), most = Number(form.dataset.most ?? Infinity);
    for (const button of buttons(form)) button.disabled = chosen < least || chosen > most;
    const output = form.querySelector("output");
    if (output) output.dataset.none ??= output.textContent;
    const limit = chosen > most ? `; ${most} at most` : "";
    if (output) output.textContent = chosen ? `${chosen} selected${limit}` : output.dataset.none;
    const every = document.querySelector(`[data-pick-all="${form.id}"]`);
    if (!every) return;
    every.hidden = false;
    every.checked = chosen > 0 && chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  on("change", ({ target }) => {
    const isEvery = target.dataset.pickAll !== undefined;
    const form = isEvery ? document.getElementById(target.dataset.pickAll) : target.form;
    if (!form?.matches("form[data-select]")) return;
    if (isEvery) for (const box of boxesOf(form)) box.checked = target.checked;
    count(form);
  });
  let lastPicked;
  on("click", ({ target, shiftKey }) => {
    if (!target.matches(".pick input:not([data-pick-all])")) return;
    if (shiftKey && lastPicked?.isConnected && lastPicked.form === target.form) {
      const boxes = boxesOf(target.form);
      const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(target)].sort((a, b) => a - b);
      for (const box of boxes.slice(from, to + 1)) box.checked = target.checked;
    }
    lastPicked = target;
  });

  // ---- Keys: / goes to the search; within a table arrows or j and k go from row to row, x selects one.

  const linkOf = (row) => row.querySelector(".id a, th a, a");
  const move = (row, next) => {
    do row = row[next]; while (row && !linkOf(row));
    if (row) linkOf(row).focus();
  };
  const escape = (target) => {
    const details = target.closest("details.drop[open], details.act[open]");
    if (!details) return isTyping(target) && target.blur();
    delete details.dataset.changed;
    details.open = false;
    details.querySelector("summary").focus();
  };
  on("keydown", (event) => {
    const { target, key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape") return escape(target);
    if (isTyping(target)) return;
    const field = key === "/" && document.querySelector("[data-shortcut='/']");
    const row = target.closest("table.data tbody tr");
    if (field) {
      field.focus();
      field.select();
    } else if (row && (key === "ArrowDown" || key === "j")) move(row, "nextElementSibling");
    else if (row && (key === "ArrowUp" || key === "k")) move(row, "previousElementSibling");
    else if (row && key === "x") row.querySelector(".pick input")?.click();
    else return;
    event.preventDefault();
  });

  // ---- Forms: what changes something is sent once; [data-must-equal] is a name to type before it is destroyed;
  // [data-submits] applies at once.

  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    for (const button of buttons(form)) button.setAttribute("aria-busy", "true");
  });
  // Coming back to a page that the browser kept.
  on("pageshow", () => {
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of buttons(form)) button.removeAttribute("aria-busy");
    }
  }, window);
  const guard = (field) => {
    const check = () => {
      for (const button of buttons(field.form)) button.disabled = field.value !== field.dataset.mustEqual;
    };
    on("input", check, field);
    check();
  };
  on("change", ({ target }) => target.dataset.submits !== undefined && target.form.requestSubmit());

  // ---- Completion of filters: <input data-complete="address">, where the address answers
  // {"keys": [{"name": "metrics.loss", "kind": "number" or "text", "values": ["..."]}], "more": false}.
  // Names come as the grammar writes them, quoted where it must be. With "more" it is asked again with ?prefix=.

  const operators = { number: ["<", "<=", ">", ">=", "=", "!="], text: ["=", "!=", "LIKE", "ILIKE"] };
  // A text, a name with a quoted or plain second part, an operator, or any one character.
  const token = /\s*('[^']*'?|"[^"]*"?|(?:[\w-]+|`[^`]*`?)(?:\.(?:`[^`]*`?|"[^"]*"?|[^\s'"`<>=!(),]*))?|[<>=!]+|\S)/y;
  const isOperator = (text) => /^(<|<=|>|>=|=|!=|like|ilike|in|not)$/i.test(text);
  const tokens = (text) => {
    const found = [];
    token.lastIndex = 0;
    for (let match; token.lastIndex < text.length && (match = token.exec(text)); ) {
      found.push({ text: match[1], start: token.lastIndex - match[1].length });
    }
    return found;
  };
  // What may stand at the end of `text`: the word being written, where it began, what it is to be, and of which key.
  const expected = (text) => {
    const before = tokens(text);
    const writing = before.length && !/\s$/.test(text) ? before.pop() : { text: "", start: text.length };
    let wants = "key", key = null;
    for (const { text: one } of before) {
      if (wants === "key") [key, wants] = [one, "operator"];
      else if (wants === "operator") wants = isOperator(one) && !/^not$/i.test(one) ? "value" : "operator";
      else if (wants === "value") wants = one === "(" ? "value" : "and";
      else wants = /^and$/i.test(one) ? "key" : one === "," ? "value" : "and";
    }
    const isWritten = wants === "operator" && /^[<>=!]+$/.test(writing.text) && isOperator(writing.text);
    if (isWritten) return { wants: "value", key, word: "", start: text.length };
    return { wants, key, word: writing.text, start: writing.start };
  };
  // Those that begin so come first, then those whose second part does, then those that hold it anywhere.
  const matching = (options, word) => {
    const low = word.toLowerCase();
    const rank = ({ text }) => {
      const name = text.toLowerCase();
      return name.startsWith(low) ? 0 : name.includes(`.${low}`) ? 1 : name.includes(low) ? 2 : 3;
    };
    const ranked = options.map((one) => [rank(one), one]).filter(([place]) => place < 3);
    return ranked.sort(([a], [b]) => a - b).map(([, one]) => one).slice(0, 50);
  };
  const candidates = (keys, { wants, key, word }) => {
    const known = keys.find((one) => one.name === key);
    const texts = (list) => list.map((text) => ({ text }));
    if (wants === "key") return matching(keys.map(({ name, kind }) => ({ text: name, note: kind })), word);
    if (wants === "operator") return matching(texts(known?.operators ?? operators[known?.kind] ?? []), word);
    if (wants === "and") return matching(texts(["AND"]), word);
    // The grammar has no escapes: a text with one kind of quote goes into the other.
    const values = (known?.values ?? []).map((value) => (value.includes("'") ? `"${value}"` : `'${value}'`));
    const begun = word.replace(/^['"]|['"]$/g, "").toLowerCase();
    return texts(values.filter((value) => value.toLowerCase().includes(begun)).slice(0, 50));
  };

  const complete = (field) => {
    const id = `options-${field.id || field.name}`;
    const list = attributes(make("ul", { className: "options", id, hidden: true }), {
      role: "listbox", "aria-label": "Completions",
    });
    attributes(field, {
      role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
      autocomplete: "off", spellcheck: "false",
    });
    field.after(list);
    let known, asked, options = [], chosen = -1;
    const ask = async (prefix) => {
      const address = new URL(field.dataset.complete, location.href);
      if (prefix) address.searchParams.set("prefix", prefix);
      if (asked === address.href) return;
      asked = address.href;
      try {
        known = await (await load(address, "application/json")).json();
      } catch {
        known ??= { keys: [] };
      }
      if (asked === address.href) show();
    };
    const close = () => {
      list.hidden = true;
      attributes(field, { "aria-expanded": "false" }).removeAttribute("aria-activedescendant");
    };
    const choose = (index) => {
      chosen = index;
      [...list.children].forEach((item, at) => item.setAttribute("aria-selected", `${at === index}`));
      list.children[index]?.scrollIntoView({ block: "nearest" });
      if (index < 0) field.removeAttribute("aria-activedescendant");
      else field.setAttribute("aria-activedescendant", `${id}-${index}`);
    };
    const option = ({ text, note }, at) => {
      const item = attributes(make("li", { id: `${id}-${at}`, textContent: text }), { role: "option" });
      if (note) item.append(make("span", { textContent: note }));
      on("pointerdown", (event) => {
        event.preventDefault();
        take(at);
      }, item);
      return item;
    };
    const show = () => {
      if (!known || document.activeElement !== field) return;
      const place = expected(field.value.slice(0, field.selectionStart));
      options = candidates(known.keys, place).filter((one) => one.text !== place.word);
      if (known.more && place.wants === "key") ask(place.word);
      list.replaceChildren(...options.map(option));
      list.hidden = options.length === 0;
      attributes(field, { "aria-expanded": `${!list.hidden}` });
      choose(-1);
    };
    const take = (at) => {
      const caret = field.selectionStart;
      const { start } = expected(field.value.slice(0, caret));
      const space = start > 0 && !/[\s(]$/.test(field.value.slice(0, start)) ? " " : "";
      field.setRangeText(`${space}${options[at].text} `, start, caret, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    on("focus", () => (known ? show() : ask("")), field);
    on("input", show, field);
    on("click", show, field);
    on("blur", close, field);
    on("keydown", (event) => {
      if (list.hidden || event.shiftKey) return;
      const last = options.length - 1;
      if (event.key === "ArrowDown") choose(chosen < last ? chosen + 1 : 0);
      else if (event.key === "ArrowUp") choose(chosen > 0 ? chosen - 1 : last);
      else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(chosen);
      else if (event.key === "Tab" && last === 0 && field.value.trim()) take(0);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    }, field);
  };

  // ---- Charts, drawn by the server. The picture says its scales: data-x="linear 0 500 48 624" (kind, values from and
  // to, where they lie in the view box), data-y likewise. A series is <g data-series="name" data-points="x:y x:y">.

  const scale = (text) => {
    const [kind, ...numbers] = text.split(" ");
    const [from, to, start, end] = numbers.map(Number);
    const f = kind === "log" ? Math.log10 : (x) => x;
    const unit = (end - start) / (f(to) - f(from) || 1);
    const inverse = (pixel) => f(from) + (pixel - start) / unit;
    return {
      place: (x) => start + (f(x) - f(from)) * unit,
      value: kind === "log" ? (pixel) => 10 ** inverse(pixel) : inverse,
      low: Math.min(start, end), high: Math.max(start, end),
    };
  };
  const pointsOf = (series) => {
    const pairs = () => (series.dataset.points ?? "").split(" ").filter(Boolean);
    return (series.points ??= pairs().map((pair) => pair.split(":").map(Number)));
  };
  // The point whose x is nearest; points are in order of x.
  const nearest = (points, x) => {
    let low = 0, high = points.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < x) low = middle + 1;
      else high = middle;
    }
    return points[low > 0 && x - points[low - 1][0] < points[low][0] - x ? low - 1 : low];
  };
  const number = (value) => (Number.isFinite(value) ? `${Number(value.toPrecision(6))}` : `${value}`);
  const duration = (milliseconds) => {
    const seconds = milliseconds / 1000;
    if (seconds < 120) return `${number(seconds)} s`;
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
    return hours ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
  };
  const whereOf = (picture, x) => {
    if ("time" in picture.dataset) return `${new Date(x).toISOString().replace("T", " ").slice(0, 19)} UTC`;
    if ("elapsed" in picture.dataset) return `after ${duration(x)}`;
    return `${picture.dataset.xName ?? ""} ${number(x)}`.trim();
  };

  // The values at the pointer, in a box that moves nothing.
  const hover = (figure) => {
    const picture = figure.querySelector("svg[data-x][data-y]");
    if (!picture) return;
    const x = scale(picture.dataset.x), y = scale(picture.dataset.y);
    const width = picture.viewBox.baseVal.width;
    const tip = make("div", { className: "tip", hidden: true });
    const layer = draw("g", { "aria-hidden": "true" });
    picture.append(layer);
    figure.append(tip);
    const hide = () => {
      tip.hidden = true;
      layer.replaceChildren();
    };
    const row = ({ series, point }) => {
      const style = series.getAttribute("class");
      const [px, py] = [x.place(point[0]), y.place(point[1])];
      layer.append(draw("circle", { class: `focus ${style}`, cx: px, cy: py, r: 3.5 }));
      const name = make("td", {}, make("i", { className: style }), series.dataset.series);
      return make("tr", {}, name, make("td", { textContent: number(point[1]) }));
    };
    const show = (pixel) => {
      const wanted = x.value(pixel);
      const found = all("[data-series]", picture).filter((series) => pointsOf(series).length)
        .map((series) => ({ series, point: nearest(pointsOf(series), wanted) }));
      if (!found.length) return;
      const distance = ({ point }) => Math.abs(x.place(point[0]) - pixel);
      const best = found.reduce((a, b) => (distance(b) < distance(a) ? b : a)).point[0];
      const at = x.place(best);
      layer.replaceChildren(draw("line", { class: "cross", x1: at, x2: at, y1: y.low, y2: y.high }));
      const here = found.filter(({ point }) => Math.abs(x.place(point[0]) - at) < 12)
        .sort((a, b) => b.point[1] - a.point[1]).slice(0, 12);
      const head = make("th", { textContent: whereOf(picture, best), colSpan: 2 });
      tip.replaceChildren(make("table", {}, make("tr", {}, head), ...here.map(row)));
      tip.hidden = false;
      const box = picture.getBoundingClientRect(), frame = figure.getBoundingClientRect();
      const left = box.left - frame.left + figure.scrollLeft + (at / width) * box.width;
      const isLeft = left + 16 + tip.offsetWidth > frame.width + figure.scrollLeft;
      tip.style.left = `${Math.max(0, isLeft ? left - 16 - tip.offsetWidth : left + 16)}px`;
      tip.style.top = `${box.top - frame.top + 8}px`;
    };
    on("pointermove", ({ clientX }) => {
      const box = picture.getBoundingClientRect();
      const pixel = ((clientX - box.left) / box.width) * width;
      if (pixel < x.low - 8 || pixel > x.high + 8) hide();
      else show(Math.min(Math.max(pixel, x.low), x.high));
    }, picture);
    on("pointerleave", hide, picture);
  };

  // Smoothing: <input type="range" data-smooth="id of what holds the charts">. The exponential mean corrected for its
  // beginning, as the server's Smoothing has it; the points as logged stay behind it, faint.
  const smooth = (points, weight) => {
    let mean = 0, remaining = 1;
    return points.map(([x, y]) => {
      if (!Number.isFinite(y)) return [x, y];
      mean = mean * weight + (1 - weight) * y;
      remaining *= weight;
      return [x, mean / (1 - remaining)];
    });
  };
  const path = (points, x, y) => {
    let text = "", pen = "M";
    for (const [a, b] of points) {
      const [px, py] = [x.place(a), y.place(b)];
      const isDrawn = Number.isFinite(px) && Number.isFinite(py);
      if (isDrawn) text += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
      pen = isDrawn ? "L" : "M";
    }
    return text;
  };
  const chartsOf = (field) => document.getElementById(field.dataset.smooth);
  const applySmoothing = (field) => {
    const weight = Math.min(Number(field.value), 0.999);
    const output = field.parentElement.querySelector("output");
    if (output) output.textContent = weight.toFixed(2);
    for (const picture of all("svg[data-x][data-y]", chartsOf(field))) {
      const x = scale(picture.dataset.x), y = scale(picture.dataset.y);
      for (const series of all("[data-series]", picture)) {
        const line = series.querySelector(".line"), points = pointsOf(series);
        if (!line || points.length < 3) continue;
        let raw = series.querySelector(".raw");
        if (!raw && weight > 0) line.before((raw = draw("path", { class: "raw", d: path(points, x, y) })));
        raw?.setAttribute("display", weight > 0 ? "inline" : "none");
        line.setAttribute("d", path(weight > 0 ? smooth(points, weight) : points, x, y));
      }
    }
  };
  const isSmoothing = (node) => node.dataset.smooth !== undefined && chartsOf(node) !== null;
  on("input", ({ target }) => isSmoothing(target) && applySmoothing(target));
  // Where the page has a choice of the points only, what is drawn here is a preview; the server has them all.
  on("change", ({ target }) => {
    if (isSmoothing(target) && chartsOf(target).querySelector("[data-thinned]")) target.form.requestSubmit();
  });

  // Things that belong together (a row, a line, a dot) have the same data-mark; pointing at one lifts all of them.
  const mark = ({ target }) => {
    const name = target.closest?.("[data-mark]")?.dataset.mark;
    for (const node of all("[data-mark].on")) if (node.dataset.mark !== name) node.classList.remove("on");
    for (const picture of all("svg.marking")) {
      picture.classList.toggle("marking", Boolean(name && picture.querySelector(named(name))));
    }
    if (!name) return;
    for (const node of all(named(name))) {
      node.classList.add("on");
      node.ownerSVGElement?.classList.add("marking");
    }
  };
  on("pointerover", mark);
  on("focusin", mark);

  // ---- Live parts: an element with an id and data-live="seconds" is fetched again with its page, and replaced when it
  // changed, for as long as the answer has data-live on it. Errors and hidden windows slow this down.

  const enhance = (root) => {
    for (const figure of all("figure.chart", root)) {
      hover(figure);
      // What scrolls can be scrolled by keyboard.
      if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0;
    }
    all("details.drop[data-columns]", root).forEach(chooser);
    // The server drew what the address says; a slider that was moved since then says something else.
    for (const field of all("[data-smooth]")) if (field.value !== field.defaultValue) applySmoothing(field);
  };
  // What one is using stays as it is until one is done.
  const isUsed = (part) => part.matches(":focus-within") || part.querySelector(".tip:not([hidden])") !== null;
  const replace = (part, fresh) => {
    const next = fresh.getElementById(part.id);
    if (!next || isUsed(part) || part.served === next.outerHTML) return;
    const put = document.adoptNode(next);
    put.served = next.outerHTML;
    for (const details of all("details[id][open]", part)) {
      const same = put.querySelector(`#${CSS.escape(details.id)}`);
      if (same) same.open = true;
    }
    part.replaceWith(put);
    enhance(put);
  };
  const follow = () => {
    const parts = () => all("[data-live][id]");
    if (!parts().length) return;
    for (const part of parts()) part.served = part.outerHTML;
    const pace = Math.max(1, Number(parts()[0].dataset.live) || 3) * 1000;
    let wait = pace;
    const turn = async () => {
      try {
        const answer = await load(location.href, "text/html");
        // Led elsewhere: the session has ended, or the page was deleted.
        if (answer.redirected) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) replace(part, fresh);
        refreshTimes();
        wait = pace;
      } catch {
        wait = Math.min(wait * 2, 60000);
      }
      if (parts().length) setTimeout(turn, document.hidden ? Math.max(wait, 15000) : wait);
    };
    setTimeout(turn, wait);
  };

  // The script is deferred: the page is there, as it was served.
  follow();
  refreshTimes();
  setInterval(refreshTimes, 15000);
  all("input[data-complete]").forEach(complete);
  all("form[data-select]").forEach(count);
  all("input[data-must-equal]").forEach(guard);
  enhance(document);
}
