"use strict";
// Sorts the page's tables and draws its list of samples. Text from models goes through textContent alone, never through markup.
(function () {
  const kPageSize = 50;
  const kShownLetters = 1500;
  const kExcerptLetters = 160;
  const kPartsKept = 24;
  const kChanges = ["same", "lost", "gained", "other reply", "scores differ"];
  const kChangeClasses = ["flat", "bad", "good", "doubt", "doubt"];

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // Never parts the two halves of a letter beyond the basic plane.
  function beginning(text, letters) {
    if (text.length <= letters) return text;
    const code = text.charCodeAt(letters - 1);
    return text.slice(0, code >= 0xd800 && code <= 0xdbff ? letters - 1 : letters);
  }

  // ---- tables ----
  function sortKey(row, column) {
    const cell = row.cells[column];
    if (!cell) return "";
    if (!cell.hasAttribute("data-v")) return cell.textContent;
    const number = parseFloat(cell.getAttribute("data-v"));
    return isNaN(number) ? null : number;
  }

  function compareKeys(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  function sortBy(table, column) {
    const headers = table.tHead.rows[0].cells;
    const isDescending = headers[column].getAttribute("aria-sort") === "ascending";
    for (const header of headers) header.setAttribute("aria-sort", "none");
    headers[column].setAttribute("aria-sort", isDescending ? "descending" : "ascending");
    const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, key: sortKey(row, column) }));
    rows.sort(function (a, b) {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);  // no number: last, either way
      return isDescending ? compareKeys(b.key, a.key) : compareKeys(a.key, b.key);
    });
    for (const entry of rows) table.tBodies[0].appendChild(entry.row);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach(function (header, column) {
      const button = make("button", "", header.textContent);
      button.type = "button";
      header.textContent = "";
      header.setAttribute("aria-sort", "none");
      header.appendChild(button);
      button.addEventListener("click", () => sortBy(table, column));
    });
  }

  // ---- samples ----
  const place = document.getElementById("samples");
  const block = document.getElementById("sample-data");
  if (!place || !block) return;
  const data = JSON.parse(block.textContent);
  // A sample is [set, id, category, change, prompt, references, pictures, sides]; a side is null or [state, value, answer, reply, tokens].
  const kSet = 0, kId = 1, kCategory = 2, kChange = 3, kPrompt = 4, kReferences = 5, kPictures = 6, kSides = 7;
  const haystacks = new Array(data.parts ? 0 : data.samples.length);
  let shown = [], page = 0, searches = 0;

  function haystackOf(sample) {
    const words = [sample[kId], sample[kCategory], sample[kPrompt]].concat(sample[kReferences]);
    for (const side of sample[kSides]) if (side) words.push(side[2], side[3]);
    return words.join("\n").toLowerCase();
  }

  function haystack(index) {
    if (haystacks[index] === undefined) haystacks[index] = haystackOf(data.samples[index]);
    return haystacks[index];
  }

  // ---- parts ----
  // In the folder form a sample's sides are [state, value], and scripts beside the page have the rest: of a sample [prompt, references,
  // sides], a side null or [answer, reply, tokens]; and pictures. Each calls assay_part with rows that follow one another.
  const kept = new Map();     // "texts 3" -> a promise of rows; the oldest goes first
  const waiting = new Map();  // "texts 3" -> what settles it

  window.assay_part = function (stamp, kind, number, rows) {
    const name = kind + " " + number;
    const settle = waiting.get(name);
    if (!settle) return;
    waiting.delete(name);
    if (stamp === data.parts.stamp) settle.resolve(rows);
    else settle.reject(new Error("The folder " + data.parts.folder + " beside this page belongs to another report; write this one again."));
  };

  function partRows(kind, number) {
    const name = kind + " " + number;
    let rows = kept.get(name);
    if (rows) return rows;
    rows = new Promise(function (resolve, reject) {
      const file = data.parts.folder + "/" + kind + "-" + String(number).padStart(4, "0") + ".js";
      waiting.set(name, { resolve, reject });
      const script = make("script");
      const fail = function () {
        waiting.delete(name);
        reject(new Error(file + " cannot be read; keep the folder " + data.parts.folder + " beside this page."));
      };
      script.addEventListener("error", fail);
      script.addEventListener("load", function () {
        script.remove();
        if (waiting.has(name)) fail();  // it ran and brought nothing
      });
      script.src = file;
      document.head.appendChild(script);
    });
    kept.set(name, rows);
    rows.catch(() => kept.delete(name));
    if (kept.size > kPartsKept) kept.delete(kept.keys().next().value);
    return rows;
  }

  // The last of `firsts` that is not above `index`.
  function partOf(firsts, index) {
    let low = 0, high = firsts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (firsts[middle] <= index) low = middle;
      else high = middle;
    }
    return low;
  }

  async function rowAt(kind, index) {
    const firsts = data.parts[kind], number = partOf(firsts, index);
    return (await partRows(kind, number))[index - firsts[number]];
  }

  function joined(sample, row) {
    const whole = sample.slice();
    whole[kPrompt] = row[0];
    whole[kReferences] = row[1];
    whole[kSides] = sample[kSides].map((side, i) => side && side.concat(row[2][i]));
    return whole;
  }

  // The sample with all its texts, and its pictures themselves.
  async function wholeSample(index) {
    const sample = data.samples[index];
    if (!data.parts) return [sample, sample[kPictures].map((picture) => data.pictures[picture])];
    const row = await rowAt("texts", index);
    const pictures = [];
    for (const picture of sample[kPictures]) pictures.push(await rowAt("pictures", picture));
    return [joined(sample, row), pictures];
  }

  function selectOf(name, options) {
    const label = make("label", "", name);
    const select = make("select");
    select.appendChild(new Option("all", ""));
    for (const [value, text] of options) select.appendChild(new Option(text, value));
    select.addEventListener("change", update);
    label.appendChild(select);
    if (options.length > 1) controls.appendChild(label);
    return select;
  }

  function longText(title, text) {
    const part = document.createDocumentFragment();
    part.appendChild(make("h4", "", title));
    const pre = make("pre", "text");
    pre.dir = "auto";
    pre.tabIndex = 0;
    const start = beginning(text, kShownLetters);
    pre.textContent = start;
    part.appendChild(pre);
    if (start.length < text.length) {
      const button = make("button", "show");
      const label = "Show all " + text.length.toLocaleString("en") + " letters";
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", function () {
        const isShort = pre.textContent.length < text.length;
        pre.textContent = isShort ? text : start;
        button.textContent = isShort ? "Show less" : label;
      });
      part.appendChild(button);
    }
    return part;
  }

  function valueText(side) {
    if (!side) return "not in this run";
    const value = side[1] === null ? "no score" : String(Math.round(side[1] * 10000) / 10000);
    return side[0] === 0 ? value : value + " (" + data.states[side[0]] + ")";
  }

  function fill(body, sample, pictures) {
    if (pictures.length) {
      const frame = make("div", "pictures");
      for (const picture of pictures) {
        const image = make("img");
        image.alt = "picture of sample " + sample[kId];
        image.src = "data:image/webp;base64," + picture;
        frame.appendChild(image);
      }
      body.appendChild(frame);
    }
    if (sample[kPrompt]) body.appendChild(longText("prompt", sample[kPrompt]));
    if (sample[kReferences].length) body.appendChild(longText("expected", sample[kReferences].join("\n")));
    const sides = make("div", "sides");
    sample[kSides].forEach(function (side, index) {
      const column = make("div");
      const name = data.runs[index] || "reply";
      column.appendChild(make("h4", "", name + ": " + valueText(side) + (side && side[4] >= 0 ? ", " + side[4] + " tokens" : "")));
      if (side) {
        if (side[2]) column.appendChild(longText("answer read", side[2]));
        if (side[3]) column.appendChild(longText("reply", side[3]));
      }
      sides.appendChild(column);
    });
    body.appendChild(sides);
  }

  function rowOf(index) {
    const sample = data.samples[index];
    const details = make("details", "sample");
    const summary = make("summary");
    if (data.runs.length > 1) summary.appendChild(make("span", "verdict " + kChangeClasses[sample[kChange]], kChanges[sample[kChange]]));
    const id = make("bdi", "id", beginning(sample[kId], kExcerptLetters));
    summary.appendChild(id);
    if (data.sets.length > 1) summary.appendChild(make("bdi", "soft small", data.sets[sample[kSet]]));
    if (sample[kCategory]) summary.appendChild(make("bdi", "soft small", beginning(sample[kCategory], kExcerptLetters)));
    summary.appendChild(make("span", "small", sample[kSides].map(valueText).join(" \u2192 ")));
    const excerpt = make("span", "excerpt", beginning(sample[kPrompt], kExcerptLetters));
    excerpt.dir = "auto";
    summary.appendChild(excerpt);
    details.appendChild(summary);
    details.addEventListener("toggle", function () {
      if (!details.open || details.childNodes.length > 1) return;
      const body = make("div", "body");
      details.appendChild(body);
      wholeSample(index).then(
        ([whole, pictures]) => fill(body, whole, pictures),
        function (error) {
          body.appendChild(make("p", "soft", error.message));
          details.addEventListener("toggle", () => body.remove(), { once: true });  // opened again it is tried again
        });
    });
    return details;
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(shown.length / kPageSize));
    page = Math.min(Math.max(page, 0), pages - 1);
    list.textContent = "";
    for (const index of shown.slice(page * kPageSize, (page + 1) * kPageSize)) list.appendChild(rowOf(index));
    count.textContent = shown.length.toLocaleString("en") + " of " + data.samples.length.toLocaleString("en") + " samples, page " +
      (page + 1).toLocaleString("en") + " of " + pages.toLocaleString("en");
    first.disabled = previous.disabled = page === 0;
    next.disabled = last.disabled = page === pages - 1;
  }

  // Indices of those among `wanted` that have the words; null when another search has begun meanwhile.
  async function found(wanted, words) {
    if (!data.parts) return wanted.filter((index) => haystack(index).includes(words));
    const mine = searches, hits = [];
    let number = -1, rows = [];
    for (const index of wanted) {
      const part = partOf(data.parts.texts, index);
      if (part !== number) {
        count.textContent = "searching, part " + (part + 1) + " of " + data.parts.texts.length;
        rows = await partRows("texts", part);
        if (mine !== searches) return null;
        number = part;
      }
      if (haystackOf(joined(data.samples[index], rows[index - data.parts.texts[part]])).includes(words)) hits.push(index);
    }
    return hits;
  }

  function show(indices) {
    shown = indices;
    page = 0;
    draw();
  }

  function update() {
    const words = search.value.toLowerCase();
    const wanted = [];
    ++searches;
    data.samples.forEach(function (sample, index) {
      if (set.value !== "" && sample[kSet] !== Number(set.value)) return;
      if (category.value !== "" && sample[kCategory] !== data.categories[Number(category.value)]) return;
      if (change.value !== "" && sample[kChange] !== Number(change.value)) return;
      if (state.value !== "" && !sample[kSides].some((side) => side && side[0] === Number(state.value))) return;
      wanted.push(index);
    });
    if (!words) return show(wanted);
    found(wanted, words).then((hits) => hits && show(hits), (error) => { count.textContent = error.message; });
  }

  function distinct(values) { return Array.from(new Set(values)); }

  data.categories = distinct(data.samples.map((sample) => sample[kCategory])).sort();
  const controls = make("div", "controls");
  const searchLabel = make("label", "wide", "search in ids, prompts, replies");
  const search = make("input");
  search.type = "search";
  let timer = 0;
  search.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(update, 200);
  });
  searchLabel.appendChild(search);
  controls.appendChild(searchLabel);
  const change = selectOf("change", data.runs.length > 1 ? distinct(data.samples.map((s) => s[kChange])).sort().map((c) => [c, kChanges[c]]) : []);
  const set = selectOf("benchmark", data.sets.map((name, index) => [index, name]));
  const states = distinct(data.samples.flatMap((s) => s[kSides].filter(Boolean).map((side) => side[0]))).sort();
  const state = selectOf("state", states.map((s) => [s, data.states[s]]));
  const category = selectOf("category", data.categories.map((name, index) => [index, beginning(name, 60) || "(none)"]));

  const pager = make("div", "pager");
  function step(text, move) {
    const button = make("button", "", text);
    button.type = "button";
    button.addEventListener("click", function () {
      move();
      draw();
    });
    pager.appendChild(button);
    return button;
  }
  const first = step("First", () => { page = 0; });
  const previous = step("Previous", () => { page -= 1; });
  const next = step("Next", () => { page += 1; });
  const last = step("Last", () => { page = Infinity; });
  const count = make("span", "soft");
  count.setAttribute("aria-live", "polite");
  pager.appendChild(count);
  const list = make("div");
  place.append(controls, pager, list);
  update();
})();
