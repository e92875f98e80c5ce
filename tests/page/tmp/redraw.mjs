import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openPage } from "../harness.js";
const dir = process.argv[2];
const view = await openPage({ query: "blank.html", instead: { "/blank.html": fileURLToPath(new URL("../blank.html", import.meta.url)), ...Object.fromEntries(readdirSync(dir).map((f) => [`/data/${f}`, `${dir}/${f}`])) } });
const out = await view.page.evaluate(async (files) => {
  const cpu = await import("/engine/cpu/twinpurify.js"); await cpu.default();
  const engine = new cpu.Engine();
  for (const name of files) {
    const bytes = new Uint8Array(await (await fetch(`/data/${name}`)).arrayBuffer());
    const h = engine.beginFile(name);
    for (let at = 0; at < bytes.length; at += 1 << 22) engine.pushChunk(h, bytes.subarray(at, at + (1 << 22)));
    engine.endFile(h);
  }
  const { config } = engine.resolveConfig({ preset: "profile", epochs: 3, genes: 3000 });
  engine.beginTraining(config);
  for (;;) { const p = engine.step(8); if (p.finished) break; }
  const t = () => performance.now();
  let a = t(); engine.finishTraining(); const finish = t() - a;
  const rows = [];
  for (const s of [0, 3, 0, 1, 2, 3, 0, 3, 0]) {
    a = t(); engine.setStrength({ of: "purified", strength: s, kept: [] }); const set = t() - a;
    a = t(); engine.map({ kind: "pca", of: "purified" }); rows.push([s, set.toFixed(0), (t() - a).toFixed(0)]);
  }
  return { finish, rows, strength: engine.strength("purified") };
}, readdirSync(dir).filter((f) => /tsv|csv/.test(f)));
console.log(JSON.stringify(out));
await view.close();
