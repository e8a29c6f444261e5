/** @file tools/commands/align_inputs.h  What the `align` commands share: their input files. */
#ifndef ISG_TOOLS_COMMANDS_ALIGN_INPUTS_H
#define ISG_TOOLS_COMMANDS_ALIGN_INPUTS_H
#include "align/align.h"
#include "tools/app.h"

/** A map and the vectors of both sides, as the commands after `fit` use them. A zeroed struct is valid for
 * fini. */
struct isg_align_inputs {
    const char *map_path, *path[2]; /**< values of --map, --src, --tgt */
    int64_t max_vocab;              /**< --max-vocab: words per language; 0 = all */
    const char *retrieval;          /**< --retrieval */
    const char *index;              /**< --index, a file or a factory string; or NULL */
    int64_t csls_k;                 /**< --csls-k; 0 = the map's */
    const char *memory;             /**< --memory, or NULL */
    bool rerank;                    /**< --rerank: by the map's evidence */
    struct isg_align_map *map;
    struct isg_vectors v[2];
    struct isg_align_space *space;
};
/* clang-format off */
#define ISG_ALIGN_OPT_SRC(in) {.name = "src", .letter = 's', .kind = ISG_OPT_STRING, .value = &(in)->path[0], \
    .argument = "FILE", .path = ISG_PATH_IN, .required = true, .help = "word vectors of the source language", .group = "Input"}
#define ISG_ALIGN_OPT_TGT(in) {.name = "tgt", .letter = 't', .kind = ISG_OPT_STRING, .value = &(in)->path[1], \
    .argument = "FILE", .path = ISG_PATH_IN, .required = true, .help = "word vectors of the target language"}
#define ISG_ALIGN_OPT_MAP(in) {.name = "map", .kind = ISG_OPT_STRING, .value = &(in)->map_path, \
    .argument = "FILE", .path = ISG_PATH_IN, .required = true, .help = "map written by align fit", .group = "Input"}
#define ISG_ALIGN_OPT_VOCAB(in) {.name = "max-vocab", .kind = ISG_OPT_INT, .value = &(in)->max_vocab, \
    .argument = "N", .min = 0, .max = 4e9, .help = "most frequent words to read from each vector file, 0 = all"}
#define ISG_ALIGN_OPT_RETRIEVAL(in) {.name = "retrieval", .kind = ISG_OPT_CHOICE, .value = &(in)->retrieval, \
    .choices = "nn|csls|isf", .help = "similarity: cosine, CSLS or inverted softmax", .group = "Retrieval"}
#define ISG_ALIGN_OPT_CSLS_K(in) {.name = "csls-k", .kind = ISG_OPT_INT, .value = &(in)->csls_k, .argument = "N", \
    .min = 0, .max = 1000, .help = "neighbourhood size of CSLS in words, 0 = the map's"}
#define ISG_OPT_INDEX(at) {.name = "index", .kind = ISG_OPT_STRING, .value = (at), .argument = "INDEX", \
    .help = "FAISS index: file of align index, or factory string as HNSW32;efSearch=128", .fallback = "Flat, exact"}
#define ISG_ALIGN_OPT_INDEX(in) ISG_OPT_INDEX(&(in)->index)
#define ISG_ALIGN_OPT_RERANK(in) {.name = "rerank", .kind = ISG_OPT_FLAG, .value = &(in)->rerank, \
    .help = "re-rank the best by spelling and frequency, as learnt by align fit"}
#define ISG_ALIGN_OPT_MEMORY(in) {.name = "memory", .kind = ISG_OPT_STRING, .value = &(in)->memory, .argument = "SIZE", \
    .help = "memory limit, as 500M or 4G; vectors of over a quarter of it go to a file in $TMPDIR or /var/tmp"}
#define ISG_ALIGN_OPT_SWAP(option, at) {.name = (option), .kind = ISG_OPT_FLAG, .value = (at), \
    .help = "the list has the target word first: turn it round"}
/* clang-format on */

/** The value of --memory: "500M", "4G", or bytes. ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_align_parse_size(const char *text, uint64_t *bytes, struct isg_error *err);
/** Reads one language's vectors and logs what was skipped. */
ISG_MUST_CHECK enum isg_status isg_align_load_vectors(
    struct isg_app *app, struct isg_align_inputs *in, enum isg_side side, struct isg_error *err);
/**
 * ISG_EUSAGE where a vector file is the one that the map was made from, but on its other side: that would give
 * nonsense without a word. Other files than the map's are fine.
 */
ISG_MUST_CHECK enum isg_status isg_align_check_sides(
    const struct isg_align_map *map, const char *map_path, const char *src, const char *tgt, struct isg_error *err);
/** Checksums of what an index is made from. */
struct isg_index_sums {
    char map[17], side[2][17];
};
/** side[ISG_SOURCE] may be NULL: an index by cosine. Vectors from standard input are ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_index_sums(
    struct isg_index_sums *out, const char *map, const char *const side[2], struct isg_error *err);
/** Makes the space search by what --index names: a saved index where there is a file of that name (what follows a
 * semicolon are search parameters), else a factory string. What an inexact one misses is measured and logged. */
ISG_MUST_CHECK enum isg_status isg_align_use_index(struct isg_app *app, struct isg_align_space *space,
    const char *index, enum isg_retrieval retrieval, const char *map, const char *const side[2],
    struct isg_error *err);
/** Map, both sides, and the space. The sides' rows are given back: their words stay. */
ISG_MUST_CHECK enum isg_status isg_align_load_inputs(
    struct isg_app *app, struct isg_align_inputs *in, struct isg_error *err);
void isg_align_inputs_fini(struct isg_align_inputs *in);
/** Reads a list and logs what was skipped. */
ISG_MUST_CHECK enum isg_status isg_align_load_dict(
    struct isg_app *app, struct isg_dict *dict, const char *path, struct isg_error *err);
/** Turns a list round where swap says so, and refuses one that is the wrong way round.
 * @param option  the option of swap */
ISG_MUST_CHECK enum isg_status isg_align_orient(struct isg_dict *dict, const char *path, const struct isg_vectors *src,
    const struct isg_vectors *tgt, enum isg_dict_case rule, const char *option, bool swap, struct isg_error *err);
#endif
