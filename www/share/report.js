// @ts-check
// The report: one HTML file that needs nothing else. No script, every text escaped, its own policy, a style for paper.

/** @typedef {{title: string, svg: string}} ReportFigure the SVG as the engine writes it */
/** @typedef {{title: string, note?: string, head: string[], rows: string[][]}} ReportTable */
/**
 * @typedef {object} Report
 * @property {string} made when and with what, in words
 * @property {[string, string][]} cohort figures of the cohort
 * @property {string} verdict @property {string[]} cautions
 * @property {ReportFigure[]} figures @property {ReportTable[]} tables
 * @property {string[]} methods paragraphs
 * @property {string} config every parameter, as JSON
 * @property {string} command which makes the run again natively
 * @property {string[]} sources
 */

/** Text as HTML text or attribute. @param {string} text */
export const escape = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");

const STYLE = `
body { margin: 0 auto; padding: 32px; max-width: 1120px; font: 15px/24px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color: #1f2328; background: #fff; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
h1 { font-size: 28px; line-height: 36px; margin: 0 0 8px; } h2 { font-size: 20px; line-height: 28px; margin: 32px 0 8px; } h3 { font-size: 15px; margin: 16px 0 4px; }
p { margin: 8px 0; max-width: 80ch; } .quiet { color: #57606a; font-size: 13px; line-height: 20px; } .verdict { font-size: 19px; line-height: 28px; }
table { border-collapse: collapse; font-size: 13px; line-height: 20px; margin: 8px 0; } th, td { text-align: left; padding: 3px 16px 3px 0; border-bottom: 1px solid #dde1e5; vertical-align: top; } thead th { color: #57606a; font-weight: 500; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px 32px; } figure { margin: 0; } figure svg { max-width: 100%; height: auto; } .wide { overflow-x: auto; } .whole { grid-column: 1 / -1; }
pre { font: 12px/18px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; background: #f5f7f8; padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; } li { margin: 4px 0; max-width: 80ch; }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } figure, table, pre { break-inside: avoid; } h2 { break-after: avoid; } .figures { grid-template-columns: 1fr 1fr; } @page { margin: 16mm; } }
`;

/** The tags that the engine's drawings are made of; a report takes no other, and none that acts. */
const DRAWING = /^<\/?(svg|title|desc|g|text|circle|rect|line|polyline|polygon|path)\b[^<>]*>$/;
const ACTING = /\son\w+\s*=|javascript:|href|url\(/i;

/** @param {string} svg */
export const isDrawing = (svg) => svg.startsWith("<svg ") && (svg.match(/<[^>]*>?/g) ?? []).every((tag) => DRAWING.test(tag) && !ACTING.test(tag));

/** @param {Report} report @returns {string} */
export function reportHtml({ made, cohort, verdict, cautions, figures, tables, methods, config, command, sources }) {
  const cell = (/** @type {string} */ text) => `<td>${escape(text)}</td>`;
  const table = (/** @type {ReportTable} */ { title, note, head, rows }) => `<h3>${escape(title)}</h3>${note ? `<p class="quiet">${escape(note)}</p>` : ""}<div class="wide"><table><thead><tr>${head.map((text) => `<th scope="col">${escape(text)}</th>`).join("")}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}</tbody></table></div>`;
  const figure = (/** @type {ReportFigure} */ { title, svg }) => {
    if (!isDrawing(svg)) throw new Error(`The figure “${title}” holds more than a drawing and was not put into the report.`);
    // A heat map is as wide as the page.
    return `<figure${Number(/^<svg width="(\d+)"/.exec(svg)?.[1]) > 700 ? ' class="whole"' : ""}>${svg}</figure>`;
  };
  return `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>TwinPurify report</title><style>${STYLE}</style></head><body>
<h1>TwinPurify report</h1><p class="quiet">${escape(made)}</p>
<h2>Verdict</h2><p class="verdict">${escape(verdict)}</p>${cautions.length ? `<ul>${cautions.map((text) => `<li>${escape(text)}</li>`).join("")}</ul>` : ""}
<h2>Cohort</h2><table><tbody>${cohort.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th>${cell(value)}</tr>`).join("\n")}</tbody></table>
<h2>Figures</h2><div class="figures">${figures.map(figure).join("\n")}</div>
${tables.length ? `<h2>Tables</h2>${tables.map(table).join("\n")}` : ""}
<h2>Methods</h2>${methods.map((text) => `<p>${escape(text)}</p>`).join("")}
<h3>To make the run again</h3><p>Save this record of the run (files with their SHA-256, roles, corrections, parameters) as run.json beside the cohort’s folder, then:</p><pre>${escape(command)}</pre><pre>${escape(config)}</pre>
<h2>Sources</h2><ul>${sources.map((text) => `<li>${escape(text)}</li>`).join("")}</ul>
<p class="quiet">For research. No medical device, and no basis for the treatment of a patient.</p>
</body></html>
`;
}
