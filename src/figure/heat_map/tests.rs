use super::*;

#[test]
fn shapes_that_disagree_are_refused() {
    let (a, b) = (Array2::zeros((4, 2)), Array2::zeros((4, 3)));
    let refused = HeatMap::new(vec!["A".into(), "B".into()], b, a, None);
    assert!(matches!(refused, Err(FigureError::Length { what: "the raw panel", found: 3, expected: 2, .. })));
}

#[test]
fn strips_are_one_value_per_sample_and_stack_above_the_panels() {
    let z = Array2::from_shape_fn((6, 2), |(i, j)| (i * (j + 3) % 5) as f32);
    let mut map = HeatMap::new(vec!["A".into(), "B".into()], z.clone(), z, None).expect("shapes agree");
    let number = |n: usize| Colour::Number { label: "age".into(), values: vec![1.0; n], centred: false };
    assert!(matches!(map.annotate(vec![number(5)]), Err(FigureError::Length { found: 5, expected: 6, .. })));
    let top = |map: &HeatMap| map.cells(900, 400).expect("cells").panels[0][1];
    map.annotate(vec![number(6)]).expect("one per sample");
    let one = top(&map);
    let sides = Categories::new("side", vec!["l".into(), "r".into()], vec![0, 1, 0, 1, 0, -1]).expect("named");
    map.annotate(vec![number(6), Colour::None, Colour::Category(sides)]).expect("one per sample");
    assert_eq!(top(&map), one + (STRIP + 2.0) as f32);
    let cells = map.cells(900, 400).expect("cells");
    let mut samples = cells.samples.clone();
    samples.sort_unstable();
    assert_eq!((samples, cells.columns, cells.rows.len()), ((0..6).collect(), 6, 2));
    let texts = super::super::scene(&map, 900, 400, &Theme::LIGHT).expect("drawn").texts;
    assert_eq!(texts.iter().filter(|t| *t == "age").count(), 2, "beside the strip and in the legend: {texts:?}");
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
