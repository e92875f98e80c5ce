//! Every figure on both backends: the same marks on the screen and in the file, and a file that parses.

use ndarray::Array2;
use twinpurify::figure::{
    Categories, Colour, Figure, HeatMap, LossChart, MapFigure, Scene, StripPlot, Theme, scene, svg,
};

/// Deterministic values in −1…1 without a generator: enough for pictures.
fn wave(i: usize, k: usize) -> f32 {
    ((i as f32 * 12.9898 + k as f32 * 78.233).sin() * 43_758.547).fract()
}

fn subtypes(n: usize) -> Categories {
    let names = ["Basal", "Her2", "LumA", "LumB", "Normal-like"].map(String::from).to_vec();
    let codes = (0..n).map(|i| if i % 23 == 0 { -1 } else { (i % 5) as i32 }).collect();
    Categories::new("PAM50 subtype", names, codes).expect("named codes")
}

fn map(n: usize, colour: Colour) -> MapFigure {
    let points = (0..n).map(|i| {
        let group = (i % 5) as f32;
        let (a, r) = (group * 1.3, 3.0);
        [a.cos() * r + wave(i, 1) + wave(i, 2), a.sin() * r + wave(i, 3) + wave(i, 4)]
    });
    MapFigure::new(points.collect(), "Purified, UMAP", ["UMAP 1", "UMAP 2"], colour).expect("one colour per sample")
}

fn heat_map(n: usize, m: usize) -> HeatMap {
    let z = |noise: f32| {
        Array2::from_shape_fn((n, m), |(i, j)| {
            ((i % 5) as f32 * 1.7 + (j % 7) as f32).sin() * 2.0 + noise * wave(i, j + 10)
        })
    };
    let names = (0..m).map(|j| format!("HALLMARK_SET_NUMBER_{j}_SIGNALING")).collect();
    HeatMap::new(names, z(2.5), z(0.8), Some(subtypes(n))).expect("shapes agree")
}

fn loss(steps: usize) -> LossChart {
    let at: Vec<f64> = (0..steps).map(|i| i as f64 / 2.0).collect();
    let fall = |from: f64, to: f64| at.iter().map(|e| to + (from - to) * (-e / 8.0).exp()).collect::<Vec<_>>();
    LossChart::new(100.0, at.clone(), [fall(180.0, 14.0), fall(60.0, 3.0), fall(120.0, 11.0), vec![0.0; steps]])
        .expect("equal lengths")
}

fn strip(n: usize) -> StripPlot {
    let values = |noise: f32| (0..n).map(|i| (i % 5) as f32 * 0.6 - 1.0 + noise * wave(i, 5)).collect();
    StripPlot::new("HALLMARK_E2F_TARGETS", "z", values(1.6), values(0.7), subtypes(n)).expect("lengths agree")
}

/// Marks in an SVG: rectangles, circles, paths, texts; and its texts.
fn marks(document: &str) -> ([usize; 4], Vec<String>) {
    let parsed = roxmltree::Document::parse(document).expect("well-formed");
    let root = parsed.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let child = |name| root.children().find(|n| n.has_tag_name(("http://www.w3.org/2000/svg", name)));
    assert!(child("title").is_some_and(|t| t.text().is_some()) && child("desc").is_some_and(|t| t.text().is_some()));
    let count = |names: &[&str]| root.descendants().filter(|n| names.contains(&n.tag_name().name())).count();
    let texts = root.descendants().filter(|n| n.tag_name().name() == "text");
    let texts = texts.map(|t| t.text().unwrap_or_default().trim().to_owned()).collect();
    ([count(&["rect"]), count(&["circle"]), count(&["polyline", "line", "polygon"]), count(&["text"])], texts)
}

fn agree<F: Figure>(figure: &F, width: u32, height: u32) -> (Scene, String) {
    let mut drawn = None;
    for theme in [Theme::LIGHT, Theme::DARK] {
        let screen = scene(figure, width, height, &theme).expect("draws on screen");
        let file = svg(figure, width, height, &theme).expect("draws to a file");
        let (counts, texts) = marks(&file);
        let on_screen =
            [&screen.rect_styles, &screen.circle_styles, &screen.path_styles, &screen.text_styles].map(Vec::len);
        assert_eq!(counts, on_screen);
        assert_eq!(texts, screen.texts.iter().map(|t| t.trim().to_owned()).collect::<Vec<_>>());
        assert_eq!(screen.rects.len(), 4 * counts[0]);
        assert_eq!(screen.circles.len(), 3 * counts[1]);
        assert_eq!(screen.runs.chunks(3).map(|r| r[2] as usize).sum::<usize>(), counts.iter().sum::<usize>());
        assert!(screen.rects.iter().chain(&screen.circles).chain(&screen.path_points).all(|v| v.is_finite()));
        drawn.get_or_insert((screen, file));
    }
    drawn.expect("two themes")
}

