// Parts of the pages that plain HTML can't do: uploads with progress, answers that appear without a reload,
// boxes and heat maps over the video. Uploads and answers work without it as well. It is a module, so it is
// strict, and runs after the page has been parsed.

const byId = (id) => document.getElementById(id);
const address = (id, rest = "") => `/api/analyses/${encodeURIComponent(id)}${rest}`;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const say = (text) => { byId("live").textContent = text; };
const percent = (p) => p >= 0.995 ? "over 99%" : p < 0.005 ? "under 1%" : `${Math.round(p * 100)}%`;

/** Shows times in the reader's own zone and language. */
function localTimes(root) {
  const format = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}

// MARK: Progress of an analysis

// Browsers open at most six connections to a server, and an upload needs one of them. In a long list, a few
// analyses are followed by events, and the others are requested from time to time.
const mostStreams = 2;
let streams = 0;

const isEnded = (update) => update.state === "done" || update.state === "failed";
const isOver = (update) => isEnded(update) && update.preview !== "making";

/** Calls `show` with each update of an analysis until `ends`; returns the last one, or null if it is deleted. */
async function follow(id, ends, show = () => {}) {
  let wait = 1000;
  for (;;) {
    if (streams < mostStreams) {
      const last = await stream(id, ends, show);
      if (last) return last;
    }
    await pause(wait);
    try {
      const response = await fetch(address(id), { cache: "no-store" });
      if (response.status === 404 || response.status === 410) return null;
      if (response.status === 401) { location.reload(); return null; }
      if (!response.ok) throw new Error(response.statusText);
      const analysis = await response.json();
      const update = { ...analysis, preview: analysis.result?.media.preview };
      show(update);
      if (ends(update)) return update;
      wait = 2000;
    } catch {
      wait = Math.min(wait * 2, 30000);
    }
  }
}

/** Follows by events; null if they fail or end too early. */
function stream(id, ends, show) {
  return new Promise((resolve) => {
    const source = new EventSource(address(id, "/events"));
    streams += 1;
    const close = (result) => { source.close(); streams -= 1; resolve(result); };
    source.addEventListener("update", (event) => {
      let update;
      try { update = JSON.parse(event.data); } catch { return; }
      show(update);
      if (ends(update)) close(update);
    });
    source.addEventListener("error", () => close(null), { once: true });
  });
}

const setShare = (progress, share) => {
  if (!progress) return;
  if (typeof share === "number") progress.value = share; else progress.removeAttribute("value");
};

// MARK: Uploads

/** The icon, word and probability of an outcome, in the server's markup. */
function badge(name, probability) {
  const all = byId("outcomes").content;
  const copy = all.querySelector(`.${CSS.escape(name)}`).cloneNode(true);
  if (typeof probability === "number") {
    // Beside other words, a bare number would be read as the probability of the word.
    const word = copy.classList.contains("fake") ? "" : " manipulated";
    copy.querySelector(".chance").textContent = percent(probability) + word;
  }
  return copy;
}

async function outcome(id) {
  const analysis = await (await fetch(address(id), { cache: "no-store" })).json();
  const finding = analysis.result?.finding;
  const name = analysis.state === "done" ? (finding?.verdict ?? "failed") : analysis.state;
  return badge(name.replace(" ", "-"), finding?.probability);
}

/** Sends a file; the answer has `status`, `body` and `retryAfter` in seconds. Status 0: no connection. */
function send(file, line) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/analyses");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) setShare(line.progress, event.loaded / event.total);
    });
    request.addEventListener("loadend", () => resolve({
      status: request.status, body: request.response ?? {},
      retryAfter: Number(request.getResponseHeader("Retry-After")) || 10,
    }));
    line.stop = () => { line.isStopped = true; request.abort(); };
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}

