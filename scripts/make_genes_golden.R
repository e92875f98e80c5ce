# Golden values of gene-level differences: limma's eBayes (Smyth 2004) on invented values.
#   Rscript scripts/make_genes_golden.R > tests/golden/genes/genes_golden.json
# Made with limma 3.54.1 (Debian r-bioc-limma).
suppressMessages(library(limma))
set.seed(9)
numbers <- function(x) paste0("[", paste(ifelse(is.na(x), "null", ifelse(is.infinite(x), '"inf"', sprintf("%.17g", x))), collapse = ","), "]")
case <- function(name, n1, n2, genes, d0, with_purity, missing = 0, effects = 6) {
  n <- n1 + n2
  group <- c(rep(1, n1), rep(0, n2))
  purity <- round(runif(n, 0.2, 0.9) + 0.1 * group, 3)
  deviation <- if (is.finite(d0)) sqrt(0.25 * d0 / rchisq(genes, d0)) else rep(0.5, genes)
  values <- t(sapply(seq_len(genes), function(g) {
    6 + (g %% 5) + (if (g <= effects) 1.2 else 0) * group + (g %% 3) * purity + rnorm(n, 0, deviation[g])
  }))
  # Multiples of 1/4096: 32 bits hold them to the last digit, as the engine does.
  values <- round(values * 4096) / 4096
  if (missing > 0) values[sample(length(values), missing)] <- NA
  design <- if (with_purity) cbind(1, group, purity) else cbind(1, group)
  # A gene that misses values has its own model: limma fits it so.
  fit <- eBayes(lmFit(values, design))
  coefficient <- 2
  p <- fit$p.value[, coefficient]
  sprintf('{"name":"%s","first":%d,"purity":%s,"values":[%s],"s0":%.17g,"d0":%s,"coefficient":%s,"t":%s,"p":%s,"fdr":%s}',
    name, n1, if (with_purity) numbers(purity) else "null",
    paste(apply(values, 1, numbers), collapse = ","), fit$s2.prior,
    if (is.infinite(fit$df.prior[1])) '"inf"' else sprintf("%.17g", fit$df.prior[1]),
    numbers(fit$coefficients[, coefficient]), numbers(fit$t[, coefficient]), numbers(p), numbers(p.adjust(p, "BH")))
}
cases <- c(
  case("few tumours", 4, 5, 30, 4, FALSE),
  case("with purity", 9, 7, 30, 4, TRUE),
  case("with purity, values missing", 10, 12, 25, 3, TRUE, missing = 30),
  case("one shared variance", 8, 8, 20, Inf, FALSE),
  case("large effects", 30, 25, 12, 6, TRUE, effects = 12)
)
trigammas <- c(1e-3, 0.01, 0.3, 1, 2.5, 8, 30, 400, 1e6)
cat(sprintf('{"limma":"%s","cases":[%s],"trigamma":[%s]}\n', as.character(packageVersion("limma")), paste(cases, collapse = ",\n"),
  paste(sprintf("[%.17g,%.17g,%.17g]", trigammas, trigamma(trigammas), psigamma(trigammas, 2)), collapse = ",")))
