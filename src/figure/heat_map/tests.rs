use super::*;

#[test]
fn shapes_that_disagree_are_refused() {
    let (a, b) = (Array2::zeros((4, 2)), Array2::zeros((4, 3)));
    let refused = HeatMap::new(vec!["A".into(), "B".into()], b, a, None);
    assert!(matches!(refused, Err(FigureError::Length { what: "the raw panel", found: 3, expected: 2, .. })));
}

#[test]
fn every_sample_is_in_one_bin() {
    let n = 1_003;
    let z = Array2::from_shape_fn((n, 2), |(i, j)| (i * (j + 3) % 17) as f32);
    let map = HeatMap::new(vec!["A".into(), "B".into()], z.clone(), z, None).expect("shapes agree");
    let mut all: Vec<usize> = (0..350).flat_map(|b| map.bin(b, 350).to_vec()).collect();
    all.sort_unstable();
    assert_eq!(all, (0..n).collect::<Vec<_>>());
    assert!(map.caption(350).contains("mean of about 2.9 samples"));
    assert_eq!(commonest([3, 1, 1, 3].into_iter()), 3);
}
