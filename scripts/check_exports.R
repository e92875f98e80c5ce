# Read what `twinpurify train --out DIR` wrote with base R, and the model's tensors by the layout that safetensors
# documents (eight bytes of length, a JSON header, little-endian values).
#
# usage: Rscript scripts/check_exports.R DIR
#
# Exits 0 when everything reads back, 1 with the reason when something does not. The model needs the jsonlite package;
# without it that part is skipped, and said.

folder <- commandArgs(trailingOnly = TRUE)[1]
check <- function(truth, what) if (!isTRUE(truth)) stop(what, call. = FALSE)
read <- function(name) read.csv(file.path(folder, name), row.names = 1, check.names = FALSE)

embedding <- read("embedding.csv")
raw <- read("pathways_raw.csv")
purified <- read("pathways_purified.csv")
genes <- read("genes.csv")
check(identical(names(embedding), rownames(genes)), "the embedding of a profile names its genes")
check(all(vapply(embedding, is.double, logical(1))) && !anyNA(embedding), "values of the embedding")
check(identical(rownames(embedding), rownames(raw)) && identical(rownames(raw), rownames(purified)), "samples")
check(identical(names(raw), names(purified)), "gene sets")
check(all(genes[[ncol(genes)]] > 0), "deviations of the genes")
for (name in c("map_pca.csv", "map_umap.csv")) check(identical(rownames(read(name)), rownames(embedding)), name)

model <- "model not read: no jsonlite"
if (requireNamespace("jsonlite", quietly = TRUE)) {
  file <- file(file.path(folder, "model.safetensors"), "rb")
  # The length is below 2^31, or the file would not be ours.
  size <- readBin(file, "integer", n = 2, size = 4, endian = "little")
  check(size[2] == 0 && size[1] > 0, "length of the model's header")
  header <- jsonlite::fromJSON(rawToChar(readBin(file, "raw", n = size[1])), simplifyVector = TRUE)
  tensors <- header[names(header) != "__metadata__"]
  start <- 8 + size[1]
  for (name in names(tensors)) {
    about <- tensors[[name]]
    if (about$dtype != "F32") next
    seek(file, start + about$data_offsets[1])
    values <- readBin(file, "double", n = prod(about$shape), size = 4, endian = "little")
    check(length(values) == prod(about$shape) && all(is.finite(values)), paste("tensor", name))
  }
  close(file)
  wide <- vapply(tensors, function(about) nrow(genes) %in% about$shape, logical(1))
  check(any(wide), "no tensor is as wide as the genes")
  check("__metadata__" %in% names(header), "the model's metadata")
  model <- paste(length(tensors), "tensors")
}
cat(sprintf(
  "%d samples, %d dimensions, %d gene sets, %d genes, %s: all read back by R\n",
  nrow(embedding), ncol(embedding), ncol(raw), nrow(genes), model
))
