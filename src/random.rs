//! Every random draw of the project, by purpose and index, from the one seed in the configuration.
//!
//! A stream belongs to a purpose and an index (a step, an epoch, a layer), so that nothing of a generator's state has
//! to be saved: a run resumed at step 700 draws what the uninterrupted run drew there.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Which normals are held out.
    HoldOut = 1,
    /// Initial weights; index = parameter.
    Initialisation = 2,
    /// Order of the tumours; index = epoch.
    Batches = 3,
    /// Normals and fractions mixed in; index = step.
    Mixing = 4,
    /// Gene noise and dropping; index = step.
    Noise = 5,
    /// Views of the closed form; index = view.
    ClosedForm = 6,
    /// Views that the contamination axis is found in; index = view.
    ContaminationAxis = 9,
    /// Folds of cross-validation; index = repeat.
    Folds = 11,
    /// Folds of the genes outside the training set.
    Expression = 12,
}

/// The generator of one purpose and index under a seed.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Xoshiro256PlusPlus {
    // `seed_from_u64` spreads its word with SplitMix64; the odd constants keep (purpose, index) pairs apart.
    let word = seed
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((purpose as u64).wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(index.wrapping_mul(0x8CB9_2BA7_2F3D_8DD7));
    Xoshiro256PlusPlus::seed_from_u64(word)
}