#[test]
fn every_figure_is_the_same_on_screen_and_in_the_file() {
    let values: Vec<f32> = (0..300).map(|i| if i % 50 == 0 { f32::NAN } else { wave(i, 9) }).collect();
    let number = |centred| Colour::Number { label: "ESR1, log2".into(), values: values.clone(), centred };
    for width in [320, 390, 700, 1200] {
        agree(&map(300, Colour::Category(subtypes(300))), width, 420);
        agree(&map(300, number(false)), width, 420);
        agree(&map(300, number(true)), width, 420);
        agree(&heat_map(113, 50), width, 800);
        agree(&loss(150), width, 260);
        agree(&strip(226), width, 300);
    }
}

#[test]
fn ten_thousand_points_are_one_typed_array_in_sample_order() {
    let (screen, file) = agree(&map(10_000, Colour::Category(subtypes(10_000))), 640, 560);
    let layer = screen.points.expect("a map has points");
    assert_eq!(screen.circles.len(), 30_000);
    assert_eq!(layer.samples, (0..10_000).collect::<Vec<u32>>());
    assert_eq!(layer.codes.len(), 10_000);
    assert!(screen.runs.len() < 60, "few runs: {}", screen.runs.len() / 3);
    assert!(file.len() < 2_000_000, "{} bytes", file.len());
    let [x, y, width, height] = layer.plot;
    let inside = |c: &[f32]| c[0] >= x && c[0] <= x + width && c[1] >= y && c[1] <= y + height;
    assert!(screen.circles.chunks(3).all(inside));
}

#[test]
fn a_window_shows_only_what_is_in_it() {
    let mut figure = map(1_000, Colour::None);
    figure.window = Some([0.0, 2.0, 0.0, 2.0]);
    let (screen, _) = agree(&figure, 640, 560);
    let layer = screen.points.expect("a map has points");
    assert_eq!(layer.samples.len(), screen.circle_styles.len());
    assert!(!layer.samples.is_empty() && layer.samples.len() < 1_000);
    assert!(layer.samples.windows(2).all(|w| w[0] < w[1]));
    let [x0, x1, y0, y1] = layer.window;
    let [_, _, width, height] = layer.plot;
    assert!(((x1 - x0) / width - (y1 - y0) / height).abs() < 1e-6, "equal aspect");
}

#[test]
fn names_with_markup_stay_text() {
    let name = "<script>alert(\"1\")</script> & 'x' ]]>\u{1}";
    let colour = Colour::Category(Categories::new("<b>&amp;", vec![name.into()], vec![0, 0]).expect("named"));
    let points = vec![[0.0, 0.0], [1.0, 1.0]];
    let figure = MapFigure::new(points, name, ["<x>", "y & z"], colour).expect("one colour per sample");
    let (_, file) = agree(&figure, 900, 400);
    assert!(!file.contains("<script"));
    let (_, texts) = marks(&file);
    assert!(texts.iter().any(|t| t == "<b>&amp;") && texts.iter().any(|t| t == "y & z"), "{texts:?}");
    assert!(texts.iter().any(|t| t.starts_with("<script>alert(\"1\")")), "{texts:?}");
}

#[test]
fn nothing_one_and_unplaced() {
    let (screen, _) = agree(&map(0, Colour::None), 640, 480);
    assert!(screen.circles.is_empty() && screen.texts.iter().any(|t| t == "No samples yet"));
    let (screen, _) = agree(&map(1, Colour::Category(subtypes(1))), 640, 480);
    assert_eq!(screen.circle_styles.len(), 1);
    let points = vec![[f32::NAN, 0.0], [1.0, f32::INFINITY], [2.0, 2.0], [3.0, 1.0]];
    let figure = MapFigure::new(points, "t", ["x", "y"], Colour::None).expect("any coordinates");
    let (screen, _) = agree(&figure, 640, 480);
    assert_eq!(screen.points.expect("points").samples, [2, 3]);
    assert!(screen.description.contains("2 samples have no place"));
    agree(&heat_map(0, 50), 900, 500);
    agree(&heat_map(1, 1), 900, 500);
    agree(&loss(0), 600, 300);
    agree(&loss(1), 600, 300);
    agree(&strip(0), 600, 300);
    agree(&strip(1), 600, 300);
}

