// Requests of every kind, planted where none may get through: run inside a page or a worker.

/** Every way out that a script has, tried; each says what became of it. Runs in the page or in a worker. @param {string} origin */
export async function tryEverything(origin) {
  /** @type {Record<string, string>} */
  const said = {};
  const scope = /** @type {any} */ (globalThis);
  const away = (/** @type {string} */ how) => `${origin}planted-${how}?secret=TCGA-AA-0001`;
  const soon = (/** @type {(done: (word: string) => void) => void} */ work) => Promise.race([
    new Promise((resolve) => work(resolve)), new Promise((resolve) => setTimeout(() => resolve("nothing happened"), 1500))]);
  const attempt = async (/** @type {string} */ how, /** @type {() => any} */ work) => {
    try {
      said[how] = String(await work());
    } catch (error) {
      said[how] = `refused: ${/** @type {Error} */ (error).name}`;
    }
  };
  await attempt("fetch", () => fetch(away("fetch")).then(() => "went through"));
  await attempt("fetch-post", () => fetch(away("fetch-post"), { method: "POST", body: "secret", mode: "no-cors" }).then(() => "went through"));
  await attempt("fetch-abroad", () => fetch("http://127.0.0.1:9/planted", { mode: "no-cors" }).then(() => "went through"));
  await attempt("import", () => import(away("import.js")).then(() => "went through"));
  await attempt("xhr", () => soon((done) => {
    const request = new XMLHttpRequest();
    request.onload = () => done("went through");
    request.onerror = () => done("refused");
    request.open("GET", away("xhr"));
    request.send();
  }));
  await attempt("websocket", () => soon((done) => {
    const socket = new WebSocket(away("websocket").replace("http", "ws"));
    socket.onopen = () => done("went through");
    socket.onerror = () => done("refused");
  }));
  await attempt("eventsource", () => soon((done) => {
    const source = new EventSource(away("eventsource"));
    source.onopen = () => done("went through");
    source.onerror = () => { source.close(); done("refused"); };
  }));
  await attempt("worker", () => soon((done) => {
    const worker = new Worker(away("worker.js"), { type: "module" });
    worker.onerror = (event) => { event.preventDefault(); done("refused"); };
    worker.onmessage = () => done("went through");
  }));
  // A worker inside a worker, from a blob, must not be freer than the one that starts it.
  await attempt("nested", () => soon((done) => {
    const source = `fetch(${JSON.stringify(away("nested"))}).then(() => postMessage("went through"), () => postMessage("refused"));`;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => done(data);
  }));
  if (!scope.document) return said;
  await attempt("image", () => soon((done) => {
    const image = new Image();
    image.onload = () => done("went through");
    image.onerror = () => done("refused");
    image.src = away("image.png");
  }));
  await attempt("stylesheet", () => soon((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: away("sheet.css"), onload: () => done("went through"), onerror: () => done("refused") });
    document.head.append(link);
  }));
  await attempt("script", () => soon((done) => {
    document.head.append(Object.assign(document.createElement("script"), { src: away("script.js"), onload: () => done("went through"), onerror: () => done("refused") }));
  }));
  await attempt("frame", () => soon((done) => {
    const frame = Object.assign(document.createElement("iframe"), { src: away("frame.html") });
    document.body.append(frame);
    setTimeout(() => { frame.remove(); done("refused"); }, 300);
  }));
  // An empty frame's own fetch must be bound by the page's policy too.
  await attempt("blank-frame", async () => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    try {
      return await /** @type {any} */ (frame.contentWindow).fetch(away("blank-frame")).then(() => "went through");
    } finally {
      frame.remove();
    }
  });
  // Its return value is true even when it is blocked: the server's record tells.
  navigator.sendBeacon(away("beacon"), "secret");
  await new Promise((resolve) => setTimeout(resolve, 300));
  return said;
}
