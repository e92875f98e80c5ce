//! Pearson and Spearman correlation with ties and missing values.

/// Ranks from 1, ties sharing their average (scipy's `rankdata`, R's `rank`). Values must not be NaN.
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]).scan(0, |before, tied| {
        let first = *before;
        *before += tied.len();
        Some((first, tied))
    }) {
        let (first, members) = tied;
        let rank = first as f64 + (members.len() as f64 + 1.0) / 2.0;
        members.iter().for_each(|&i| ranks[i] = rank);
    }
    ranks
}

/// Pearson correlation of aligned values; `None` when either side is constant or has fewer than two values.
pub fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len().min(b.len());
    if n < 2 {
        return None;
    }
    let (a, b) = (&a[..n], &b[..n]);
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n as f64;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - ma) * (y - mb);
        aa += (x - ma) * (x - ma);
        bb += (y - mb) * (y - mb);
    }
    let r = ab / (aa.sqrt() * bb.sqrt());
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

/// Spearman's ρ over the pairs in which both values are finite; `None` when fewer than three such pairs remain or
/// either side is constant.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    let paired = a.iter().zip(b).filter(|(x, y)| x.is_finite() && y.is_finite());
    let (a, b): (Vec<f64>, Vec<f64>) = paired.map(|(x, y)| (*x, *y)).unzip();
    if a.len() < 3 { None } else { pearson(&average_ranks(&a), &average_ranks(&b)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_average_rank() {
        assert_eq!(average_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        assert_eq!(average_ranks(&[0.0, -0.0]), [1.5, 1.5]);
        assert!(average_ranks(&[]).is_empty());
    }

    #[test]
    fn missing_pairs_are_left_out_and_constants_have_no_correlation() {
        let rho = spearman(&[1.0, 2.0, f64::NAN, 4.0, 5.0], &[2.0, 4.0, 9.0, 8.0, f64::NAN]).unwrap();
        assert!((rho - 1.0).abs() < 1e-12);
        assert_eq!(spearman(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
    }
}
