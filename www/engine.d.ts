// What the wasm engines offer, as their glue exports it (src/web). Types only: nothing loads this file at run time.

export type Source = "raw" | "purified" | "instant";
export type Widths = number[];
export type Config = Record<string, number | boolean | string | Widths | null>;

export interface Evidence { value: string; because: string }
/** What was added before the logarithm was taken, whether it is one of counts, and what the cells tell of it. */
export interface Logarithm { offset: number; ofCounts: boolean; baseTold: boolean; offsetTold: boolean }
export interface FileReport { name: string; kind: string; detail: string }
/** What a clinical column says of an outcome; `endpoint` is `os`, `pfi`, … or empty. */
export interface Outcome { kind: "event" | "time"; endpoint: string; unit?: "days" | "months" | "years" | null }
export interface ColumnSummary { name: string; kind: "category" | "number" | "text"; outcome?: Outcome; values: string[] }
export interface Summary {
  tumors: number; normals: number; other: number; genes: number; patients: number;
  scale: Evidence; geneIds: Evidence; roles: { because: string };
  /** Of which logarithm the values are; absent where they are none. */
  logarithm?: Logarithm | null;
  /** Times and events that belong together, the one proposed first in front. */
  endpoints?: { time: string; event: string; endpoint: string; unit?: "days" | "months" | "years" | null }[];
  columns: ColumnSummary[]; files: FileReport[]; warnings: string[];
  /** How many rows the map of gene ids knows, and the names it does not. */
  recognisedGenes?: { rows: number; current: number; older: number; unknown: string[] } | null;
}
export interface RoleChoice { column: string; tumour?: string[]; normal: string[] }
/** Samples by name whose role is chosen one by one. */
export interface RolesOf { tumour?: string[]; normal?: string[]; other?: string[] }
/** What may be changed of the values; nothing unless the person says so. */
export interface Corrections {
  oneScale?: boolean; undoLog?: boolean; mouseToHuman?: boolean;
  /** The logarithm the values are, where the cells tell it wrongly or not at all. */
  logBase?: "two" | "e" | "ten"; logOffset?: number;
}
/** What of one sample sheet joined: whether each sample has a row in it, and the ids of rows that belong to no sample. */
export interface SheetJoin { file: string; idColumn: string; rows: number; joined: boolean[]; withoutSample: string[]; repeated: number }
export type MeasureKey = "level" | "detected" | "distance" | "side";
export interface Measure { key: MeasureKey; label: string; about: string; values: number[] }
export interface Finding { code: string; message: string; samples: string[]; correction: "undoLog" | "oneScale" | "mouseToHuman" | null }
export interface Quality { samples: string[]; measures: Measure[]; findings: Finding[]; missing: { values: number; genes: number } }
export interface SampleTable {
  samples: string[]; roles: ("tumour" | "adjacent_normal" | "other")[]; patients: (string | null)[];
  columns: { name: string; kind: string; values: (string | null)[] }[];
  /** Why each sample has its role. */ reasons: string[];
  /** The file each sample's values came from. */ sources: string[];
  joins: SheetJoin[];
}
export interface Preset { name: string; summary: string; config: Config }
export interface Parameter {
  key: string; label: string; symbol: string; kind: "integer" | "number" | "widths" | "boolean";
  min?: number; max?: number; step?: number; consequence: string;
}
export interface Resolved { config: Config; notes: string[]; /** How much of the contamination will be taken out, and why. */ strength: string }
export interface Plan {
  steps: number; epochs: number; stepsPerEpoch: number; tumours: number;
  normalsTrained: number; normalsHeldOut: number; genes: number; dim: number;
}
export interface StepProgress {
  step: number; steps: number; epoch: number; epochs: number; loss: number;
  onDiagonal: number; offDiagonal: number; reconstruction: number; finished: boolean;
}
/** How many contaminated tumours found themselves: mixed with 30–80 % normal tissue, and with half of their patient's own normal. */
export interface Identity {
  tested: number; purified: number; raw: number; pca: number;
  ownTested: number; ownPurified: number; ownRaw: number; heldOut: boolean;
}
export interface Verdict {
  identity: Identity; effectiveRank: number; dim: number; guards: { code: string; message: string }[]; sentence: string;
  /** How far the tumours as they are follow purity, purified beside raw, and how alike the two maps are. */ natural?: string;
}
/** Contamination directions taken out (the first `strength` but those in `kept`, from 1), of so many available. */
export interface Strength { strength: number; kept: number[]; available: number; automatic: number; note: string }
export interface GeneWeight { gene: string; weight: number }
/** A gene set among the leading genes of one sense; FDR over all sets and both senses of its direction. */
export interface Represented {
  set: string; sense: "up" | "down"; leading: number; found: number; expected: number; p: number; fdr: number; genes: string[];
}
/** What a contamination direction is: shares of variance and of contamination, leading genes (`up` rises farther along), Spearman's ρ. */
export interface Direction {
  variance: number; shift: number; up: GeneWeight[]; down: GeneWeight[]; sets: Represented[];
  purity: number | null; immune: number | null; stromal: number | null;
}
/** `kinds`: where each comes from; `purity`: what was taken for it; `positions`: samples × directions, row by row, from the training tumours' mean. */
export interface Directions { samples: string[]; directions: Direction[]; kinds: ("contamination" | "stand_in")[]; purity: string; positions: Float32Array }
export interface LossHistory {
  step: Float32Array; total: Float32Array; onDiagonal: Float32Array; offDiagonal: Float32Array; reconstruction: Float32Array;
}
export interface Embedding { samples: string[]; dim: number; values: Float32Array }
export interface MapOptions { kind: "pca" | "umap"; of?: Source }
export interface MapResult { samples: string[]; values: Float32Array; xLabel: string; yLabel: string }
export interface ColourOptions { column?: string; gene?: string; pathway?: string; grouping?: Grouping; source?: "raw" | "purified" }
/** Positions in the order of the embedding, nearest first; distance is 1 − cosine at the cohort's mean. */
export interface Nearest { samples: number[]; distances: number[] }
export interface Colouring {
  kind: "category" | "number" | "none"; label: string;
  categories?: string[]; codes?: Int32Array; values?: Float32Array;
}
export type Scorer = "ssgsea" | "singscore" | "zscore";
/** Every measured gene that has a value raw and purified, or those that were trained on. */
export type PathwayGenes = "all" | "training";
export type ExpressionFormat = "tsv" | "gct" | "h5ad" | "parquet";
/** The next genes of an expression file, as text. */
export interface ExpressionPiece { done: number; text: Uint8Array }
/** The next tumours of one, tumours × genes row by row. */
export interface ExpressionTumours { done: number; tumours: Float32Array }
export interface PathwayOptions { sets: "hallmark" | "own"; scorer: Scorer; genes: PathwayGenes; of: "purified" | "instant" }
export interface PathwayChange {
  set: string; found: number; size: number; change: number;
  rawPurity: number | null; purifiedPurity: number | null; correlation: number | null;
}
export interface Coverage { set: string; found: number; size: number }
export interface PathwayScores {
  samples: string[]; sets: string[]; raw: Float32Array; purified: Float32Array;
  coverage: Coverage[]; leftOut: Coverage[]; table: PathwayChange[];
  /** What was taken for purity. */ purity: string;
}
/** Groups of tumours, whatever made them: `codes` is one per tumour in the order of the embedding, index into `names`, -1 for none. */
export interface Grouping { label: string; names: string[]; codes: number[] }
export type GroupTest = "welch" | "mann_whitney";
/** First group minus second: means in z over the cohort, Hedges' g (Welch) or Cliff's delta (Mann-Whitney) with its 95 % interval. */
export interface Difference { difference: number; effect: number; low: number; high: number; p: number; fdr: number }
export interface SetDifference { set: string; found: number; size: number; raw: Difference | null; purified: Difference | null }
export interface Differences {
  label: string; first: { name: string; members: number[] }; second: { name: string; members: number[] };
  test: GroupTest; /** Least purified FDR first. */ rows: SetDifference[]; /** Who was compared, where not all tumours were. */ notes: string[];
}
/** `first` and `second` are positions in the groups' names; without `second` the first is compared with all other grouped tumours. */
export interface DifferencesRequest { pathways: PathwayOptions; groups: Grouping; first: number; second?: number | null; test?: GroupTest }
export type GeneValues = "raw" | "adjusted" | "purified";
/** `t` is moderated as limma does; the effect is in moderated standard deviations. */
export interface GeneTest extends Difference { t: number }
/** Three numbers each: raw, adjusted for purity, purified (0 until they were asked for). `purity`: what was held, and in how many tumours it is known. */
export interface GenesFound {
  label: string; sides: [[string, number], [string, number]]; genes: number; tested: [number, number, number]; discovered: [number, number, number];
  purity: [string, number] | null; unadjusted: string | null; /** Who was compared, where not all tumours were. */ notes: string[];
}
export interface GenesPage { by?: GeneValues; key?: "p" | "difference" | "effect"; descending?: boolean; search?: string; count?: number }
/** `row` of the cohort's matrix; `source` and out-of-fold R² of the purified value. */
export interface GeneRow {
  row: number; gene: string; raw: GeneTest | null; adjusted: GeneTest | null; purified: GeneTest | null;
  source: "training" | "ridge" | "not_explained" | "too_few_values" | null; r2: number | null;
}
export interface GeneMarkers {
  label: string; adjusted: boolean; leftOut: string[]; notes: string[];
  rows: { group: string; gene: string; test: GeneTest; raw: number | null; purified: number | null }[];
}
/** A map's axes, or the selection (positions in the order of the embedding) against the rest, in the values of that side. */
export interface AxesRequest { kind?: "pca" | "umap"; of?: Source; selection?: number[] | null }
/** Weights are Pearson's r. */
export interface AxisGenes { name: string; up: GeneWeight[]; down: GeneWeight[]; sets: Represented[]; purity: number | null }
export type Alignment = "auto" | "as_measured" | "genes" | "samples";
/** What became of a saved model's genes on this cohort, and how values were brought to its moments. */
export interface Transfer {
  genes: number; found: number; renamed: number; missing: string[]; alignment: Alignment; shift: number; sentence: string;
}
/** Where the groups of a survival figure come from. */
export type GroupsOf = { column: string } | { clusters: { k: number; of: Source } } | { groups: Grouping };
export interface ComparisonColumns { subtype?: string; grade?: string; time?: string; event?: string; purity?: string }
export interface ComparisonRequest { columns: ComparisonColumns; seeds: number; outOfFold?: boolean; strengths?: boolean; candidates: { name: string; config: object }[] }
export interface ComparisonProgress {
  doing: string; /** Share of the predicted time that is over. */ done: number; secondsLeft: number;
  trials: number; of: number; /** Others are at what is missing. */ waiting: boolean; finished: boolean;
}
/** Trials of one seed that one training serves. */
export interface Share { seed: number; rows: string[] }
export interface DoneShare { share: Share; trials: unknown[]; took: unknown[] }
export interface ComparisonCell { mean: number | null; spread: number | null; best: boolean; missing: string | null }
/** Rows × columns; a column without any number stands in `leftOut` with its reason. */
export interface ComparisonTable {
  /** `strength`: of a run of the method; `price`: a row at another strength than the one on screen. */
  rows: { key: string; name: string; about: string; ours: boolean; strength?: number; price: boolean }[];
  columns: { key: string; group: string; label: string; about: string; outOfFold: boolean }[];
  cells: ComparisonCell[][];
  leftOut: { group: string; columns: string[]; because: string }[];
  seeds: number[]; sentence: string; notes: string[];
  /** What strength costs and gives; absent where no other strength was compared. */ price?: string;
}
export interface FigureSpec { figure: string; width: number; height: number; theme: "light" | "dark"; [key: string]: unknown }
export interface TableOptions { table: string; [key: string]: unknown }
export interface TrainingData {
  config: Config; tumours: Float32Array; normals: Float32Array; n: number; m: number;
  mean: Float32Array; deviation: Float32Array;
}
export interface SelfTest { passed: boolean; worst: number; message: string }