function makeLine(file) {
  const element = byId("upload-template").content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(name);
  const line = { element, progress: part("progress"), isStopped: false, stop() { line.isStopped = true; } };
  const button = part("button");
  line.status = (text, isBad = false) => {
    part(".status").textContent = text;
    part(".status").classList.toggle("bad", isBad);
  };
  line.end = () => { line.progress.hidden = true; button.hidden = true; };
  line.fail = (text) => { line.status(text, true); line.end(); say(`${file.name}: ${text}`); };
  line.link = (id) => {
    const link = document.createElement("a");
    link.href = `/analyses/${id}`;
    link.textContent = file.name;
    part(".name").replaceChildren(link);
  };
  line.show = (node) => part(".status").replaceChildren(node);
  part(".name").textContent = file.name;
  line.progress.setAttribute("aria-label", `Upload of ${file.name}`);
  button.setAttribute("aria-label", `Cancel the upload of ${file.name}`);
  button.addEventListener("click", () => line.stop());
  line.status("Waiting for the uploads before it");
  return line;
}

/** Uploads a file, and waits while the queue is full; returns its id in the API, or null. */
async function upload(file, line) {
  const most = Number(byId("file-input").dataset.maxBytes);
  if (most && file.size > most) return line.fail(`Larger than ${Math.floor(most / 1e6)} MB`);
  for (let attempt = 0; !line.isStopped; attempt += 1) {
    line.status("Uploading");
    const { status, body, retryAfter } = await send(file, line);
    if (status === 202 && body.id) return body.id;
    if (line.isStopped) break;
    if (status === 401) { location.assign("/login"); return null; }
    if (status === 429) {
      for (let left = retryAfter; left > 0 && !line.isStopped; left -= 1) {
        line.status(`The server is busy: next try in ${left} s`);
        await pause(1000);
      }
    } else if (status === 0 && attempt < 2) {
      line.status("No connection: next try in a moment");
      await pause(3000);
    } else {
      return line.fail(body.detail || body.title || "The server can’t be reached");
    }
  }
  line.status("Cancelled");
  line.end();
  return null;
}

/** Shows the progress of an uploaded file in a line. */
async function watch(id, line, file) {
  line.link(id);
  line.end();
  line.show(badge("queued"));
  const last = await follow(id, isEnded, (update) => {
    if (!isEnded(update)) line.show(badge(update.state));
  });
  if (!last) return line.status("Deleted");
  const node = await outcome(id);
  line.show(node);
  say(`${file.name}: ${node.textContent.trim()}`);
}

function startUploads() {
  const input = byId("file-input");
  if (!input) return;
  const zone = byId("drop-zone");
  const waiting = [];
  let isSending = false;
  let count = 0;

  async function sendAll() {
    if (isSending) return;
    isSending = true;
    // One after the other: two at a time would take as long, and the first answer would come later.
    while (waiting.length > 0) {
      const { file, line } = waiting.shift();
      const id = line.isStopped ? (line.status("Cancelled"), line.end(), null) : await upload(file, line);
      if (id && count === 1) {
        isSending = false;
        location.assign(`/analyses/${id}`);
        return;
      }
      if (id) watch(id, line, file).catch(() => {});
    }
    isSending = false;
  }

  function add(files) {
    for (const file of files) {
      const line = makeLine(file);
      byId("uploads").append(line.element);
      waiting.push({ file, line });
      count += 1;
    }
    if (count === 0) return;
    byId("uploads-section").hidden = false;
    sendAll();
  }

  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  byId("upload-form").addEventListener("submit", (event) => event.preventDefault());
  zone.addEventListener("click", (event) => {
    if (!event.target.closest("input, button, label")) input.click();
  });
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (isOn) => document.body.classList.toggle("dragging", isOn);
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) { event.preventDefault(); mark(true); }
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(false);
    add([...event.dataTransfer.files]);
  });
  addEventListener("beforeunload", (event) => { if (isSending) event.preventDefault(); });
}

function startHistory() {
  for (const entry of document.querySelectorAll("#history .entry")) {
    if (isEnded(entry.dataset)) continue;
    const show = (node) => entry.querySelector(".outcome").replaceWith(node);
    const { analysis: id } = entry.dataset;
    follow(id, isEnded, (update) => { if (!isEnded(update)) show(badge(update.state)); })
      .then(async (last) => {
        if (!last) return entry.remove();
        entry.dataset.state = last.state;
        show(await outcome(id));
      }).catch(() => {});
  }
}

