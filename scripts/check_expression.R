# Read the purified expression that `twinpurify train|embed --expression FILE` wrote with base R, and Parquet with arrow where
# that is installed.
#
# usage: Rscript scripts/check_expression.R DIR     (as scripts/check_expression.py)

folder <- commandArgs(trailingOnly = TRUE)[1]
check <- function(truth, what) if (!isTRUE(truth)) stop(what, call. = FALSE)
path <- function(name) file.path(folder, name)

genes <- read.csv(path("run/expression_genes.csv"), row.names = 1, check.names = FALSE)
tsv <- as.matrix(read.delim(path("expression.tsv"), row.names = 1, check.names = FALSE, quote = "\"", na.strings = ""))
check(identical(rownames(tsv), rownames(genes)) && is.numeric(tsv), "genes and values of the TSV")
empty <- genes$source %in% c("not explained", "too few values")
check(identical(unname(rowSums(!is.na(tsv)) == 0), empty), "genes without a purified value, and no others, are empty")

lines <- readLines(path("expression.gct"), n = 2)
check(identical(lines[1], "#1.3"), "version of the GCT")
sizes <- as.integer(strsplit(lines[2], "\t")[[1]])
gct <- read.delim(path("expression.gct"), skip = 2, row.names = NULL, check.names = FALSE, quote = "", colClasses = "character")
values <- as.matrix(gct[-seq_len(sizes[4]), -(1:3)])
check(nrow(values) == sizes[1] && ncol(values) == sizes[2], "sizes of the GCT")
storage.mode(values) <- "double"
check(identical(gct$id[-seq_len(sizes[4])], rownames(tsv)) && isTRUE(all.equal(c(values), c(tsv), tolerance = 1e-7)), "GCT is TSV")

parquet <- "Parquet not read: no arrow"
if (requireNamespace("arrow", quietly = TRUE)) {
  table <- as.data.frame(arrow::read_parquet(path("expression.parquet")))
  check(identical(table$gene, rownames(tsv)) && isTRUE(all.equal(c(as.matrix(table[-1])), c(tsv), tolerance = 1e-6)), "Parquet is TSV")
  parquet <- "Parquet too"
}
cat(sprintf("%d genes, %d tumours, %d empty: TSV and GCT read back by R; %s\n", nrow(tsv), ncol(tsv), sum(empty), parquet))