#[test]
fn tiny_and_impossible_sizes() {
    agree(&map(50, Colour::Category(subtypes(50))), 1, 1);
    agree(&heat_map(20, 5), 10, 10);
    agree(&loss(20), 30, 30);
    agree(&strip(20), 30, 30);
    let refused = svg(&loss(3), 0, 100, &Theme::LIGHT).expect_err("no width");
    assert_eq!(refused.code(), "figure_size");
    assert!(scene(&loss(3), 100, u32::MAX, &Theme::LIGHT).is_err());
}

#[test]
fn a_large_heat_map_stays_a_file_one_can_open() {
    let figure = heat_map(2_000, 50);
    for width in [1_000, 2_400] {
        let (screen, file) = agree(&figure, width, figure.readable_height(width));
        assert!(file.len() < 5_000_000, "{} bytes", file.len());
        assert!(screen.texts.iter().any(|t| t.contains("Each column is the mean of about")), "{:?}", screen.texts);
    }
}

#[test]
fn numbers_cross_as_bytes() {
    let screen = scene(&map(3, Colour::None), 100, 100, &Theme::LIGHT).expect("draws");
    let json = serde_json::to_value(&screen).expect("serialises");
    assert_eq!(json["circles"].as_array().map(Vec::len), Some(3 * 3 * 4));
    let first: Vec<u8> =
        json["circles"].as_array().into_iter().flatten().take(4).map(|b| b.as_u64().unwrap_or(256) as u8).collect();
    assert_eq!(first, screen.circles[0].to_le_bytes());
}

/// Writes every figure for a look at it: `FIGURES=/tmp/figures cargo test --test suite figure_drawings:: -- --ignored`.
#[test]
#[ignore = "writes files"]
fn write_all() {
    let Ok(folder) = std::env::var("FIGURES") else {
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder to write to");
    let values: Vec<f32> = (0..600).map(|i| if i % 50 == 0 { f32::NAN } else { (i % 5) as f32 + wave(i, 9) }).collect();
    let number = |centred| Colour::Number { label: "ESR1, log2".into(), values: values.clone(), centred };
    let many = Categories::new(
        "site",
        (0..12).map(|i| format!("site {i}")).collect(),
        (0..600).map(|i| (i * 7 + i / 5) % 12).collect(),
    )
    .expect("named");
    for (theme, tag) in [(Theme::LIGHT, "light"), (Theme::DARK, "dark")] {
        let write = |name: &str,
                     document: Result<String, _>,
                     display: Option<Result<Scene, twinpurify::figure::FigureError>>| {
            std::fs::write(format!("{folder}/{name}_{tag}.svg"), document.expect("draws")).expect("writes");
            if let Some(display) = display {
                let json = serde_json::to_string(&display.expect("draws")).expect("serialises");
                std::fs::write(format!("{folder}/{name}_{tag}.json"), json).expect("writes");
            }
        };
        let m = map(226, Colour::Category(subtypes(226)));
        write("map", svg(&m, 640, 480, &theme), Some(scene(&m, 640, 480, &theme)));
        write("map_narrow", svg(&m, 360, 420, &theme), None);
        let m = map(600, number(false));
        write("map_number", svg(&m, 640, 480, &theme), None);
        write("map_centred", svg(&map(600, number(true)), 390, 380, &theme), None);
        write("map_many", svg(&map(600, Colour::Category(many.clone())), 640, 480, &theme), None);
        let m = map(10_000, Colour::Category(subtypes(10_000)));
        write("map_10000", svg(&m, 640, 560, &theme), Some(scene(&m, 640, 560, &theme)));
        let h = heat_map(113, 50);
        write(
            "heat",
            svg(&h, 1100, h.readable_height(1100), &theme),
            Some(scene(&h, 1100, h.readable_height(1100), &theme)),
        );
        write("heat_narrow", svg(&h, 390, h.readable_height(390), &theme), None);
        let h = heat_map(2_000, 50);
        write("heat_2000", svg(&h, 1100, h.readable_height(1100), &theme), None);
        let l = loss(130);
        write("loss", svg(&l, 640, 260, &theme), Some(scene(&l, 640, 260, &theme)));
        write("strip", svg(&strip(226), 720, 320, &theme), Some(scene(&strip(226), 720, 320, &theme)));
        write("strip_narrow", svg(&strip(226), 360, 320, &theme), None);
    }
}
