/* The command-centre wall. It draws the snapshot that came with the page, then asks for a new one every few seconds: 304 while
   nothing has changed. Nothing is reloaded; numbers change in their places. When the server does not answer, or the session has
   ended, it says so, keeps the last numbers (dimmed, with their time) and goes on asking until it is answered again. */
(() => {
  "use strict";

  const EVERY = 5000, SLOWLY = 15000, PATIENCE = 8000, DAY = 1440;
  const frame = document.querySelector("[data-wall]");
  const word = frame.dataset;
  const find = (name) => frame.querySelector(`[data-${name}]`);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const number = new Intl.NumberFormat("zh-CN");
  const drawn = {};
  let data = JSON.parse(document.getElementById("wall-data").textContent);
  let offset = Date.parse(word.now) - Date.now();
  let tag = "", timer = 0, asking = null;

  // --- small tools --------------------------------------------------------------------------------------------------------

  function text(node, words) {
    const said = String(words);
    if (node.textContent !== said) node.textContent = said;
  }

  function element(name, css, words) {
    const made = document.createElement(name);
    if (css) made.className = css;
    if (words !== undefined) made.textContent = words;
    return made;
  }

  /* Rows are made anew only when what they say has changed. */
  function rows(name, content, make) {
    const said = JSON.stringify(content);
    if (drawn[name] === said) return;
    drawn[name] = said;
    const place = find(name);
    place.replaceChildren(...content.map(make));
    fit(place);
  }

  /* What is too wide for its place is written smaller; a name is broken into lines before it becomes too small. Nothing is cut. */
  function fit(within) {
    for (const node of within.querySelectorAll("[data-fit]")) shrink(node);
    if (within.matches("[data-fit]")) shrink(within);
    const row = within.closest("[data-even]");
    for (const each of row ? [row] : within.querySelectorAll("[data-even]")) even(each);
  }

  /* Numbers side by side are of one size, that of the longest. */
  function even(row) {
    const numbers = [...row.querySelectorAll('[data-fit="number"]')];
    const size = Math.min(...numbers.map((node) => parseFloat(getComputedStyle(node).fontSize)));
    for (const node of numbers) node.style.fontSize = `${size}px`;
  }

  const LEAST = { name: 0.7, label: 0.45, number: 0.3 };

  function shrink(node) {
    node.style.fontSize = "";
    node.classList.remove("wall-wrapped");
    const full = parseFloat(getComputedStyle(node).fontSize), least = LEAST[node.dataset.fit];
    for (let share = 1; share >= least && node.scrollWidth > node.clientWidth; share -= 0.05) {
      node.style.fontSize = `${full * share}px`;
    }
    if (node.dataset.fit === "name") node.classList.toggle("wall-wrapped", node.scrollWidth > node.clientWidth);
  }

  function fitted(kind, css, words) {
    const made = element("span", css, words);
    made.dataset.fit = kind;
    return made;
  }

  // --- the parts ----------------------------------------------------------------------------------------------------------

  function draw() {
    text(find("name"), data.name);
    fit(frame.querySelector(".wall-title"));
    text(find("date"), data.day.date);
    text(find("weekday"), data.day.weekday);
    text(find("note"), data.day.note);
    figure("count", data.contacts.count);
    find("compared").dataset.compared = data.contacts.compared.way;
    text(find("sign"), data.contacts.compared.sign);
    text(find("usual"), data.contacts.compared.words);
    rows("kinds", data.contacts.kinds, counted);
    rows("done", data.done, counted);
    for (const name of ["late", "today", "soon"]) {
      figure(name, data.due[name]);
      find(name).parentElement.classList.toggle("wall-none", data.due[name] === 0);
    }
    // Shown before it is filled: what is hidden has no width to fit into.
    find("owing-empty").hidden = data.owing.length > 0;
    frame.querySelector(".wall-owing").hidden = data.owing.length === 0;
    rows("owing", data.owing, owing);
    find("tiles").style.setProperty("--columns", Math.max(...data.tiles.map((t) => t.column)));
    find("tiles").style.setProperty("--rows", Math.max(...data.tiles.map((t) => t.row)));
    rows("tiles", data.tiles, tile);
    rows("subjects", data.subjects, subject);
    find("subjects-empty").hidden = data.subjects.length > 0;
    const unsorted = frame.querySelector(".wall-unsorted");
    unsorted.hidden = data.unsorted === 0;
    figure("unsorted", data.unsorted);
    fit(unsorted);
    rows("matters", data.matters || [], matter);
    find("matters-empty").hidden = data.matters === null || data.matters.length > 0;
    find("matters-refused").hidden = data.matters !== null;
    rows("rates", data.rates.rows, rate);
    text(find("rates-as-of"), data.rates.as_of ? `${word.wordRates} ${data.rates.as_of}` : "");
    course();
  }

  function figure(name, count) {
    const place = find(name), said = number.format(count);
    if (place.textContent === said) return;
    const changed = place.textContent !== "";
    place.textContent = said;
    fit(place);
    if (changed && !still) place.animate([{ color: "#fff" }, {}], { duration: 1200, easing: "ease-out" });
  }

  function counted(item) {
    const made = element("li");
    made.append(fitted("label", "wall-label", item.label), fitted("number", "wall-number", number.format(item.count)));
    return made;
  }

  function owing(item) {
    const made = element("tr"), name = element("th");
    name.scope = "row";
    name.append(fitted("name", "wall-place", item.name));
    made.append(name);
    for (const kind of ["late", "today", "soon"]) {
      made.append(element("td", item[kind] ? `wall-${kind}` : "wall-zero", number.format(item[kind])));
    }
    return made;
  }

  function tile(item) {
    const made = element("li", `wall-tile wall-shade-${item.shade}${item.hot ? " wall-hot" : ""}`);
    made.style.gridRow = item.row;
    made.style.gridColumn = item.column;
    const count = fitted("number", "wall-tile-count", number.format(item.count));
    const lamps = fitted("number", "wall-tile-lamps");
    if (item.late) lamps.append(lamp("late", "●", word.wordLate, item.late));
    if (item.today) lamps.append(lamp("today", "◆", word.wordDue, item.today));
    made.append(fitted("name", "wall-tile-name", item.name), count, lamps);
    if (item.hot) {
      const mark = element("b", "wall-hot-mark", "▲");
      mark.append(element("span", "visually-hidden", word.wordHot));
      count.before(mark);
    }
    return made;
  }

  function lamp(kind, sign, words, count) {
    const made = element("span", `wall-${kind}`);
    const mark = element("b", "", sign);
    mark.setAttribute("aria-hidden", "true");
    made.append(mark, element("span", "visually-hidden", words), number.format(count));
    return made;
  }

  function subject(item) {
    const made = element("li"), bar = element("span", "wall-meter");
    bar.style.setProperty("--share", `${item.share}%`);
    made.append(fitted("name", "wall-label", item.label), bar, element("span", "wall-number", number.format(item.count)));
    return made;
  }

  function matter(item) {
    const made = element("li"), title = fitted("name", "wall-matter", item.subject);
    if (item.words) title.append(element("span", "wall-matter-words", item.words));
    const people = element("span", "wall-number");
    if (item.growing) {
      const trend = element("span", "wall-trend", "▲");
      trend.append(element("span", "visually-hidden", word.wordGrowing));
      people.append(trend);
    }
    people.append(number.format(item.people), element("small", "", word.wordPeople));
    made.append(title, fitted("name", "wall-where", item.places), people);
    return made;
  }

  function rate(item) {
    const made = element("li"), bar = element("span", "wall-meter");
    bar.style.setProperty("--share", `${item.share ?? 0}%`);
    made.append(fitted("name", "wall-label", item.label), element("span", "wall-number", item.value), bar);
    return made;
  }

  // --- the curve ----------------------------------------------------------------------------------------------------------

  let chart = null;

  function course() {
    const { now, step, minutes, usual, days } = data.course;
    let total = 0;
    const line = [[0, 0]], bars = Array.from({ length: DAY / step }, (_, n) => [n * step + step / 2, 0]);
    for (const [minute, count] of minutes) {
      if (minute > 0) line.push([minute, total]);
      total += count;
      line.push([minute, total]);
      bars[Math.floor(minute / step)][1] += count;
    }
    line.push([Math.max(now, line[line.length - 1][0]), total]);
    // Every half hour is enough of a curve that is an average.
    const points = usual.map((sum, n) => [(n + 1) * step, sum]).filter(([minute]) => minute % 30 === 0);
    const ordinary = points.length ? [[0, 0], ...points] : [];
    text(find("usual-key"), word.wordUsual.replace("{n}", days));
    frame.querySelector(".wall-course").classList.toggle("wall-no-usual", !days);
    table(line, ordinary, now);
    if (!chart) {
      chart = window.echarts.init(find("course"), null, { renderer: "svg" });
      new ResizeObserver(() => { chart.resize(); course(); }).observe(find("course"));
    }
    chart.setOption(curve(line, ordinary, bars, now));
  }

  function curve(line, ordinary, bars, now) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const words = { color: "#a9bad2", fontSize: 1.5 * rem, fontFamily: getComputedStyle(document.body).fontFamily };
    const tall = Math.max(10, line[line.length - 1][1], ordinary.length ? ordinary[ordinary.length - 1][1] : 0);
    const hours = {
      type: "value", min: 0, max: DAY, interval: 180, splitLine: { show: false },
      axisLine: { lineStyle: { color: "#33486a" } }, axisTick: { show: false },
    };
    const side = { left: 4.2 * rem, right: 2.2 * rem };
    const last = line[line.length - 1];
    return {
      animation: !still, animationDuration: 0, animationDurationUpdate: 600,
      aria: { enabled: true },
      grid: [{ ...side, top: 0.8 * rem, bottom: 5.4 * rem }, { ...side, height: 2.8 * rem, bottom: 2.2 * rem }],
      xAxis: [
        { ...hours, gridIndex: 0, axisLabel: { show: false } },
        { ...hours, gridIndex: 1, axisLabel: { ...words, formatter: (m) => `${String(m / 60).padStart(2, "0")}:00` } },
      ],
      yAxis: [
        {
          gridIndex: 0, type: "value", min: 0, max: Math.ceil(tall * 1.08), splitNumber: 4, minInterval: 1,
          axisLabel: { ...words, showMaxLabel: false }, splitLine: { lineStyle: { color: "#1c2b45" } },
        },
        { gridIndex: 1, type: "value", min: 0, max: Math.max(3, ...bars.map((b) => b[1])), show: false },
      ],
      series: [
        {
          name: word.wordUsual.replace("{n}", data.course.days), type: "line", data: ordinary, symbol: "none", silent: true,
          lineStyle: { color: "#c3d0e4", width: 0.16 * rem, type: [0.5 * rem, 0.4 * rem] },
        },
        {
          name: word.wordToday, type: "line", data: line, symbol: "none", silent: true,
          lineStyle: { color: "#58b2ff", width: 0.3 * rem, cap: "round", join: "round" },
          areaStyle: {
            color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1,
              colorStops: [{ offset: 0, color: "rgba(88,178,255,.38)" }, { offset: 1, color: "rgba(88,178,255,.04)" }] },
          },
          markPoint: {
            silent: true, symbol: "circle", symbolSize: 0.9 * rem, label: { show: false },
            itemStyle: { color: "#fff", borderColor: "#58b2ff", borderWidth: 0.25 * rem }, data: [{ coord: last }],
          },
          markLine: {
            silent: true, symbol: "none", label: { show: false }, lineStyle: { color: "#4b6390", width: 0.08 * rem, type: "solid" },
            data: [{ xAxis: now }],
          },
        },
        {
          name: word.wordSlot, type: "bar", data: bars, xAxisIndex: 1, yAxisIndex: 1, silent: true, barWidth: 0.45 * rem,
          itemStyle: { color: "#3f86d6" },
        },
      ],
    };
  }

  /* The curve as a table, hour by hour, for those who do not see it. */
  function table(line, ordinary, now) {
    const by = (points, minute) => points.reduce((sum, [m, n]) => (m <= minute ? n : sum), 0);
    const found = [];
    for (let minute = 60; minute - 60 <= now && minute <= DAY; minute += 60) {
      const until = Math.min(minute, now);
      const name = `${String(Math.floor(until / 60)).padStart(2, "0")}:${String(until % 60).padStart(2, "0")}`;
      found.push([name, by(line, until), ordinary.length ? Math.round(by(ordinary, until)) : "—"]);
    }
    rows("course-rows", found, (cells) => {
      const made = element("tr"), head = element("th", "", cells[0]);
      head.scope = "row";
      made.append(head, ...cells.slice(1).map((cell) => element("td", "", cell)));
      return made;
    });
  }

  // --- clock and connection -------------------------------------------------------------------------------------------------

  const hour = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });

  function tick() {
    const said = hour.format(Date.now() + offset);
    text(find("clock"), said.slice(0, 5));
    text(find("seconds"), said.slice(5));
    setTimeout(tick, 1000 - ((Date.now() + offset) % 1000));
  }

  function asOf() {
    return hour.format(Date.parse(data.at));
  }

  function well() {
    text(find("as-of"), `${word.wordAsOf} ${asOf()}`);
    find("trouble").hidden = true;
    frame.classList.remove("wall-stale");
  }

  function trouble(words, login) {
    text(find("trouble-words"), `${words} ${asOf()}`);
    const way = find("login");
    way.hidden = !login;
    way.href = `${way.pathname}?next=${encodeURIComponent(location.pathname + location.search)}`;
    find("trouble").hidden = false;
    frame.classList.add("wall-stale");
  }

  async function ask() {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = new AbortController();
    const patience = setTimeout(() => asking.abort(), PATIENCE);
    let wait = EVERY;
    try {
      // A session that has ended answers with the way to the login page: not followed, but said.
      const answer = await fetch(word.url, {
        headers: tag ? { "If-None-Match": tag } : {}, redirect: "manual", cache: "no-store", signal: asking.signal,
      });
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        trouble(word.wordEnded, true);
        wait = SLOWLY;
      } else if (answer.status === 403 || answer.status === 404) {
        trouble(word.wordRefused, true);
        wait = SLOWLY;
      } else if (answer.status === 200 || answer.status === 304) {
        offset = Date.parse(answer.headers.get("Jiesu-Now")) - Date.now();
        const at = answer.headers.get("Jiesu-At");
        // Another web process may have read its numbers a moment before: time does not run back on a wall.
        const back = Date.parse(data.at) - Date.parse(at), older = back > 0 && back < 60000;
        if (answer.status === 200 && !older) {
          const fresh = await answer.json();
          if (fresh.build !== data.build) return location.reload();
          tag = answer.headers.get("ETag");
          data = { ...fresh, at };
          draw();
        }
        if (!older) data.at = at;
        well();
      } else {
        trouble(word.wordLost, false);
      }
    } catch {
      trouble(word.wordLost, false);
    } finally {
      clearTimeout(patience);
      asking = null;
      timer = setTimeout(ask, wait);
    }
  }

  document.addEventListener("visibilitychange", ask);
  window.addEventListener("online", ask);

  // --- the screen -----------------------------------------------------------------------------------------------------------

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen?.();
  }

  find("full-screen").addEventListener("click", fullScreen);
  find("region").addEventListener("change", (event) => event.target.form.submit());
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("select, input");
    if (event.key.toLowerCase() === "f" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) fullScreen();
  });

  /* A screen nobody touches shows neither pointer nor buttons, and does not go dark by itself where the browser lets us ask. */
  let idle = 0;
  function touched() {
    frame.classList.remove("wall-idle");
    clearTimeout(idle);
    idle = setTimeout(() => frame.classList.add("wall-idle"), 4000);
  }
  for (const name of ["pointermove", "keydown", "focusin"]) document.addEventListener(name, touched);
  const awake = () => { if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
  document.addEventListener("visibilitychange", awake);

  let resized = 0;
  window.addEventListener("resize", () => { cancelAnimationFrame(resized); resized = requestAnimationFrame(() => fit(frame)); });

  draw();
  well();
  tick();
  touched();
  awake();
  fit(frame);
  document.fonts?.ready.then(() => fit(frame));
  timer = setTimeout(ask, EVERY);
})();
