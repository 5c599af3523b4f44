"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const marks = [...document.querySelectorAll("mark")];
  const body = document.querySelector("#matrix tbody");
  const rows = [...body.rows];
  const tip = document.getElementById("tip");
  const selection = document.getElementById("selection");
  const hiddenTypes = new Set();
  let chosen = null;
  let places = [];
  let place = -1;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // ---- the head may wrap into several lines: what sticks below it must know its height
  const head = document.querySelector(".page-head");
  new ResizeObserver(() => {
    const sticky = getComputedStyle(head).position === "sticky";
    document.documentElement.style.setProperty("--head", `${sticky ? head.offsetHeight : 0}px`);
  }).observe(head);

  // ---- what is known about one mention, on hover and focus
  const fillTip = (mark) => {
    const mention = report.mentions[Number(mark.dataset.m)];
    const entity = mention.e === null ? null : report.entities[mention.e];
    tip.className = entity ? entity.class : "";
    tip.replaceChildren();
    if (entity) {
      tip.append(make("span", "kind", entity.type), make("strong", "", entity.name), make("span", "id", entity.id));
      const score = make("p", "", `score ${mention.score.toFixed(2)} `);
      const meter = make("meter");
      meter.value = mention.score;
      score.append(meter);
      tip.append(score);
    } else {
      tip.append(make("strong", "", "not linked"));
    }
    if (mention.reason) tip.append(make("p", "", mention.reason.replaceAll("_", " ")));
    if (mention.evidence.length) {
      const list = make("ul");
      for (const [effect, feature, detail] of mention.evidence) {
        const item = make("li");
        item.append(make("span", effect.startsWith("-") || effect === "veto" ? "down" : "up", effect), make("span", "", detail ? `${feature}: ${detail}` : feature));
        list.append(item);
      }
      tip.append(list);
    }
    if (mention.others.length) tip.append(make("p", "others", `also considered: ${mention.others.join(", ")}`));
  };
  const showTip = (mark) => {
    if (mark.classList.contains("off")) return;
    fillTip(mark);
    tip.hidden = false;
    const box = mark.getClientRects()[0];
    const size = tip.getBoundingClientRect();
    const below = box.bottom + size.height + 12 < innerHeight || box.top < size.height + 12;
    tip.style.left = `${scrollX + Math.max(8, Math.min(box.left, document.documentElement.clientWidth - size.width - 8))}px`;
    tip.style.top = `${scrollY + (below ? box.bottom + 6 : box.top - size.height - 6)}px`;
  };
  const hideTip = () => { tip.hidden = true; };

  // ---- one entity everywhere, and stepping through its mentions
  const goTo = (index) => {
    if (!places.length) return;
    places[place]?.classList.remove("here");
    place = (index + places.length) % places.length;
    places[place].classList.add("here");
    places[place].scrollIntoView({ block: "center" });
    selection.querySelector(".at").textContent = `${place + 1} / ${places.length}`;
  };
  const release = () => {
    chosen = null;
    places = [];
    place = -1;
    for (const element of [...marks, ...rows]) element.classList.remove("chosen", "here");
    selection.hidden = true;
  };
  const choose = (entity, from, spelling) => {
    release();
    chosen = entity;
    const found = report.entities[entity];
    for (const mark of marks) if (Number(mark.dataset.e) === entity && mark.dataset.e !== "") mark.classList.add("chosen");
    for (const row of rows) if (Number(row.dataset.e) === entity) row.classList.add("chosen");
    places = marks.filter((mark) => mark.classList.contains("chosen") && (spelling === undefined || mark.dataset.s === spelling));
    const step = (label, title, by) => {
      const button = make("button", "", label);
      button.type = "button";
      button.title = title;
      button.addEventListener("click", () => goTo(place < 0 && by < 0 ? -1 : place + by));
      return button;
    };
    const close = make("button", "", "\u2715");
    close.type = "button";
    close.title = "Clear (Esc)";
    close.setAttribute("aria-label", "Clear the choice");
    close.addEventListener("click", release);
    const steps = make("span", "steps");
    steps.append(step("\u25C0", "Previous (p)", -1), make("span", "at", `${places.length}`), step("\u25B6", "Next (n)", 1), close);
    const forms = spelling === undefined ? found.spellings : [spelling];
    const formList = make("span", "forms", forms.join(" \u00B7 "));
    formList.title = forms.join("\n");
    selection.replaceChildren(make("strong", "", found.name), make("span", "id", found.id), formList, steps);
    selection.hidden = false;
    const start = from ? places.indexOf(from) : -1;
    if (start >= 0) {
      place = start;
      from.classList.add("here");
      selection.querySelector(".at").textContent = `${place + 1} / ${places.length}`;
    } else if (spelling !== undefined) goTo(0);
  };
  for (const mark of marks) {
    mark.removeAttribute("title");
    mark.addEventListener("mouseenter", () => showTip(mark));
    mark.addEventListener("mouseleave", hideTip);
    mark.addEventListener("focus", () => showTip(mark));
    mark.addEventListener("blur", hideTip);
    const act = () => {
      if (mark.dataset.e === "" || mark.classList.contains("off")) return;
      if (chosen === Number(mark.dataset.e) && mark.classList.contains("here")) release();
      else choose(Number(mark.dataset.e), mark);
    };
    mark.addEventListener("click", act);
    mark.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); }
    });
  }
  for (const row of rows) row.addEventListener("click", () => choose(Number(row.dataset.e), null, row.dataset.s));
  document.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { hideTip(); release(); }
    if (chosen !== null && event.key === "n") goTo(place + 1);
    if (chosen !== null && event.key === "p") goTo(place < 0 ? -1 : place - 1);
  });

  // ---- the table: filter, sort, export
  const filter = document.getElementById("filter");
  const several = document.getElementById("several");
  const shown = document.getElementById("shown");
  const visibleRows = () => [...body.rows].filter((row) => !row.hidden);
  const regroup = () => {
    const visible = visibleRows();
    visible.forEach((row, index) => {
      row.classList.toggle("same", index > 0 && visible[index - 1].dataset.e === row.dataset.e);
      row.classList.toggle("last", index + 1 === visible.length || visible[index + 1].dataset.e !== row.dataset.e);
    });
    shown.textContent = visible.length === rows.length ? `${rows.length} rows` : `${visible.length} of ${rows.length} rows`;
  };
  const refresh = () => {
    const wanted = filter.value.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const entity = report.entities[Number(row.dataset.e)];
      const text = `${entity.name} ${entity.id} ${entity.type} ${row.dataset.s}`.toLocaleLowerCase();
      row.hidden = hiddenTypes.has(entity.type) || (several.checked && entity.spellings.length < 2) || !wanted.every((word) => text.includes(word));
    }
    regroup();
  };
  filter.addEventListener("input", refresh);
  several.addEventListener("change", refresh);
  for (const box of document.querySelectorAll(".legend input")) {
    box.addEventListener("change", () => {
      if (box.checked) hiddenTypes.delete(box.value); else hiddenTypes.add(box.value);
      for (const mark of marks) if (mark.dataset.t === box.value) {
        mark.classList.toggle("off", !box.checked);
        mark.tabIndex = box.checked ? 0 : -1;
      }
      refresh();
    });
  }
  const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  const cellKey = (row, column) => row.cells[column].dataset.k ?? row.cells[column].textContent;
  document.querySelectorAll("#matrix thead th").forEach((heading, column) => {
    heading.querySelector("button").addEventListener("click", () => {
      const numeric = heading.classList.contains("num");
      const now = heading.getAttribute("aria-sort");
      const next = now === null ? (numeric ? "descending" : "ascending") : now === "ascending" ? "descending" : "ascending";
      for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", next);
      const sign = next === "ascending" ? 1 : -1;
      const compare = numeric
        ? (a, b) => Number(cellKey(a, column)) - Number(cellKey(b, column))
        : (a, b) => collator.compare(cellKey(a, column), cellKey(b, column));
      body.append(...[...body.rows].sort((a, b) => sign * compare(a, b) || rows.indexOf(a) - rows.indexOf(b)));
      regroup();
    });
  });
  document.getElementById("export").addEventListener("click", () => {
    // A leading apostrophe keeps a spreadsheet from running a spelling such as "@handle" as a formula.
    const cell = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
    const lines = [["entity", "id", "type", "spelling", "total", ...report.documents].map(cell).join(",")];
    for (const row of visibleRows()) {
      const entity = report.entities[Number(row.dataset.e)];
      const counts = report.counts[rows.indexOf(row)];
      const total = counts.reduce((sum, [, count]) => sum + count, 0);
      const byDocument = new Map(counts);
      lines.push([entity.name, entity.id, entity.type, row.dataset.s, total, ...report.documents.map((_, index) => byDocument.get(index) ?? 0)].map(cell).join(","));
    }
    const link = make("a");
    link.href = URL.createObjectURL(new Blob(["\uFEFF" + lines.join("\n") + "\n"], { type: "text/csv" }));
    link.download = "spellings.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  regroup();
})();
