#!/usr/bin/env python3
"""docs/results.md out of `twinpurify study`: run the study of every labelled shared cohort, then write their tables down.

    make_results.py run OUT      one study a cohort into OUT/NAME; what is there is not run again
    make_results.py write OUT    print the page

Environment: TWINPURIFY (the release binary), COHORTS (folder of the shared cohorts). Needs Python alone.
"""
import csv, os, subprocess, sys

TWINPURIFY = os.environ.get('TWINPURIFY', 'target/release/twinpurify')
COHORTS = os.environ.get('COHORTS', '../shared/cohorts')
# Halves as they were fixed before any figure; brca_791 was cut in two and stands in neither.
HALVES = {
    'Report half': ['tcga_brca_paired', 'gse24550_colorectal', 'tcga_stad_paired', 'tcga_chol', 'simulated_12'],
    'Choice half': ['cptac_ucec', 'tcga_kirp_paired', 'tcga_coad_paired', 'simulated_11'],
}
LARGE = ['tcga_brca_791']
OPTIONS = {
    'gse24550_colorectal': ['--subtype', 'msi'],
    'tcga_chol': ['--subtype', 'immune_subtype'],
    'tcga_kirp_paired': ['--subtype', 'subtype_selected'],
    'tcga_coad_paired': ['--subtype', 'subtype_selected'],
    'tcga_stad_paired': ['--subtype', 'subtype_selected'],
}
SIMULATED = ['--tumours', '150', '--normals', '40', '--genes', '4386']
# What the averages show: heading, and the measures whose mean it is.
COLUMNS = [
    ('identity', ['identity.any']),
    ('clean', ['subtype.clean.balanced_accuracy', 'grade.clean.balanced_accuracy']),
    ('diluted', ['subtype.diluted.balanced_accuracy', 'grade.diluted.balanced_accuracy']),
    ('10-NN clean', ['subtype.neighbours.clean.balanced_accuracy', 'grade.neighbours.clean.balanced_accuracy']),
    ('10-NN diluted', ['subtype.neighbours.diluted.balanced_accuracy', 'grade.neighbours.diluted.balanced_accuracy']),
    ('high → low', ['subtype.high_to_low.balanced_accuracy', 'grade.high_to_low.balanced_accuracy']),
    ('PCs, ρ', ['purity.components']),
    ('purity 10-NN R²', ['purity.neighbours']),
    ('purity ridge R²', ['purity.ridge']),
    ('immune R²', ['signal.immune']),
    ('stromal R²', ['signal.stromal']),
    ('C', ['survival.c']),
    ('rank', ['rank']),
]


def cohorts():
    return [name for half in HALVES.values() for name in half] + LARGE


def run(out):
    for name in cohorts():
        folder = f'{COHORTS}/{name}'
        if name.startswith('simulated'):
            folder = f'{out}/{name}_files/{name}'
            if not os.path.isdir(folder):
                subprocess.run([TWINPURIFY, 'simulate', '--out', folder, '--seed', name.split('_')[1], *SIMULATED], check=True)
        if os.path.exists(f'{out}/{name}/study.csv'):
            continue
        subprocess.run([TWINPURIFY, 'study', folder, '--seeds', '3', '--seed', '0', '--out', f'{out}/{name}', *OPTIONS.get(name, [])], check=True)


def study(out, name):
    """(representation → measure → mean), in the study's order."""
    rows = {}
    with open(f'{out}/{name}/study.csv', newline='') as file:
        for line in csv.DictReader(file):
            if line['mean']:
                rows.setdefault(line['representation'], {})[line['measure']] = float(line['mean'])
    return rows


def averages(out, names):
    studies = [study(out, name) for name in names]
    # A strength that is one cohort's default stands in its table as the run itself.
    kinds = [kind for kind in studies[0] if all(kind in rows for rows in studies)]
    lines = [f"| | {' | '.join(heading for heading, _ in COLUMNS)} |", '|---' * (len(COLUMNS) + 1) + '|']
    for kind in kinds:
        cells = []
        for _, measures in COLUMNS:
            of_cohorts = []
            for rows in studies:
                found = [rows[kind][measure] for measure in measures if measure in rows[kind]]
                if found:
                    of_cohorts.append(sum(found) / len(found))
            cells.append(f'{sum(of_cohorts) / len(of_cohorts):.2f}'.replace('-', '−') if of_cohorts else '–')
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return lines


def section(out, name):
    """The study's own words and its first table; F1 and AUROC are in study.csv."""
    kept, skipping = [], False
    with open(f'{out}/{name}/study.md') as file:
        for line in file.read().splitlines()[1:]:
            if line.startswith('Classification as '):
                skipping = True
            elif skipping and line and not line.startswith('|'):
                skipping = False
            if not skipping:
                kept.append(line)
    return '\n'.join(kept).strip('\n')


HEAD = """# Results

What `twinpurify study` prints for every labelled cohort of `../shared/cohorts` and two simulated ones, at the **default
settings**: this engine, preset *Profile*, 3,000 genes, all steps, seeds 0, 1, 2, the strength that the page takes. Made by
`scripts/make_results.py`; macro-F1 and AUROC of the same runs are left out here. How the default came about and what it
rests on is in [method.md](method.md), *Strength*: the choice half had a part in it, the report half in the rejection of one
rival; so the report half is evidence, a little flattered.

The tables have a row for every strength: those beside the default show the price, and are neither rivals nor marked. The
evaluation is the engine's own (5 folds, 3 repeats, penalties chosen inside the training fold, classes of 10 tumours and
more), so numbers differ from those of method.md, whose evaluation is `scripts/strength_study.py`, by their spread.
Every encoder saw all tumours without their labels.

## Averages

Means over the cohorts that have the measure; a cohort with two labels counts their mean. Two decimals are ± 0.02 and more: each
cohort's table has the spread over seeds, and seeds do not stand for other patients.
"""


def write(out):
    done = [name for name in cohorts() if os.path.exists(f'{out}/{name}/study.csv')]
    print(HEAD)
    for name in cohorts():
        if name not in done:
            print(f'Not run for this page: {name}.\n')
    for half, names in HALVES.items():
        names = [name for name in names if name in done]
        print(f"{half}: {', '.join(names)}.\n")
        print('\n'.join(averages(out, names)) + '\n')
    print('## Cohort by cohort')
    for name in done:
        half = next((half.lower() for half, names in HALVES.items() if name in names), 'neither half')
        options = ' '.join(OPTIONS.get(name, [])) or 'none'
        print(f'\n### {name}\n\n{half[0].upper()}{half[1:]}. Options: {options}.\n')
        print(section(out, name))


if __name__ == '__main__':
    command, out = sys.argv[1:]
    {'run': run, 'write': write}[command](out)
