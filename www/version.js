/** The version that is hosted: scripts/build/offline.py writes it, beside sw.js. Empty while there is no sw.js. */
export const VERSION = "";
