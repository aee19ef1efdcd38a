// Checks of a page as it is shown: names, structure, contrast (WCAG 2.2 AA), sizes, layout, and what the policy of the
// pages forbids. Evaluates to a list of texts, one for each fault; an empty list is a page without faults that a
// program can see.
() => {
  const faults = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const place = (node) => {
    const shown = node.cloneNode(false).outerHTML ?? node.nodeName;
    const path = [];
    for (let one = node.parentElement; one && one !== document.body && path.length < 2; one = one.parentElement) {
      path.unshift(one.localName + (one.id ? `#${one.id}` : one.classList.length ? `.${one.classList[0]}` : ""));
    }
    return `${path.join(" > ")} > ${shown.replace(/\s+/g, " ").slice(0, 140)}`;
  };
  const fault = (rule, node, detail = "") => faults.push(`${rule}: ${detail}${detail && node ? ", " : ""}${node ? place(node) : ""}`);
  const isShown = (node) => {
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const box = node.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const words = (text) => (text ?? "").replace(/\s+/g, " ").trim();

  // The name a screen reader says, by the rules of "Accessible Name and Description Computation" that pages here need.
  const nameOf = (node, isInside = false) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || (isInside && node.matches("[aria-hidden=true], [hidden]"))) return "";
    const by = node.getAttribute("aria-labelledby");
    if (by && !isInside) return words(by.split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean).map((one) => nameOf(one, true)).join(" "));
    const label = words(node.getAttribute("aria-label"));
    if (label) return label;
    if (!isInside && node.labels?.length) return words([...node.labels].map((one) => nameOf(one, true)).join(" "));
    if (node.localName === "img") return words(node.alt);
    if (node.localName === "svg") return words(node.querySelector(":scope > title")?.textContent);
    if (node.matches("input[type=submit], input[type=button]")) return words(node.value);
    if (node.matches("input, select, textarea")) return isInside ? "" : words(node.title);
    const inside = words([...node.childNodes].map((one) => nameOf(one, true)).join(" "));
    return inside || words(node.title);
  };

  // Document
  if (!document.documentElement.lang) fault("html has a lang", document.documentElement);
  if (!words(document.title)) fault("the page has a title");
  const viewport = document.querySelector("meta[name=viewport]")?.content ?? "";
  if (!viewport.includes("width=device-width") || /user-scalable=no|maximum-scale/.test(viewport)) fault("the viewport fits and can be zoomed", null, viewport);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = all("body *").filter((node) => isShown(node) && node.getBoundingClientRect().right > root.clientWidth + 1
      && !node.parentElement.closest(".scroll, pre, [class~=tabs], .options, .preview"));
    fault("nothing is wider than the window", wide[0], `${root.scrollWidth} > ${root.clientWidth}`);
  }

  // Policy: nothing inline
  // What a script sets through the object model is allowed: the place of the box with values. Pictures leave empty ones.
  for (const node of all("[style]:not([style=''], .tip)")) fault("no style attribute", node);
  for (const node of all("style, script:not([src])")) fault("no inline style or script", node);
  for (const node of all("*")) for (const { name } of node.attributes) if (name.startsWith("on")) fault("no inline handler", node);
  for (const node of all("[href], [src], [action], [formaction]")) {
    for (const key of ["href", "src", "action", "formaction"]) {
      const value = node.getAttribute(key);
      if (value && /^\s*(javascript|vbscript|data:text)/i.test(value)) fault("no address that runs", node);
    }
  }
  for (const node of all("a[target=_blank]:not([rel~=noopener])")) fault("a new window gets no opener", node);

  // Structure
  const mains = all("main");
  if (mains.length !== 1) fault("there is one main", null, `${mains.length}`);
  const titles = all("h1");
  if (titles.length !== 1 || !titles[0].closest("main")) fault("there is one h1, in main", titles[1], `${titles.length}`);
  let level = 0;
  for (const heading of all("main h1, main h2, main h3, main h4, main h5, main h6").filter((one) => one.checkVisibility())) {
    const next = Number(heading.localName[1]);
    if (next > level + 1) fault("headings skip no level", heading, `h${level} to h${next}`);
    if (!words(heading.textContent)) fault("a heading has words", heading);
    level = next;
  }
  for (const child of document.body.children) {
    if (isShown(child) && !child.matches("a.skip, nav, header, main, aside, footer, script, .toast, [role=status]")) fault("all content is in a landmark", child);
  }
  const kinds = {};
  for (const node of all("nav, aside, section[aria-label], section[aria-labelledby], [role=search], [role=region]").filter(isShown)) {
    const key = `${node.getAttribute("role") ?? node.localName} "${nameOf(node).slice(0, 60)}"`;
    if (node.matches("nav, aside, [role=region]") && !node.hasAttribute("aria-label") && !node.hasAttribute("aria-labelledby")) fault("a landmark has a name", node);
    if (kinds[key]) fault("landmarks of a kind have different names", node, key);
    kinds[key] = true;
  }
  const skip = document.querySelector("a.skip");
  if (document.querySelector("nav") && !(skip && document.querySelector(skip.getAttribute("href")))) fault("the skip link leads to the content", skip);

  // Ids and what refers to them
  const seen = new Set();
  for (const node of all("[id]")) {
    if (seen.has(node.id)) fault("ids are unique", node);
    seen.add(node.id);
  }
  for (const key of ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-activedescendant", "popovertarget", "form", "list"]) {
    for (const node of all(`[${key}]`)) {
      for (const id of node.getAttribute(key).split(/\s+/)) if (!document.getElementById(id)) fault("references lead somewhere", node, `${key}=${id}`);
    }
  }
  for (const node of all("a[href^='#']")) {
    const id = decodeURIComponent(node.getAttribute("href").slice(1));
    if (id && !document.getElementById(id)) fault("links within the page lead somewhere", node);
  }

  // Names
  const operable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=combobox], [tabindex='0']";
  for (const node of all(operable)) {
    if (!node.checkVisibility()) continue;
    if (!nameOf(node) && !(node.matches("pre, .scroll, [tabindex='0']:not(a, button, input)") && words(node.textContent))) fault("what can be used has a name", node);
    if (node.matches("input:not([type=submit], [type=button]), select, textarea") && !node.labels?.length && !node.hasAttribute("aria-label") && !node.hasAttribute("aria-labelledby")) fault("a field has a label", node);
    if (node.tabIndex > 0) fault("the order of focus is the order of the page", node);
    if (node.parentElement?.closest("a[href], button, summary")) fault("nothing that can be used is within another", node);
    if (node.closest("[aria-hidden=true]")) fault("what can be used is not hidden from readers", node);
  }
  for (const node of all("img")) if (!node.hasAttribute("alt")) fault("an image has a text", node);
  for (const node of all("img")) if (node.complete && node.naturalWidth === 0 && node.getAttribute("src")) fault("images load", node);
  for (const node of all("svg").filter((one) => !one.parentElement.closest("svg"))) {
    const isDecoration = node.getAttribute("aria-hidden") === "true" || node.closest("[aria-hidden=true]");
    if (!isDecoration && !(/^(img|group)$/.test(node.getAttribute("role") ?? "") && nameOf(node))) fault("a picture is named or hidden from readers", node);
  }
  for (const node of all(".badge")) if (!words(node.textContent) || !node.querySelector("svg")) fault("a badge has an icon and a word", node);
  for (const node of all("time")) if (!node.hasAttribute("datetime")) fault("a time has its moment", node);
  for (const node of all("[aria-expanded], [aria-pressed], [aria-current], [aria-invalid], [aria-sort], [aria-hidden]")) {
    for (const key of ["aria-expanded", "aria-pressed", "aria-invalid", "aria-hidden"]) {
      if (node.hasAttribute(key) && !/^(true|false)$/.test(node.getAttribute(key))) fault("states are true or false", node, key);
    }
  }
  for (const field of all("[aria-invalid=true]")) if (!field.getAttribute("aria-describedby")) fault("a wrong field says what is wrong", field);
  for (const field of all("input[type=password], input[name=username]")) if (!field.autocomplete || field.autocomplete === "off") fault("password managers know the field", field);

  // Tables and lists
  for (const table of all("table.data")) {
    const heads = all("thead th, thead td", table);
    if (!heads.length) fault("a table has a head", table);
    for (const head of all("thead th", table)) {
      if (head.getAttribute("scope") !== "col") fault("a column head has scope=col", head);
      if (!nameOf(head) && !head.querySelector("input")) fault("a column head has words", head);
    }
    for (const head of all("tbody th", table)) if (!/^row(group)?$/.test(head.scope)) fault("a row head has scope=row", head);
    const span = (row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
    for (const row of all("tbody tr", table)) {
      if (heads.length && span(row) !== span(heads[0].parentElement)) {
        fault("rows have as many cells as the head", row, `${span(row)} for ${span(heads[0].parentElement)}`);
        break;
      }
    }
    if (all("[aria-sort=ascending], [aria-sort=descending]", table).length > 1) fault("a table is sorted by one column", table);
  }
  for (const list of all("ul, ol")) for (const child of list.children) if (!child.matches("li, script, template")) fault("a list holds items", child);
  for (const list of all("dl")) for (const child of list.children) if (!child.matches("dt, dd, div")) fault("a list of facts holds terms and facts", child);

  // What scrolls can be scrolled with the keyboard
  for (const node of all("main *, aside *")) {
    const style = getComputedStyle(node);
    const scrolls = (/auto|scroll/.test(style.overflowX) && node.scrollWidth > node.clientWidth + 1) || (/auto|scroll/.test(style.overflowY) && node.scrollHeight > node.clientHeight + 1);
    if (scrolls && isShown(node) && node.tabIndex < 0 && !node.querySelector("a[href], button, input")) fault("what scrolls can have the focus", node);
  }

  // Contrast
  const parse = (text) => {
    const numbers = text.match(/[\d.]+(e-?\d+)?%?/g)?.map((one) => (one.endsWith("%") ? parseFloat(one) / 100 : Number(one))) ?? [];
    if (text.startsWith("color(")) return [numbers[0] * 255, numbers[1] * 255, numbers[2] * 255, numbers[3] ?? 1];
    return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? (text === "transparent" ? 0 : 1)];
  };
  const over = (front, back) => [0, 1, 2].map((i) => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  // What is behind the content of `node`: the backgrounds from the root inwards, laid over each other.
  const behind = new Map();
  const background = (node) => {
    if (!node) return canvas;
    if (!behind.has(node)) behind.set(node, over(parse(getComputedStyle(node).backgroundColor), background(node.parentElement)));
    return behind.get(node);
  };
  const opacity = (node) => (node ? Number(getComputedStyle(node).opacity) * opacity(node.parentElement) : 1);
  const said = new Set();
  const demand = (rule, node, colour, back, least) => {
    const value = contrast(over(colour, back), back);
    const key = `${rule} ${node.className?.baseVal ?? node.className} ${colour} ${back}`;
    if (value < least - 0.01 && !said.has(key)) fault(rule, node, `${value.toFixed(2)} where ${least} is needed`);
    if (value < least - 0.01) said.add(key);
  };
  const isBusy = (node) => node.closest(":disabled, [aria-disabled=true], [aria-busy=true]");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!words(walker.currentNode.data) || !isShown(node) || isBusy(node) || node.closest("script, noscript, [hidden]")) continue;
    if (node.closest("svg.marking")) continue;
    const style = getComputedStyle(node);
    const isDrawn = Boolean(node.closest("svg"));
    const colour = parse(isDrawn ? style.fill : style.color);
    colour[3] *= opacity(node) * (isDrawn ? Number(style.fillOpacity) : 1);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    demand("text can be read", node, colour, background(isDrawn ? node.closest("svg").parentElement : node), isLarge ? 3 : 4.5);
  }
  for (const field of all("input, textarea, select").filter((one) => isShown(one) && !isBusy(one) && one.type !== "range")) {
    const style = getComputedStyle(field);
    if (field.placeholder) demand("a placeholder can be read", field, parse(getComputedStyle(field, "::placeholder").color), background(field), 4.5);
    if (!field.matches("[type=checkbox], [type=radio]")) demand("the edge of a field can be seen", field, parse(style.borderTopColor), background(field.parentElement), 3);
  }
  for (const icon of all("button svg, a svg, .badge svg").filter(isShown)) {
    if (isBusy(icon)) continue;
    demand("an icon can be seen", icon, parse(getComputedStyle(icon).color), background(icon.parentElement), 3);
  }
  for (const line of all("svg[role=img] .line, svg[role=img] .dot, svg[role=img] .bar")) {
    const style = getComputedStyle(line);
    const paint = style.fill === "none" ? style.stroke : style.fill;
    if (paint !== "none" && !line.closest("svg.marking")) demand("a line can be seen", line, parse(paint), background(line.closest("svg").parentElement), 3);
  }

  // Targets: 24 by 24 pixels, but for links within text (WCAG 2.2, 2.5.8)
  for (const node of all("button, select, summary, input:not([type=hidden], [type=checkbox], [type=radio]), nav a, a.button").filter(isShown)) {
    if (getComputedStyle(node).display === "inline" || node.closest("p, .crumbs, .skip")) continue;
    const box = node.getBoundingClientRect();
    if ((box.width < 24 || box.height < 24) && !node.matches("[type=range], .skip, .remove")) fault("a target is at least 24 by 24", node, `${box.width.toFixed(0)} by ${box.height.toFixed(0)}`);
  }

  // Focus is seen
  const before = document.activeElement;
  for (const node of all(operable)) {
    if (!isShown(node) && !node.matches(".skip")) continue;
    if (node.disabled) continue;
    node.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== node) {
      fault("what can be used takes the focus", node);
      continue;
    }
    const style = getComputedStyle(node);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) {
      fault("the focus is seen", node);
      continue;
    }
    demand("the ring of the focus can be seen", node, parse(style.outlineColor), background(node.parentElement), 3);
  }
  document.activeElement?.blur?.();
  before?.focus?.({ preventScroll: true });

  // Text is not cut off without a way to read it
  for (const node of all("main *, aside *, header *")) {
    const style = getComputedStyle(node);
    if (style.textOverflow === "ellipsis" && node.scrollWidth > node.clientWidth + 1 && isShown(node)) {
      if (!node.closest("[title]") && !node.querySelector("[title]") && !node.closest("a[href], th, td, .crumbs, .tip")) fault("what is cut off can be read elsewhere", node);
    }
  }
  return faults;
}