// MARK: Deleting

/** Asks before a form deletes something; in the list, the entry is removed without a reload. */
function startDeleting() {
  const dialog = byId("delete-dialog");
  if (!dialog?.showModal) return;
  let form;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-confirm]")) return;
    event.preventDefault();
    form = event.target;
    byId("delete-name").textContent = form.dataset.confirm;
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "delete") return;
    const entry = form.closest(".entry");
    if (!entry) return form.submit();
    const response = await fetch(address(entry.dataset.analysis), { method: "DELETE" }).catch(() => null);
    if (response?.status !== 204) return form.submit();
    const next = entry.nextElementSibling ?? entry.previousElementSibling;
    entry.remove();
    say(`${form.dataset.confirm}: deleted`);
    (next?.querySelector("a") ?? byId("main")).focus();
  });
}

// MARK: The page of an analysis

/** Ends everything that belongs to a part of the page when that is replaced. */
let current = new AbortController();

async function startAnalysis() {
  const main = byId("main");
  if (main.dataset.page !== "analysis") return;
  startPlayer(current.signal).catch(() => {});
  const { analysis: id, state, preview } = main.dataset;
  const wasEnded = isEnded(main.dataset);
  if (wasEnded && preview !== "making") return;
  const last = await follow(id, wasEnded ? isOver : isEnded, showProgress);
  if (!last) return location.reload();
  await replace(wasEnded ? ["stage", "timelines", "pictures"] : ["main"]);
  if (!wasEnded && state !== byId("main").dataset.state) say(byId("main").dataset.summary);
  return startAnalysis();
}

function showProgress(update) {
  if (update.stage === "preview") setShare(byId("preview-progress"), update.share);
  const isQueued = update.state === "queued";
  const shown = document.querySelector("[aria-current=step]");
  if (!shown) return;
  // An update that was requested, rather than sent as an event, may have no stage: keep the shown one.
  if (!isQueued && !update.stage && shown.dataset.step !== "queued") return;
  const step = isQueued ? "queued" : update.stage === "judging" ? "judging" : "reading";
  const item = document.querySelector(`[data-step=${step}]`);
  let isPast = true;
  for (const other of item.parentElement.children) {
    if (other === item) isPast = false;
    other.classList.toggle("past", isPast);
    if (other === item) other.setAttribute("aria-current", "step"); else other.removeAttribute("aria-current");
  }
  const { position } = update;
  const suffix = !isQueued || !(position > 0) ? ""
    : position === 1 ? ": it is the next" : `: number ${position} in the queue`;
  // Written only if it changed, because screen readers read a live region after each change.
  const text = item.textContent + suffix;
  if (byId("status").textContent !== text) byId("status").textContent = text;
  setShare(byId("progress"), isQueued ? undefined : update.share);
}

/** Fetches the page again and replaces some of its elements; keeps the focus in the main part. */
async function replace(ids) {
  const text = await (await fetch(location.href, { cache: "no-store" })).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.getElementById(ids[0])) return location.reload();
  current.abort();
  current = new AbortController();
  localTimes(page);
  const focused = document.activeElement;
  const hadFocus = ids.some((id) => byId(id)?.contains(focused));
  for (const id of ids) byId(id)?.replaceWith(page.getElementById(id) ?? "");
  // If `main` itself was replaced, it isn't in `page` any more, and already has its data.
  Object.assign(byId("main").dataset, page.getElementById("main")?.dataset);
  document.title = page.title;
  if (hadFocus) byId("main").focus({ preventScroll: true });
}

// MARK: The player

// As in annotated videos, everything is interpolated between two judged pictures; during longer intervals
// without the face, nothing is drawn.
const colours = { real: "#0072b2", fake: "#c65102", "cannot tell": "#5f6368" };
const heatColours = { real: [0, 104, 179], fake: [226, 96, 0] };

