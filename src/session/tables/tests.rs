use super::*;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Header and rows, as another program would read them.
fn parse(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().unwrap());
    (header, reader.records().map(|record| cells(&record.unwrap())).collect())
}

#[test]
fn an_embedding_comes_back_to_the_bit() {
    let values = [0.1_f32, -1.0e-30, 3.402_823_5e38, f32::MIN_POSITIVE, 1.0 / 3.0, -0.0];
    let (header, rows) = parse(&embedding(&names(&["S1", "S2"]), 3, &values));
    assert_eq!(header, ["sample", "d1", "d2", "d3"]);
    let read: Vec<u32> =
        rows.iter().flat_map(|row| &row[1..]).map(|cell| cell.parse::<f32>().unwrap().to_bits()).collect();
    assert_eq!(read, values.map(f32::to_bits));
    assert_eq!(rows[1][0], "S2");
}

#[test]
fn a_map_carries_its_clinical_columns() {
    let grade = [Some("G1".to_owned()), None];
    let site = [Some("corpus, \"left\"\nnote".to_owned()), Some("-2.5".to_owned())];
    let clinical = [ClinicalColumn { name: "grade", values: &grade }, ClinicalColumn { name: "site", values: &site }];
    let (header, rows) = parse(&map(&names(&["S1", "S2"]), ["PC1", "PC2"], &[1.5, -2.0, 0.25, f32::NAN], &clinical));
    assert_eq!(header, ["sample", "PC1", "PC2", "grade", "site"]);
    assert_eq!(rows[0], ["S1", "1.5", "-2", "G1", "corpus, \"left\"\nnote"]);
    assert_eq!(rows[1], ["S2", "0.25", "", "", "-2.5"]);
}

#[test]
fn scores_stand_under_their_sets() {
    let (header, rows) = parse(&scores(&names(&["S1", "S2"]), &names(&["A", "B,C"]), &[1.0, 2.0, 3.0, 4.0]));
    assert_eq!(header, ["sample", "A", "B,C"]);
    assert_eq!(rows, [["S1", "1", "2"], ["S2", "3", "4"]]);
}

#[test]
fn pathway_changes_and_losses_are_whole_rows() {
    let change = PathwayChangeRow {
        set: "HALLMARK_HYPOXIA".to_owned(),
        found: 187,
        size: 200,
        change: 0.75,
        raw_purity: -0.5,
        purified_purity: f32::NAN,
        correlation: 0.9,
    };
    let (_, rows) = parse(&pathway_changes(&[change]));
    assert_eq!(rows, [["HALLMARK_HYPOXIA", "187", "200", "0.75", "-0.5", "", "0.9"]]);
    let step = |step, reconstruction| LossRow { step, total: 2.5, on_diagonal: 1.0, off_diagonal: 3.0, reconstruction };
    let (_, rows) = parse(&loss_history(&[step(1, Some(0.5)), step(20, None)]));
    assert_eq!(rows, [["1", "2.5", "1", "3", "0.5"], ["20", "2.5", "1", "3", ""]]);
}

#[test]
fn genes_keep_the_models_order() {
    let (header, rows) = parse(&genes(&names(&["TP53", "A1BG"]), &[1.0, 2.0], &[0.5, 0.25]));
    assert_eq!(header, ["gene", "mean", "deviation"]);
    assert_eq!(rows, [["TP53", "1", "0.5"], ["A1BG", "2", "0.25"]]);
}

#[test]
fn a_name_cannot_become_a_formula() {
    for name in ["=1+1", "+SUM(A1)", "@cmd", "-2+3", "\tx", "\rx", "-", "+"] {
        let (_, rows) = parse(&scores(&names(&[name]), &names(&["set"]), &[1.0]));
        assert_eq!(rows[0][0], format!("'{name}"));
        let (header, _) = parse(&scores(&names(&["S"]), &names(&[name]), &[1.0]));
        assert_eq!(header[1], format!("'{name}"));
    }
    for name in ["TP53", "-0.5", "+3", "-1e-5", "S-1", "'quoted"] {
        let (_, rows) = parse(&scores(&names(&[name]), &names(&["set"]), &[1.0]));
        assert_eq!(rows[0][0], name);
    }
}

#[test]
fn nothing_is_still_a_header() {
    assert_eq!(embedding(&[], 2, &[]), "sample,d1,d2\n");
    assert_eq!(loss_history(&[]), "step,total,on_diagonal,off_diagonal,reconstruction\n");
}

#[test]
fn directions_are_three_tables() {
    use crate::readout::directions::{Direction, GeneWeight, Represented, Sense};
    let gene = |gene: &str, weight| GeneWeight { gene: gene.into(), weight };
    let set = Represented {
        set: "HALLMARK_ADIPOGENESIS".into(),
        sense: Sense::Up,
        leading: 2,
        found: 9,
        expected: 0.3,
        p: 0.001,
        fdr: 0.002,
        genes: vec!["LEP".into(), "PLIN1".into()],
    };
    let direction = Direction {
        variance: 0.25,
        shift: 0.5,
        genes: vec![gene("LEP", 0.5), gene("PLIN1", 0.25), gene("=TOP2A", -0.75)],
        up: Vec::new(),
        down: Vec::new(),
        sets: vec![set],
        purity: Some(-0.5),
        immune: None,
        stromal: Some(0.75),
    };
    let all = [direction];
    assert_eq!(
        direction_genes(&all),
        "direction,sense,gene,weight\n1,down,'=TOP2A,-0.75\n1,up,LEP,0.5\n1,up,PLIN1,0.25\n"
    );
    assert_eq!(
        direction_sets(&all),
        "direction,sense,set,leading,found,expected,p,fdr,genes\n1,up,HALLMARK_ADIPOGENESIS,2,9,0.300,1.000000e-3,2.000000e-3,LEP PLIN1\n"
    );
    assert_eq!(directions(&all), "direction,variance,shift,rho_purity,rho_immune,rho_stromal\n1,0.25,0.5,-0.5,,0.75\n");
}
