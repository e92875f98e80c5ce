// Gene set names for people: the same rule as the figures' (src/figure/set_name.rs), so that table and figure agree.

/** Words of the Hallmark names that stay in capitals; so does every word with a digit (IL6, E2F, PI3K). */
const CAPITALS = new Set(["TNFA", "NFKB", "JAK", "AKT", "MTOR", "KRAS", "MYC", "DNA", "UV", "TGF", "WNT", "DN", "UP", "ROS"]);

/** HALLMARK_TNFA_SIGNALING_VIA_NFKB as "TNFA signaling via NFKB"; other collections keep their letters. @param {string} set */
export function setName(set) {
  if (!set.startsWith("HALLMARK_")) return set.replaceAll("_", " ");
  return set.slice("HALLMARK_".length).split("_").map((word, at) => {
    if (CAPITALS.has(word) || /\d/.test(word)) return word;
    const lower = word.toLowerCase();
    return at === 0 ? lower.charAt(0).toUpperCase() + lower.slice(1) : lower;
  }).join(" ");
}