/** The results for each face, by time. */
function readFaces({ finding, crops }, duration) {
  const cropsByFrame = new Map(crops.map((crop) => [`${crop.track}/${crop.frame}`, crop]));
  const pace = duration / Math.max(finding.video.frames, 1);
  return finding.faces.map((face) => ({
    name: finding.faces.length > 1 ? `Face ${face.track + 1}` : "",
    colour: colours[face.verdict],
    keys: face.frames.map((frame) => {
      const crop = cropsByFrame.get(`${face.track}/${frame.frame}`);
      return {
        time: frame.seconds ?? frame.frame * pace, box: frame.box, probability: frame.probability,
        transform: crop?.transform, side: crop?.side, map: crop?.heat && drawHeat(crop.heat),
      };
    }).sort((left, right) => left.time - right.time),
  }));
}

/** A small picture of a map: blue speaks for real, orange for manipulated; stronger values are more opaque. */
function drawHeat({ width, height, values }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  values.forEach((value, index) => {
    const colour = value > 0 ? heatColours.fake : heatColours.real;
    image.data.set([...colour, Math.min(Math.abs(value), 1) * 190], index * 4);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

const mix = (left, right, share) =>
  left && right ? left.map((value, index) => value + (right[index] - value) * share) : left ?? right;

/** Interpolated results for a face at a time; null if the face was not seen near it. */
function keyAt(keys, time, interval) {
  const next = keys.findIndex((key) => key.time >= time);
  const right = keys[next];
  const left = next < 0 ? keys.at(-1) : keys[next - 1];
  if (left && right && right.time - left.time <= 2.5 * interval) {
    const share = (time - left.time) / Math.max(right.time - left.time, 1e-9);
    const nearest = share < 0.5 ? left : right;
    const probability = mix([left.probability ?? NaN], [right.probability ?? NaN], share)[0];
    return {
      ...nearest, probability, box: mix(left.box, right.box, share),
      transform: mix(left.transform, right.transform, share),
    };
  }
  // Before the first judged picture and after the last one, its results are shown for a while.
  if (left && time - left.time <= (right ? interval / 2 : interval)) return left;
  if (right && right.time - time <= (left ? interval / 2 : interval)) return right;
  return null;
}

async function startPlayer(signal) {
  const video = byId("video");
  const media = video ?? byId("picture");
  const canvas = byId("overlay");
  if (!media || !canvas) return;
  const on = (target, names, action) => {
    for (const name of names.split(" ")) target?.addEventListener(name, action, { signal });
  };
  const fails = () => { byId("player-message").hidden = false; };
  on(media, "error", fails);
  if (media.error) fails();
  // The browser's own full screen has no boxes. On some phones it is the only one, and remains available.
  byId("fullscreen").hidden = !document.fullscreenEnabled;
  on(byId("fullscreen"), "click", () => {
    if (document.fullscreenElement) document.exitFullscreen(); else byId("player").requestFullscreen();
  });
  const moments = startMoments(video, on);

  const analysis = await (await fetch(address(byId("main").dataset.analysis), { signal })).json();
  const size = analysis.result.finding.video;
  const duration = size.seconds ?? video?.duration ?? 0;
  const faces = readFaces(analysis.result, Number.isFinite(duration) ? duration : 0);
  // Seconds between two judged pictures; not all pictures with a face are judged.
  const interval = video ? duration / Math.max(size.framesLookedAt, 1)
    * Math.max(size.framesWithFace / Math.max(size.framesJudged, 1), 1) : Infinity;
  const isOn = (id) => byId(id)?.getAttribute("aria-pressed") === "true";
  let shown = 0;

  function draw(time = shown) {
    shown = time;
    const { clientWidth: width, clientHeight: height } = canvas;
    const density = devicePixelRatio || 1;
    const columns = Math.round(width * density);
    const rows = Math.round(height * density);
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    const context = canvas.getContext("2d");
    // The media are centred in the canvas, as large as they fit.
    const scale = Math.min(width / size.width, height / size.height);
    const useMediaOrigin = () => context.setTransform(
      density, 0, 0, density, density * (width - size.width * scale) / 2,
      density * (height - size.height * scale) / 2);
    context.resetTransform();
    context.clearRect(0, 0, columns, rows);
    const found = faces.map((face) => ({ face, key: keyAt(face.keys, time, interval) })).filter(({ key }) => key);
    for (const { key } of isOn("heat-toggle") ? found : []) {
      if (!key.map || !key.transform) continue;
      const [a, b, x, y] = key.transform;
      useMediaOrigin();
      context.scale(scale, scale);
      context.transform(a, b, -b, a, x, y);
      context.imageSmoothingQuality = "high";
      context.drawImage(key.map, 0, 0, key.side, key.side);
    }
    useMediaOrigin();
    for (const { face, key } of isOn("boxes-toggle") ? found : []) drawBox(context, face, key, scale);
    moments.show(time, interval);
  }

  on(byId("heat-toggle"), "click", toggle);
  on(byId("boxes-toggle"), "click", toggle);
  function toggle(event) {
    const button = event.currentTarget;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    draw();
  }
  new ResizeObserver(() => { if (!signal.aborted) draw(); }).observe(canvas);
  if (!video) return;
  on(video, "timeupdate seeked loadeddata", () => draw(video.currentTime));
  if (!video.requestVideoFrameCallback) return;
  const next = (now, { mediaTime }) => {
    if (signal.aborted) return;
    draw(mediaTime);
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}

function drawBox(context, face, { box, probability }, scale) {
  const [left, top, right, bottom] = box.map((value) => value * scale);
  // A white outline around the colour, so that it is visible on any background.
  for (const [width, colour] of [[5, "rgb(255 255 255 / 80%)"], [3, face.colour]]) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.strokeRect(left, top, right - left, bottom - top);
  }
  const number = Number.isFinite(probability) ? percent(probability) : "–";
  const text = face.name ? `${face.name}: ${number}` : number;
  context.font = "600 14px system-ui, sans-serif";
  const width = context.measureText(text).width + 12;
  // Above the box, or within it if there is no room.
  const y = top >= 24 ? top - 24 : top;
  context.fillStyle = face.colour;
  context.fillRect(left - 2, y, width, 24);
  context.fillStyle = "#fff";
  context.fillText(text, left + 4, y + 17);
}

// MARK: Moments

/** Points and links that show a moment of the video. Each timeline is one tab stop. */
function startMoments(video, on) {
  const charts = [...document.querySelectorAll(".chart")].map((chart) => {
    const points = [...chart.querySelectorAll("a.moment")];
    const times = points.map((point) => Number(point.dataset.seconds));
    const choose = (index) => points.forEach((point, position) =>
      point.setAttribute("tabindex", position === index ? "0" : "-1"));
    choose(0);
    // On the parent, because Chromium makes a drawing that listens for focus a tab stop itself.
    on(chart.parentElement, "focusin", (event) =>
      choose(Math.max(points.indexOf(event.target.closest("a")), 0)));
    on(chart, "keydown", (event) => {
      const index = points.indexOf(document.activeElement);
      const target = {
        ArrowLeft: index - 1, ArrowDown: index - 1, ArrowRight: index + 1, ArrowUp: index + 1,
        Home: 0, End: points.length - 1,
      }[event.key];
      if (target === undefined || index < 0 || !points[target]) return;
      event.preventDefault();
      points[target].focus();
      if (video) video.currentTime = times[target];
    });
    return { points, times, head: chart.querySelector(".playhead"), end: Number(chart.dataset.end) };
  });
  on(document, "click", (event) => {
    const link = event.target.closest?.("a[data-seconds]");
    if (!video || !link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    video.pause();
    video.currentTime = Number(link.dataset.seconds);
    byId("player").scrollIntoView({ block: "nearest" });
  });
  return {
    show(time, interval) {
      for (const { points, times, head, end } of video ? charts : []) {
        const x = `${Math.min(time / end, 1) * 100}%`;
        head.setAttribute("x1", x);
        head.setAttribute("x2", x);
        head.setAttribute("visibility", "visible");
        const gaps = times.map((other) => Math.abs(other - time));
        const least = Math.min(...gaps);
        const nearest = least <= interval / 2 ? gaps.indexOf(least) : -1;
        points.forEach((point, index) => point.classList.toggle("now", index === nearest));
      }
    },
  };
}

localTimes(document);
startUploads();
startHistory();
startDeleting();
startAnalysis().catch(() => {});