/** What a session file says; `unknown` parts are read by www/session.js. */
export interface OpenedSession {
  program: string; summary: unknown; page: unknown; comparison: ComparisonTable | null; expression: boolean;
  pathways: PathwayOptions | null;
  models: { of: "purified" | "instant"; config: Config; verdict: unknown; stopped: boolean; engine: string | null }[];
}
/** What a file will come to, told before it is read. */
export interface Estimate { rows: number; columns: number; memory: number; limit: number; fits: boolean; sentence: string; remedy: string | null }

export interface Engine {
  tellFile(head: Uint8Array, length: number, stated?: number): { container: boolean; estimate: Estimate | null };
  /** For each path null, or why the file is not opened. */ chooseFiles(paths: string[]): (string | null)[];
  beginPart(name: string, origin: object): number; linesRead(handle: number): number;
  setGeneMap?(bytes: Uint8Array): void; beginFile(name: string): number; beginInflated(name: string): number; pushChunk(handle: number, bytes: Uint8Array): void;
  endFile(handle: number): FileReport; abortFile(handle: number): void; removeFile(name: string): void;
  loadSimulated(seed: number): FileReport[];
  summary(): Summary; setRoles(choice: RoleChoice): Summary; resetRoles(): Summary;
  setRolesOf(choice: RolesOf): Summary; correct(corrections: Corrections): Summary; quality(): Quality;
  sampleTable(): SampleTable; geneNames(): string[];
  presets(): Preset[]; parameters(): Parameter[]; resolveConfig(partial: object): Resolved;
  beginTraining(config: Config): Plan; step(count: number): StepProgress; checkpoint(): Uint8Array;
  resumeTraining(config: Config, checkpoint: Uint8Array): Plan;
  finishTraining(): Verdict; trainingData(config: Config): TrainingData;
  liveMap(embedding?: Float32Array): { values: Float32Array };
  strength(of?: "purified" | "instant"): Strength; setStrength(wanted: { of: "purified" | "instant"; strength: number; kept: number[] }): Strength; verdict(of?: "purified" | "instant"): Verdict;
  directions(wanted: { of: "purified" | "instant"; sets: "hallmark" | "own" }): Directions;
  runInstant(config: Config): Verdict; lossHistory(): LossHistory;
  embedding(of: Source): Embedding; map(options: MapOptions): MapResult; colourBy(options: ColourOptions): Colouring;
  loadGeneSets(name: string, bytes: Uint8Array): { name: string; sets: number };
  pathways(options: PathwayOptions): PathwayScores;
  grouping(column: string): Grouping; differences(request: DifferencesRequest): Differences;
  openModel(bytes: Uint8Array, alignment?: Alignment): { verdict: Verdict; config: Config; transfer: Transfer };
  proposeColumns(): { [key in keyof ComparisonColumns]: string | null };
  beginComparison(request: ComparisonRequest): ComparisonProgress;
  /** A comparison with other workers: shares go out and come back. */
  comparisonParcel(columns: ComparisonColumns): Uint8Array; openParcel(parcel: Uint8Array): void;
  handOut(): Share | null; takeBack(done: DoneShare): void; putBack(share: Share): void; beginShare(share: Share): void; doneShare(share: Share): DoneShare;
  advanceComparison(milliseconds: number): ComparisonProgress; comparisonTable(): ComparisonTable;
  geneDifferences(request: { of: "purified" | "instant"; groups: Grouping; first: number; second: number | null }): GenesFound; purifiedDifferences(): GenesFound; geneRows(page: GenesPage): GeneRow[];
  geneMarkers(request: { of: "purified" | "instant"; groups: Grouping; most: number }): GeneMarkers; axisGenes(request: AxesRequest): AxisGenes[];
  clusters(request: { of: Source; k: number }): Grouping;
  neighbours(request: { of: Source; sample: number; count: number }): Nearest;
  figure(spec: FigureSpec): unknown; figureSvg(spec: FigureSpec): string; table(options: TableOptions): string; tablePiece(options: TableOptions, at: number): Uint8Array | undefined;
  extendExpression(wanted: { of: string }): number; beginExpression(wanted: { of: string; scale: string }): { about: string; sentence: string };
  expressionBeside(wanted: { of: string }): [string, number, Float32Array][]; nextExpression(text: "tsv" | "gct"): ExpressionPiece | undefined;
  nextExpressionTumours(matrices: "purified" | "raw_and_purified"): ExpressionTumours | undefined;
  modelFile(): Uint8Array; free?(): void;
  version(): string;
  trainedOn(engine: string): void; runRecord(): string;
  saveSession(options: { expression: boolean; page: object; engine: string | null; stopped: boolean }): Uint8Array;
  openSession(bytes: Uint8Array): OpenedSession;
  reviveSession(): { purified: Verdict | null; instant: Verdict | null; sameSamples: boolean };
}
export interface GpuTrainer {
  /** How matrices are multiplied, and the times it was chosen by. */ readonly products: string;
  step(count: number): Promise<StepProgress>;
  checkpoint(): Promise<Uint8Array>; embedding(): Promise<Float32Array>; free?(): void;
}

/** What the page is told while a model trains. */
export interface Progress extends StepProgress { stepsPerSecond: number; etaSeconds: number; engine: "webgpu" | "cpu" }
export interface Device {
  /** The engine that the next run will use. */ kind: "webgpu" | "cpu";
  /** Its name: the adapter's, or "CPU, SIMD WebAssembly". */ name: string;
  /** Why this one, in one sentence. */ because: string;
  /** The GPU is still being asked or tested. */ pending: boolean;
  /** Of the last run on the GPU: how matrices were multiplied, and the times that was chosen by. */ products?: string;
}
