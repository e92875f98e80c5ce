use super::*;
use rand_distr::StandardNormal;

/// Three clusters of `size` samples, 20 wide, centres far apart.
fn clusters(size: usize, width: usize) -> (Array2<f32>, Vec<usize>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let labels: Vec<usize> = (0..3 * size).map(|i| i % 3).collect();
    let data = Array2::from_shape_fn((3 * size, width), |(i, j)| {
        let noise: f32 = StandardNormal.sample(&mut rng);
        noise + if j % 3 == labels[i] { 6.0 } else { 0.0 }
    });
    (data, labels)
}

#[test]
fn separated_clusters_stay_separated() {
    let (data, labels) = clusters(60, 20);
    for metric in [Metric::Cosine, Metric::Euclidean] {
        let map = umap(&data, &UmapOptions { metric, ..UmapOptions::default() }).unwrap();
        let near = nearest_neighbours(&map, 10, Metric::Euclidean).unwrap();
        let pure = near.indices.indexed_iter().filter(|((i, _), j)| labels[*i] == labels[**j]).count();
        assert_eq!(pure, near.indices.len(), "{metric:?}");
    }
}

#[test]
fn the_nearest_of_one_are_those_of_all() {
    let (data, _) = clusters(20, 12);
    for metric in [Metric::Cosine, Metric::Euclidean] {
        let all = nearest_neighbours(&data, 10, metric).unwrap();
        for sample in [0, 31, 59] {
            let near = nearest_to(&data, sample, 10, metric).unwrap();
            assert_eq!(near.iter().map(|n| n.0).collect::<Vec<_>>(), all.indices.row(sample).to_vec(), "{metric:?}");
            for (found, expected) in near.iter().zip(all.distances.row(sample)) {
                assert!((found.1 - expected).abs() < 1e-4 * expected.max(1.0), "{metric:?}");
            }
        }
        assert_eq!(nearest_to(&data, 60, 10, metric), Err(ReadoutError::NoSample { asked: 60, samples: 60 }));
        assert_eq!(nearest_to(&data, 0, 500, metric).unwrap().len(), 59);
    }
}

#[test]
fn one_seed_is_one_map() {
    let (data, _) = clusters(30, 12);
    let draw = |seed| umap(&data, &UmapOptions { seed, epochs: Some(100), ..UmapOptions::default() }).unwrap();
    let bits = |map: &Array2<f32>| map.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&draw(3)), bits(&draw(3)));
    assert_ne!(bits(&draw(3)), bits(&draw(4)));
}

#[test]
fn a_curved_sheet_keeps_its_neighbourhoods() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut data = Array2::zeros((400, 16));
    for mut row in data.rows_mut() {
        let (u, v): (f32, f32) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
        for (j, cell) in row.iter_mut().enumerate() {
            let noise: f32 = StandardNormal.sample(&mut rng);
            *cell = (u * (j as f32 * 0.3).cos() + v * (j as f32 * 0.7).sin()).tanh() + 0.05 * noise;
        }
    }
    let map = umap(&data, &UmapOptions { metric: Metric::Euclidean, ..UmapOptions::default() }).unwrap();
    let kept = trustworthiness(&data, Metric::Euclidean, &map, 15).unwrap();
    assert!(kept > 0.95, "{kept}");
    let mut shuffled = map.clone();
    for i in 0..400 {
        shuffled.row_mut(i).assign(&map.row((i * 149) % 400));
    }
    assert!(trustworthiness(&data, Metric::Euclidean, &shuffled, 15).unwrap() < 0.6);
}

#[test]
fn neighbours_are_exact() {
    let (data, _) = clusters(100, 7);
    let found = nearest_neighbours(&data, 5, Metric::Euclidean).unwrap();
    for i in [0, 17, 255, 256, 299] {
        let distance = |j: usize| (&data.row(i) - &data.row(j)).mapv(|v| v * v).sum().sqrt();
        let mut others: Vec<usize> = (0..300).filter(|j| *j != i).collect();
        others.sort_by(|a, b| distance(*a).total_cmp(&distance(*b)));
        assert_eq!(found.indices.row(i).to_vec(), others[..5]);
        assert!((found.distances[[i, 4]] - distance(others[4])).abs() < 1e-3);
    }
}

#[test]
fn odd_data_give_a_finite_map() {
    let options = UmapOptions { epochs: Some(20), ..UmapOptions::default() };
    for data in [Array2::ones((30, 4)), Array2::ones((1, 4)), Array2::from_shape_fn((3, 2), |(i, j)| (i + j) as f32)] {
        let map = umap(&data, &options).unwrap();
        assert_eq!(map.dim(), (data.nrows(), 2));
        assert!(map.iter().all(|v| v.is_finite()));
    }
    assert_eq!(umap(&Array2::zeros((0, 4)), &options).unwrap_err().code(), "empty_matrix");
}
