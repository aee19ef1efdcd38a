/// The report works without it; it adds sorting, filtering and copying.
enum Script {
    static let text: StaticString = #"""
        "use strict";
        (() => {
          const table = document.querySelector("table.ranked");
          if (table) {
            const body = table.tBodies[0], rows = Array.from(body.rows), off = new Set();
            let query = "";
            const show = () => rows.forEach(row => {
              const details = document.getElementById(row.dataset.target);
              const hide = off.has(row.dataset.finding) || !row.dataset.name.includes(query);
              row.hidden = hide;
              if (details) details.closest("details").hidden = hide;
            });
            table.querySelectorAll("thead th[data-sort]").forEach(head => {
              const button = document.createElement("button");
              button.type = "button";
              button.append(...head.childNodes);
              head.append(button);
              button.addEventListener("click", () => {
                const down = head.getAttribute("aria-sort") !== "descending", key = "sort" + head.dataset.sort;
                table.querySelectorAll("th[aria-sort]").forEach(other => other.removeAttribute("aria-sort"));
                head.setAttribute("aria-sort", down ? "descending" : "ascending");
                const value = row => row.dataset[key] ?? "";
                const isText = head.dataset.sort === "Name";
                rows.sort((a, b) => {
                  const x = value(a), y = value(b);
                  if (isText) return x.localeCompare(y) * (down ? 1 : -1);
                  if (x === "" || y === "") return (x === "") - (y === "");
                  return (x - y) * (down ? -1 : 1);
                });
                body.append(...rows);
              });
            });
            document.querySelectorAll(".tally [data-finding]").forEach(chip => {
              const button = document.createElement("button");
              button.type = "button";
              button.className = chip.className;
              button.dataset.finding = chip.dataset.finding;
              button.title = "Show or hide these columns";
              button.setAttribute("aria-pressed", "true");
              button.append(...chip.childNodes);
              chip.replaceWith(button);
              button.addEventListener("click", () => {
                const name = button.dataset.finding, pressed = off.has(name);
                if (pressed) off.delete(name); else off.add(name);
                button.setAttribute("aria-pressed", String(pressed));
                show();
              });
            });
            const tools = document.querySelector(".tools");
            if (tools && rows.length > 8) {
              const input = document.createElement("input");
              input.type = "search";
              input.placeholder = "Filter columns by name";
              input.setAttribute("aria-label", "Filter columns by name");
              input.addEventListener("input", () => { query = input.value.trim().toLowerCase(); show(); });
              tools.append(input);
            }
          }
          const copyable = document.querySelectorAll("[data-copy]");
          if (navigator.clipboard) copyable.forEach(element => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "badge t-notComparable";
            button.textContent = "Copy";
            button.addEventListener("click", () => navigator.clipboard.writeText(element.textContent).then(() => {
              button.textContent = "Copied";
              setTimeout(() => { button.textContent = "Copy"; }, 1200);
            }));
            element.after(" ", button);
          });
          addEventListener("beforeprint", () =>
            document.querySelectorAll("details").forEach(details => { details.open = true; }));
        })();
        """#
}
