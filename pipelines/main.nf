// A study in parts: one process for each cohort and seed, then their trials joined. Every file of the result is byte for
// byte that of one `twinpurify study` on one machine.
//
//   nextflow run pipelines/main.nf --cohorts 'cohorts/*' --seeds 3 --out study
//
// docs/scaling.md says when this is worth it, and how much memory a part takes.
nextflow.enable.dsl = 2

params.cohorts = null         // folders, one a cohort
params.seeds = 3              // 1 to 20, each a part of its own
params.preset = ''            // a preset's name; the default where it is empty
params.options = ''           // what else `study` takes: '--subtype PAM50 --epochs 60'
params.out = 'study'
params.program = 'twinpurify'
params.memory = '4 GB'
params.cpus = 2

def settings() {
    "--seeds ${params.seeds}" + (params.preset ? " --preset ${params.preset}" : '') + " ${params.options}"
}

process PART {
    tag "${cohort.name} ${seed}/${params.seeds}"
    cpus params.cpus
    memory params.memory

    input:
    tuple path(cohort), val(seed)

    output:
    path "part_${cohort.name}_${seed}"

    script:
    """
    ${params.program} --threads ${task.cpus} study ${cohort} --out part_${cohort.name}_${seed} \\
        --shard ${seed}/${params.seeds} ${settings()} --quiet
    """
}

process JOIN {
    memory params.memory
    publishDir params.out, mode: 'copy', saveAs: { it.startsWith('study/') ? it.substring(6) : it }

    input:
    path cohorts
    path parts

    output:
    path 'study/*'

    script:
    """
    ${params.program} study ${cohorts} --out study --join ${parts} --quiet
    """
}

workflow {
    if (!params.cohorts) error "Say where the cohorts are: --cohorts 'cohorts/*'"
    // Sorted, so that tables name the cohorts in the same order every time.
    cohorts = Channel.fromPath(params.cohorts, type: 'dir', checkIfExists: true)
    seeds = Channel.of(1..(params.seeds as int))
    parts = PART(cohorts.combine(seeds))
    JOIN(cohorts.toSortedList { a, b -> a.name <=> b.name }, parts.toSortedList { a, b -> a.name <=> b.name })
}
