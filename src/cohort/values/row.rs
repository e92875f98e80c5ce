//! The values of one gene, shared between the file they came from and the cohort until someone changes them.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// One value per sample. A clone costs nothing and is the same values; what is changed is copied first, if it is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Arc<[f32]>);

impl Deref for Row {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Row {
    fn deref_mut(&mut self) -> &mut [f32] {
        Arc::make_mut(&mut self.0)
    }
}

impl From<&[f32]> for Row {
    fn from(values: &[f32]) -> Self {
        Row(values.into())
    }
}

impl From<Vec<f32>> for Row {
    fn from(values: Vec<f32>) -> Self {
        Row(values.into())
    }
}

impl FromIterator<f32> for Row {
    fn from_iter<I: IntoIterator<Item = f32>>(values: I) -> Self {
        Row(values.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a Row {
    type Item = &'a f32;
    type IntoIter = std::slice::Iter<'a, f32>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a mut Row {
    type Item = &'a mut f32;
    type IntoIter = std::slice::IterMut<'a, f32>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// Gene blocks that a matrix is turned in: while one is written the read ones are given back.
const BLOCKS: usize = 16;

/// Samples × genes → genes × samples, without holding both: `rows` are cut shorter as their ends are written.
pub(in crate::cohort) fn turn(mut rows: Vec<Vec<f32>>) -> Vec<Row> {
    let width = rows.first().map_or(0, Vec::len);
    let block = width.div_ceil(BLOCKS).max(1);
    let mut turned = Vec::with_capacity(width);
    let mut end = width;
    while end > 0 {
        let from = end.saturating_sub(block);
        let gene = |gene: usize| rows.iter().map(|row| row.get(gene).copied().unwrap_or(f32::NAN)).collect();
        turned.extend((from..end).rev().map(gene));
        for row in &mut rows {
            row.truncate(from);
            row.shrink_to_fit();
        }
        end = from;
    }
    turned.reverse();
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_changed_here_alone() {
        let row = Row::from(vec![1.0, 2.0]);
        let mut other = row.clone();
        assert!(std::ptr::eq(row.as_ptr(), other.as_ptr()));
        other[1] = 5.0;
        other.iter_mut().for_each(|v| *v += 1.0);
        assert_eq!((&*row, &*other), (&[1.0, 2.0][..], &[2.0, 6.0][..]));
    }

    #[test]
    fn turning_keeps_every_value_at_its_place() {
        for (samples, genes) in [(0, 0), (1, 1), (3, 100), (50, 7)] {
            let rows: Vec<Vec<f32>> =
                (0..samples).map(|s| (0..genes).map(|g| (s * 1000 + g) as f32).collect()).collect();
            let turned = turn(rows);
            assert_eq!(turned.len(), genes);
            for (gene, row) in turned.iter().enumerate() {
                assert_eq!(row.to_vec(), (0..samples).map(|s| (s * 1000 + gene) as f32).collect::<Vec<_>>());
            }
        }
    }
}
