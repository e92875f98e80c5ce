//! How a form shows each field of the configuration: its symbol in docs/method.md, its range and what moving it does.

use serde::Serialize;

/// How one parameter is shown: its symbol in docs/method.md, its range and what moving it does.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// Field of [`Config`](super::Config).
    pub key: &'static str,
    /// Short name.
    pub label: &'static str,
    /// Symbol in docs/method.md, or empty.
    pub symbol: &'static str,
    /// `integer`, `number`, `widths` or `boolean`.
    pub kind: &'static str,
    /// Smallest and largest value a form should offer.
    pub min: f64,
    /// See `min`.
    pub max: f64,
    /// Step of a number field.
    pub step: f64,
    /// One line: what it does.
    pub consequence: &'static str,
}

/// All parameters in the order a person meets them.
pub fn parameters() -> Vec<Parameter> {
    let p = |key, label, symbol, kind, (min, max, step), consequence| Parameter {
        key,
        label,
        symbol,
        kind,
        min,
        max,
        step,
        consequence,
    };
    vec![
        p(
            "seed",
            "Seed",
            "",
            "integer",
            (0.0, 9_007_199_254_740_991.0, 1.0),
            "Same seed, same result; another seed shows the spread.",
        ),
        p(
            "genes",
            "Genes",
            "G",
            "integer",
            (0.0, 20_000.0, 100.0),
            "Most variable genes used; 0 uses all. More genes take longer.",
        ),
        p(
            "epochs",
            "Epochs",
            "",
            "integer",
            (0.0, 2000.0, 10.0),
            "Passes over the tumours; 0 makes 1,000 steps of them (2,000 for a linear encoder), never under 100.",
        ),
        p(
            "batch",
            "Batch",
            "B",
            "integer",
            (0.0, 1024.0, 1.0),
            "Tumours per step; 0 chooses 128, or 32 under 200 tumours.",
        ),
        p(
            "dim",
            "Bottleneck width",
            "d",
            "integer",
            (0.0, 512.0, 1.0),
            "0 chooses n / 6 between 8 and 128 (n − 1 where the profile is read). Read itself and near n, tumours are told apart but biology is lost.",
        ),
        p(
            "hidden",
            "Hidden widths",
            "",
            "widths",
            (0.0, 8192.0, 1.0),
            "Empty is a linear encoder, whose gene loadings can be read.",
        ),
        p(
            "profile",
            "Read the purified profile",
            "",
            "boolean",
            (0.0, 1.0, 1.0),
            "The embedding is the purified profile, gene by gene; off reads the bottleneck, d wide.",
        ),
        p(
            "rawShare",
            "Raw share",
            "ω",
            "number",
            (0.0, 1.0, 0.1),
            "Share of the raw profile, its contamination axis taken out, in the purified profile that is read.",
        ),
        p("skip", "Linear skip", "", "boolean", (0.0, 1.0, 1.0), "Adds a linear path beside the hidden layers."),
        p(
            "projector",
            "Projector widths",
            "p",
            "widths",
            (0.0, 8192.0, 1.0),
            "0 is 2 d. Empty puts the loss on the embedding: purity dominates less, neighbourhoods suffer.",
        ),
        p(
            "barlow",
            "Barlow Twins weight",
            "β",
            "number",
            (0.0, 10.0, 0.1),
            "1 is the method; 0 is an auto-encoder, for comparison.",
        ),
        p(
            "lambda",
            "Redundancy weight",
            "λ",
            "number",
            (0.0, 1.0, 0.001),
            "Higher spreads the embedding over more dimensions.",
        ),
        p(
            "rho",
            "Reconstruction weight",
            "ρ",
            "number",
            (0.0, 10.0, 0.1),
            "0 is pure Barlow Twins; 1 keeps subtype structure and gives purified expression.",
        ),
        p(
            "mixing",
            "Largest normal fraction",
            "a_max",
            "number",
            (0.0, 0.99, 0.05),
            "How much normal tissue a view may hold. 0 switches purification off.",
        ),
        p(
            "noise",
            "Gene noise",
            "ε",
            "number",
            (0.0, 2.0, 0.05),
            "Keeps the encoder from leaning on genes that hardly vary.",
        ),
        p("drop", "Gene dropping", "drop", "number", (0.0, 0.9, 0.05), "Share of genes hidden from each view."),
        p("learningRate", "Learning rate", "", "number", (1e-5, 0.1, 1e-4), "Peak of the warm-up and cosine schedule."),
        p("warmUp", "Warm-up epochs", "", "integer", (0.0, 100.0, 1.0), "Epochs of rising learning rate."),
        p("weightDecay", "Weight decay", "", "number", (0.0, 0.1, 1e-4), "On matrices only."),
        p("clip", "Gradient clip", "", "number", (0.1, 1000.0, 1.0), "Largest norm of the whole gradient."),
        p(
            "heldOut",
            "Normals held out",
            "",
            "number",
            (0.0, 0.8, 0.05),
            "Share of normals kept for the identity test; none under ten normals.",
        ),
    ]
}
