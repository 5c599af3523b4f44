"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const TYPES = ["PERSON", "PLACE", "ORG", "FACILITY", "PRODUCT", "EVENT"];
  const REGISTERS = {
    wikidata: (id) => `https://www.wikidata.org/entity/${id}`,
    geonames: (id) => `https://www.geonames.org/${id}`,
  };
  const spare = new Map();
  const typeNames = new Map();
  let linked = null;
  let shown = null;

  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const bdi = (text) => make("bdi", "", text);
  const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const colour = (type) => {
    const known = TYPES.indexOf(type);
    if (known >= 0) return `t${known}`;
    if (!spare.has(type)) spare.set(type, `t${TYPES.length + (spare.size % (10 - TYPES.length))}`);
    return spare.get(type);
  };

  const ask = async (path, body) => {
    const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    let response;
    try {
      response = await fetch(path, options);
    } catch {
      throw new Error("the service does not answer; is it still running?");
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Error(answer?.error?.message ?? `the service answered ${response.status}`);
    return answer;
  };
  const say = (place, text, bad = false) => {
    place.textContent = text;
    place.classList.toggle("error", bad);
  };

  // ---- texts
  const drawText = () => {
    const { text, mentions } = linked;
    const canonical = document.querySelector("input[name=spelling]:checked").value === "canonical";
    const hidden = new Set([...$("legend").querySelectorAll("input:not(:checked)")].map((box) => box.value));
    const pieces = [];
    let at = 0;
    mentions.forEach((mention, number) => {
      pieces.push(text.slice(at, mention.start));
      const mark = make("mark", mention.id ? colour(mention.type) : "nil", canonical && mention.id ? mention.name : mention.surface);
      mark.dataset.number = number;
      if (hidden.has(mention.id ? mention.type : "")) {
        mark.classList.add("off");
      } else {
        mark.tabIndex = 0;
        mark.setAttribute("role", "button");
      }
      mark.title = mention.id ? `${mention.name} · ${mention.score.toFixed(2)} · ${mention.reason}` : `not linked: ${mention.reason.replaceAll("_", " ")}`;
      pieces.push(mark);
      at = mention.end;
    });
    pieces.push(text.slice(at));
    $("marked").replaceChildren(...pieces);
    markChosen();
  };
  const drawLegend = () => {
    const totals = new Map();
    for (const mention of linked.mentions) {
      const type = mention.id ? mention.type : "";
      totals.set(type, (totals.get(type) ?? 0) + 1);
    }
    const chips = [...totals].sort((a, b) => (b[0] !== "") - (a[0] !== "") || b[1] - a[1]).map(([type, total]) => {
      const box = make("input");
      box.type = "checkbox";
      box.checked = true;
      box.value = type;
      return make("label", type ? colour(type) : "", box, type ? typeNames.get(type) ?? type : "not linked", make("b", "", ` ${total}`));
    });
    $("legend").replaceChildren($("legend").querySelector("legend"), ...chips);
  };
  const linkText = async () => {
    const text = $("text").value;
    if (!text.trim()) {
      say($("text-state"), "There is no text yet.");
      $("text").focus();
      return;
    }
    const button = $("text-form").querySelector(".main");
    button.disabled = true;
    say($("text-state"), "reading …");
    try {
      const answer = await ask("v1/link", { text, evidence: true, offsets: "utf16" });
      linked = { text, mentions: answer.mentions };
      const good = answer.mentions.filter((mention) => mention.id);
      const entities = new Set(good.map((mention) => mention.id)).size;
      const left = answer.mentions.length - good.length;
      say($("text-state"), good.length ? `${count(good.length, "name")} of ${count(entities, "entity", "entities")}${left ? `, ${left} not linked` : ""}` : "No name of the gazetteer is in this text.");
      $("linked").hidden = !answer.mentions.length;
      drawLegend();
      drawText();
    } catch (error) {
      say($("text-state"), error.message, true);
    } finally {
      button.disabled = false;
    }
  };
  $("text-form").addEventListener("submit", (event) => {
    event.preventDefault();
    linkText();
  });
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      linkText();
    }
  });
  $("clear").addEventListener("click", () => {
    $("text").value = "";
    linked = null;
    $("linked").hidden = true;
    say($("text-state"), "");
    $("text").focus();
  });
  $("legend").addEventListener("change", drawText);
  document.querySelector(".choice").addEventListener("change", drawText);
  $("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText($("marked").textContent);
      say($("copied"), "copied");
    } catch {
      say($("copied"), "the browser does not let this page copy; select the text instead", true);
    }
  });
  const openMark = (mark) => {
    const mention = linked.mentions[Number(mark.dataset.number)];
    const id = mention.id ?? mention.candidates[0]?.id;
    if (id) openEntity(id, { mention });
  };
  $("marked").addEventListener("click", (event) => {
    const mark = event.target.closest("mark:not(.off)");
    if (mark) openMark(mark);
  });
  $("marked").addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("mark")) {
      event.preventDefault();
      openMark(event.target);
    }
  });
  const markChosen = () => {
    for (const mark of $("marked").querySelectorAll("mark")) {
      const mention = linked.mentions[Number(mark.dataset.number)];
      mark.classList.toggle("chosen", mention.id !== null && mention.id === shown && !mark.classList.contains("off"));
    }
  };

  // ---- names
  let asked = 0;
  let timer = 0;
  const search = async () => {
    const query = $("query").value.trim();
    const number = ++asked;
    if (!query) {
      $("results").replaceChildren();
      say($("query-state"), "");
      return;
    }
    try {
      const { results } = await ask(`v1/search?limit=20&q=${encodeURIComponent(query)}`);
      if (number !== asked) return; // somebody typed on
      say($("query-state"), results.length ? count(results.length, "entity", "entities") : "Nothing resembles this.");
      $("results").replaceChildren(...results.map((result) => {
        const more = [result.alias !== result.name ? `“${result.alias}”` : "", result.description ?? ""].filter(Boolean).join(" · ");
        const button = make("button", colour(result.type), make("span", "dot"), make("span", "name", bdi(result.name)),
          make("span", "score", result.score === null ? "" : result.score.toFixed(2)), make("span", "more", more || result.id));
        button.type = "button";
        button.dataset.id = result.id;
        button.addEventListener("click", () => openEntity(result.id, { name: query }));
        return make("li", "", button);
      }));
    } catch (error) {
      if (number === asked) say($("query-state"), error.message, true);
    }
  };
  $("query").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 160);
  });
  $("query-form").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search().then(() => $("results").querySelector("button")?.focus());
  });
  $("query-form").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const buttons = [...$("results").querySelectorAll("button")];
    if (!buttons.length) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? Math.min(at + 1, buttons.length - 1) : at - 1;
    (next < 0 ? $("query") : buttons[next]).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.matches("input, textarea")) {
      event.preventDefault();
      $("query").focus();
    }
  });

  // ---- one entity
  const goTo = (id, name) => {
    const button = make("button", "plain", bdi(name ?? id));
    button.type = "button";
    button.addEventListener("click", () => openEntity(id));
    return button;
  };
  const effectOf = (item) => {
    if (item.weight === null) return item.veto ? ["veto", "down"] : ["decides", "up"];
    const effect = item.value * item.weight;
    if (Math.abs(effect) < 0.005) return ["0.00", "even"];
    return [`${effect > 0 ? "+" : "−"}${Math.abs(effect).toFixed(2)}`, effect < 0 ? "down" : "up"];
  };
  const SHOWN = 6;
  const weightOf = (item) => (item.weight === null ? Infinity : Math.abs(item.value * item.weight));
  const evidenceLines = (items) => make("ul", "", ...items.map((item) => {
    const [effect, way] = effectOf(item);
    const feature = item.feature.replaceAll("_", " ");
    return make("li", "", make("span", way, effect), make("span", "", item.detail ? `${feature}: ${item.detail}` : feature));
  }));
  const evidenceList = (evidence) => {
    const ranked = [...evidence].sort((a, b) => weightOf(b) - weightOf(a));
    const box = make("div", "", evidenceLines(ranked.slice(0, SHOWN)));
    const rest = ranked.slice(SHOWN);
    if (rest.length) box.append(make("details", "", make("summary", "hint", `${count(rest.length, "smaller reason")}`), evidenceLines(rest)));
    return box;
  };
  const scoreLine = (score, text) => {
    const meter = make("meter");
    meter.value = score;
    return make("p", "", `${text} ${score.toFixed(2)} `, meter);
  };
  const whyMention = (mention, id) => {
    const chosen = mention.candidates.find((candidate) => candidate.id === id);
    const box = make("div", "", make("h3", "", "Why “", bdi(mention.surface), mention.id === id ? "” is linked here" : "” is not linked"));
    box.append(scoreLine(chosen?.score ?? mention.score, "score"));
    box.append(make("p", "hint", mention.reason.replaceAll("_", " ")));
    if (chosen?.evidence?.length) box.append(evidenceList(chosen.evidence));
    const others = mention.candidates.filter((candidate) => candidate.id !== id).slice(0, 4);
    if (others.length) {
      const list = make("ul", "others", ...others.map((other) => make("li", "", goTo(other.id, other.name), ` ${other.score.toFixed(2)}`)));
      box.append(make("p", "hint", "also considered"), list);
    }
    return box;
  };
  const whyName = (explanation) => {
    const box = make("div", "", make("h3", "", "“", bdi(explanation.surface), "” as a name of this entity"));
    box.append(scoreLine(explanation.score, "score"));
    const decision = explanation.decision === explanation.id ? "taken for this entity" : explanation.decision.startsWith("NIL") ? `taken for none: ${explanation.decision.replace(/^NIL \(|\)$/g, "").replaceAll("_", " ")}` : `taken for ${explanation.decision}`;
    box.append(make("p", "hint", decision + (explanation.alias ? `; compared with “${explanation.alias}”` : "")));
    if (explanation.evidence.length) box.append(evidenceList(explanation.evidence));
    return box;
  };
  const namesTable = (entity) => {
    const rows = [{ text: entity.name, kind: "canonical" }, ...(entity.aliases ?? []).map((alias) => (typeof alias === "string" ? { text: alias } : alias))];
    const head = make("tr", "", ...["name", "kind", "language"].map((label) => {
      const cell = make("th", "", label);
      cell.scope = "col";
      return cell;
    }));
    const body = rows.map((row) => {
      const notes = [row.kind ?? "name", row.strength === "weak" ? "weak" : ""].filter(Boolean).join(", ");
      const name = make("td", "", bdi(row.text));
      if (row.source) name.title = `source: ${row.source}`;
      return make("tr", "", name, make("td", "note", notes), make("td", "note", row.lang ?? ""));
    });
    const scroll = make("div", "scroll", make("table", "", make("thead", "", head), make("tbody", "", ...body)));
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "All names");
    return [make("h3", "", count(rows.length, "name")), scroll];
  };
  const drawEntity = ({ entity, type_name: typeName, within }, why) => {
    const panel = $("entity");
    const title = make("h2", "", bdi(entity.name));
    title.id = "entity-name";
    const close = make("button", "", "Close");
    close.type = "button";
    close.addEventListener("click", closeEntity);
    const parts = [make("div", "title", title, close), make("div", "sub", make("span", "kind-chip", typeName), make("span", "id", entity.id))];
    if (entity.description) parts.push(make("p", "", entity.description));
    if (within.length) parts.push(make("p", "hint", "in ", ...within.flatMap((above, n) => [n ? " › " : "", goTo(above.id, above.name)])));
    if (entity.lat !== undefined && entity.lon !== undefined) parts.push(make("p", "hint", `${entity.lat}, ${entity.lon}`));
    const refs = Object.entries(entity.refs ?? {});
    if (refs.length) {
      parts.push(make("p", "hint", ...refs.flatMap(([register, id], n) => {
        let shownId = id;
        if (REGISTERS[register] && /^[A-Za-z0-9]+$/.test(id)) {
          shownId = make("a", "", id);
          shownId.href = REGISTERS[register](id);
          shownId.rel = "noreferrer";
        }
        return [n ? " · " : "", `${register} `, shownId];
      })));
    }
    const reason = make("div");
    reason.id = "why";
    if (why) reason.append(why);
    parts.push(reason, ...namesTable(entity));
    if (entity.blocked?.length) parts.push(make("h3", "", "Never taken for it"), make("p", "hint", ...entity.blocked.flatMap((form, n) => [n ? " · " : "", bdi(form)])));
    panel.className = colour(entity.type);
    panel.replaceChildren(...parts);
    panel.hidden = false;
  };
  const openEntity = async (id, { mention, name, remember = true } = {}) => {
    const panel = $("entity");
    try {
      const record = await ask(`v1/entities/${encodeURIComponent(id)}`);
      let why = mention ? whyMention(mention, id) : null;
      if (name) why = whyName(await ask("v1/explain", { name, id }));
      shown = record.entity.id;
      drawEntity(record, why);
      if (remember) history.pushState({ entity: shown }, "", `?entity=${encodeURIComponent(shown)}`);
    } catch (error) {
      shown = null;
      const problem = make("h2", "error", error.message);
      problem.id = "entity-name";
      panel.className = "";
      panel.replaceChildren(problem);
      panel.hidden = false;
    }
    if (linked) markChosen();
    for (const button of $("results").querySelectorAll("button")) button.setAttribute("aria-current", button.dataset.id === shown);
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  const closeEntity = () => {
    $("entity").hidden = true;
    shown = null;
    if (linked) markChosen();
    history.pushState({}, "", location.pathname);
    $("query").focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("entity").hidden && $("entity").contains(document.activeElement)) closeEntity();
  });
  const fromAddress = () => {
    const id = new URLSearchParams(location.search).get("entity");
    if (id) openEntity(id, { remember: false });
    else {
      $("entity").hidden = true;
      shown = null;
      if (linked) markChosen();
    }
  };
  window.addEventListener("popstate", fromAddress);

  ask("healthz").then((about) => {
    $("service-name").textContent = about.name;
    document.title = about.name;
    for (const type of about.types) typeNames.set(type.id, type.name);
    $("about").textContent = `${count(about.entities, "entity", "entities")}: ${about.types.map((type) => type.name.toLowerCase()).join(", ")}`;
  }, (error) => say($("about"), error.message, true));
  fromAddress();
})();
