"use strict";
// The page viewer: montage, gain and time base over the stretches packed into this file.
(function () {
  const store = JSON.parse(document.getElementById("eeg-data").textContent);
  const pages = store.pages, marks = store.events, colours = store.colours;
  const canvas = document.getElementById("eeg"), strip = document.getElementById("strip");
  const choose = (id) => document.getElementById(id);
  const CHAINS = [
    ["Fp1", "F7", "T3", "T5", "O1"], ["Fp2", "F8", "T4", "T6", "O2"],
    ["Fp1", "F3", "C3", "P3", "O1"], ["Fp2", "F4", "C4", "P4", "O2"], ["Fz", "Cz", "Pz"],
  ];
  const PX_PER_MM = 96 / 25.4;
  const index = {};
  store.channels.forEach((channel, k) => { if (!(channel.name in index)) index[channel.name] = k; });
  store.parts.forEach((part) => {
    const text = atob(part.data), bytes = new Uint8Array(text.length);
    for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
    part.samples = new Int16Array(bytes.buffer);
    part.length = part.samples.length / store.channels.length;
    part.data = null;
  });
  let at = store.parts[0].start_s;

  function side(name) {
    const digits = name.match(/\d+/g) || [];
    if (!digits.length || /z/i.test(name.split("-")[0])) return 0;
    return Number(digits[0]) % 2 ? -1 : 1;
  }

  function rows(montage) {
    const eeg = store.channels.map((c, k) => ({ ...c, k })).filter((c) => c.kind === "eeg");
    const others = store.channels.map((c, k) => ({ ...c, k })).filter((c) => c.kind !== "eeg");
    const made = [];
    if (montage === "banana") {
      CHAINS.forEach((chain) => {
        const links = [];
        for (let k = 0; k + 1 < chain.length; k++) {
          if (chain[k] in index && chain[k + 1] in index) {
            links.push({ name: chain[k] + "-" + chain[k + 1], plus: index[chain[k]], minus: [index[chain[k + 1]]] });
          }
        }
        if (links.length && made.length) links[0].gap = true;
        made.push(...links);
      });
    } else {
      const mean = montage === "average" ? eeg.filter((c) => !c.name.includes("-")).map((c) => c.k) : [];
      eeg.forEach((c) => made.push({ name: montage === "average" ? c.name + "-Av" : c.name, plus: c.k, minus: mean }));
    }
    others.forEach((c, k) => made.push({ name: c.name, plus: c.k, minus: [], kind: c.kind, gap: k === 0 }));
    return made;
  }

  function partAt(time) {
    return store.parts.find((part) => time >= part.start_s && time < part.stop_s) || store.parts[store.parts.length - 1];
  }

  function value(part, row, sample) {
    const plus = part.samples[row.plus * part.length + sample];
    if (plus === store.nothing) return NaN;
    let sum = 0, count = 0;
    for (const k of row.minus) {
      const minus = part.samples[k * part.length + sample];
      if (minus !== store.nothing) { sum += minus; count += 1; }
    }
    return (plus - (count ? sum / count : 0)) * store.step;
  }

  function clock(seconds) {
    const s = Math.floor(seconds % 60), m = Math.floor(seconds / 60) % 60, h = Math.floor(seconds / 3600);
    const two = (n) => String(n).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }

  function draw() {
    const span = Number(choose("base").value), gain = Number(choose("gain").value);
    const list = rows(choose("montage").value), part = partAt(at);
    const width = canvas.clientWidth, ratio = window.devicePixelRatio || 1, left = 68, top = 22, right = 8;
    const gaps = list.filter((row) => row.gap).length;
    const pitch = Math.max(17, Math.min(44, (760 - gaps * 9) / list.length));
    const height = top + pitch * list.length + gaps * 9 + 16;
    canvas.style.height = height + "px";
    canvas.width = width * ratio; canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const perSecond = (width - left - right) / span, x = (time) => left + (time - at) * perSecond;
    grid(pen, { span, left, top, width: width - right, height, x });
    const uvPerPx = gain / PX_PER_MM;
    let y = top + pitch / 2;
    list.forEach((row) => {
      if (row.gap) y += 9;
      trace(pen, { part, row, span, x, y, uvPerPx, fs: part.fs, pitch, left, right: width - right });
      y += pitch;
    });
    scaleBar(pen, { width: width - right, height, uvPerPx, perSecond });
    describe(part, span);
    drawStrip();
  }

  function grid(pen, box) {
    pen.font = "11px system-ui, sans-serif";
    for (let second = Math.ceil(at - 1e-6); second <= at + box.span + 1e-6; second++) {
      pen.strokeStyle = second % 5 === 0 ? "#cfd4dc" : "#eceef2";
      pen.beginPath(); pen.moveTo(box.x(second), box.top - 6); pen.lineTo(box.x(second), box.height - 14); pen.stroke();
      if (box.span <= 20 ? second % 1 === 0 : second % 5 === 0) {
        pen.fillStyle = "#8a909c"; pen.textAlign = "left"; pen.textBaseline = "bottom";
        pen.fillText(clock(second), box.x(second) + 2, box.top - 4);
      }
    }
    pen.save();
    pen.beginPath(); pen.rect(box.left, 0, box.width - box.left, box.height); pen.clip();
    marks.forEach((mark) => {
      const end = mark.start_s + mark.duration_s;
      if (end < at || mark.start_s > at + box.span) return;
      const colour = mark.kind === "seizure" ? "200,65,59" : mark.kind === "no_eeg" ? "138,144,156" : "185,122,26";
      if (mark.duration_s && mark.kind !== "annotation") {
        pen.fillStyle = `rgba(${colour},0.10)`;
        pen.fillRect(box.x(mark.start_s), box.top, (end - mark.start_s) * (box.x(at + 1) - box.x(at)), box.height);
      } else {
        pen.strokeStyle = `rgb(${colour})`; pen.setLineDash([3, 3]);
        pen.beginPath(); pen.moveTo(box.x(mark.start_s), box.top); pen.lineTo(box.x(mark.start_s), box.height); pen.stroke();
        pen.setLineDash([]);
      }
    });
    pen.restore();
  }

  function trace(pen, box) {
    const { part, row, fs, x, y } = box;
    pen.fillStyle = "#22262e"; pen.textAlign = "right"; pen.textBaseline = "middle"; pen.font = "11.5px system-ui, sans-serif";
    pen.fillText(row.name, box.left - 6, y);
    const first = Math.max(0, Math.floor((at - part.start_s) * fs));
    const last = Math.min(part.length, Math.ceil((at + box.span - part.start_s) * fs) + 1);
    const tone = { "-1": "#1f4e8c", "1": "#a8332e", "0": "#30363f" }[side(row.name)];
    const uvPerPx = row.kind ? box.uvPerPx * 5 : box.uvPerPx;
    pen.save();
    pen.beginPath(); pen.rect(box.left, 0, box.right - box.left, 1e5); pen.clip();
    pen.strokeStyle = row.kind ? "#6a6f78" : tone; pen.lineWidth = 0.9; pen.lineJoin = "round";
    pen.beginPath();
    let down = false;
    for (let sample = first; sample < last; sample++) {
      const uv = value(part, row, sample);
      if (Number.isNaN(uv)) { down = false; continue; }
      const px = x(part.start_s + sample / fs), limit = box.pitch * 3;
      const py = y + Math.max(-limit, Math.min(limit, uv / uvPerPx));  // negative is up, as EEG is read
      if (down) pen.lineTo(px, py); else pen.moveTo(px, py);
      down = true;
    }
    pen.stroke();
    pen.restore();
  }

  function scaleBar(pen, box) {
    const uv = [10, 20, 50, 100, 200, 500, 1000].find((n) => n / box.uvPerPx >= 22) || 1000;
    const px = uv / box.uvPerPx, x = box.width - 16, y = box.height - 22;
    pen.fillStyle = "rgba(255,255,255,0.85)"; pen.fillRect(x - 78, y - px - 6, 92, px + 24);
    pen.strokeStyle = "#22262e"; pen.lineWidth = 1.4;
    pen.beginPath(); pen.moveTo(x, y - px); pen.lineTo(x, y); pen.lineTo(x - Math.min(60, box.perSecond), y); pen.stroke();
    pen.fillStyle = "#22262e"; pen.textAlign = "right"; pen.textBaseline = "middle";
    pen.fillText(uv + " uV", x - 5, y - px / 2 - 2);
    pen.textBaseline = "top";
    pen.fillText(box.perSecond <= 60 ? "1 s" : (60 / box.perSecond).toFixed(1) + " s", x - 2, y + 3);
  }

  function describe(part, span) {
    const middle = at + span / 2;
    const page = pages.find((p) => at < p.stop_s && at >= p.start_s - 1e-6) || pages[pages.length - 1];
    const said = Object.entries(page.probabilities).filter((pair) => pair[1] !== null).sort((a, b) => b[1] - a[1]).slice(0, 3);
    const percent = (value) => (value === null ? "unknown" : Math.round(100 * value) + " %");
    const likely = said.map(([name, p]) => `${store.words[name]} ${percent(p)}`).join(", ") || "unknown";
    const rate = page.pattern_hz === null ? "" : `, ${page.pattern_hz.toFixed(2)} Hz`;
    choose("said").textContent = `${clock(at)} to ${clock(Math.min(at + span, part.stop_s))}. Page at ${clock(page.start_s)}: ` +
      `${likely}${rate}; suppressed ${percent(page.bsr)}, suppression probability ${percent(page.bsp)} ` +
      `(${percent(page.bsp_low)} to ${percent(page.bsp_high)}).`;
    const notes = marks.filter((m) => m.start_s <= middle + span / 2 && m.start_s + m.duration_s >= at);
    choose("notes").textContent = notes.slice(0, 4).map((m) => `${clock(m.start_s)} ${m.text}`).join(" | ");
  }

  function drawStrip() {
    const width = strip.clientWidth, ratio = window.devicePixelRatio || 1, height = 26;
    strip.width = width * ratio; strip.height = height * ratio;
    const pen = strip.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const x = (time) => (time / store.duration) * width;
    pages.forEach((page) => {
      const best = Object.entries(page.probabilities).reduce((a, b) => ((b[1] || 0) > (a[1] || 0) ? b : a), ["", 0]);
      pen.fillStyle = best[0] ? colours[best[0]] : "#fff";
      pen.fillRect(x(page.start_s), 0, Math.max(0.6, x(page.stop_s) - x(page.start_s)), 15);
    });
    pen.fillStyle = "#22262e";
    store.parts.forEach((part) => pen.fillRect(x(part.start_s), 17, Math.max(1.5, x(part.stop_s) - x(part.start_s)), 3));
    pen.beginPath(); pen.moveTo(x(at) - 5, 26); pen.lineTo(x(at) + 5, 26); pen.lineTo(x(at), 20); pen.fill();
  }

  function go(step) {
    const span = Number(choose("base").value), part = partAt(at), place = store.parts.indexOf(part);
    let next = at + step * span;
    if (step > 0 && next >= part.stop_s - 1e-6) next = (store.parts[place + 1] || { start_s: at }).start_s;
    if (step < 0 && next < part.start_s - 1e-6) {
      const before = store.parts[place - 1];
      next = at > part.start_s + 1e-6 || !before ? part.start_s : Math.max(before.start_s, before.stop_s - span);
    }
    at = next;
    draw();
  }

  strip.addEventListener("click", (event) => {
    const time = (event.offsetX / strip.clientWidth) * store.duration, span = Number(choose("base").value);
    const near = store.parts.reduce((a, b) => {
      const far = (part) => Math.max(part.start_s - time, time - part.stop_s, 0);
      return far(b) < far(a) ? b : a;
    });
    at = Math.max(near.start_s, Math.min(Math.floor(time / span) * span, near.stop_s - 1));
    draw();
  });
  ["montage", "gain", "base"].forEach((id) => choose(id).addEventListener("change", draw));
  choose("back").addEventListener("click", () => go(-1));
  choose("on").addEventListener("click", () => go(1));
  document.addEventListener("keydown", (event) => {
    if (event.target.tagName === "SELECT") return;
    if (event.key === "ArrowRight") go(1); else if (event.key === "ArrowLeft") go(-1); else return;
    event.preventDefault();
  });
  window.addEventListener("resize", draw);
  if (!rows("banana").some((row) => !row.kind)) {
    choose("montage").querySelector('[value="banana"]').remove();
    if (store.channels.every((c) => c.kind !== "eeg" || c.name.includes("-"))) choose("montage").querySelector('[value="average"]').remove();
  }
  draw();
})();
