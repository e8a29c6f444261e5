/** @file align/align.h  Public header of align: two vector files and a seed in, a map and a bilingual
 * dictionary out.
 *
 * A map takes rows of both languages into one space:  source x -> unit(A p_s(x)),  target y -> unit(B
 * p_t(y)),  where p_s and p_t are the preprocessing of each side (struct isg_align_opts, `norm`) with its
 * statistics kept in the map. Orthogonal Procrustes and RCSLS have B = 1 (the space is the target's own); the
 * whitening family has both.
 *
 *     pairs or seed mode --isg_align_fit--> isg_align_map --isg_align_space_new--> isg_align_space
 * --isg_align_knn-->
 */
#ifndef ISG_ALIGN_ALIGN_H
#define ISG_ALIGN_ALIGN_H
#include "src/isg.h"

enum isg_side { ISG_SOURCE = 0, ISG_TARGET = 1 };

/** For programs, before their libraries are loaded: a lack of memory inside FAISS is distinguished from other failures, and where C++
 * would abort, ends with one line and exit 1 (align/cxx.h). Not for libraries: it sets handlers of the whole process. */
void isg_align_program_starts(void);

/* ---- Files of word pairs ---- */

/**
 * A list of pairs, read once from start to end. A file that starts with "<" is a dictionary in XML: XDXF, LIFT or TBX
 * (align/dictxml.h); one whose name ends in .csv has cells between commas (RFC 4180, no line ends in them), and a heading with
 * the names source and target, or source, target and perhaps a score. Of others the columns are decided once, from the first 256
 * lines:
 *   muse  source and target word, whitespace between them;
 *   tsv   source, target and perhaps a score, tabs between them (half of the lines have a tab);
 *   dict  source, rank, target, score: what `align dict` writes (most lines have a whole number second, and not all
 *         of these another number third).
 * A line that fits nothing else but another format is malformed.
 */
struct isg_pairfile;
struct isg_pair_line {
    bool any; /**< false at the end of the file */
    uint64_t number;
    const char *expected; /**< NULL, or the line is malformed: what should be there */
    bool bad_text;        /**< malformed: invalid UTF-8 or a NUL byte */
    const char *word[2];  /**< source and target, terminated, single spaces between words; until the next call */
    size_t n[2];
    float score;           /**< 0 where there is none */
    const char *bad_score; /**< NULL, or what is in the score's column and no number: bad_score_n bytes */
    size_t bad_score_n;
    char start[80]; /**< of the line, for messages */
};
struct isg_pairfile_report {
    uint64_t lines, empty;
};
/** @param comments  lines that start with "#" and have no tab are comments */
ISG_MUST_CHECK enum isg_status isg_pairfile_open(
    struct isg_pairfile **out, const char *path, bool comments, const struct isg_env *env, struct isg_error *err);
void isg_pairfile_close(struct isg_pairfile *f); /**< NULL is fine */
/** The next line that is not empty. @param report  added to */
ISG_MUST_CHECK enum isg_status isg_pairfile_next(
    struct isg_pairfile *f, struct isg_pairfile_report *report, struct isg_pair_line *out, struct isg_error *err);
const char *isg_pairfile_format(
    const struct isg_pairfile *f); /**< "muse", "tsv", "dict", "csv", "xdxf", "lift", "tbx"; after the first line */

/* ---- Bilingual word lists ---- */

/** An entry of a bilingual list; both strings terminated, single spaces between words. */
struct isg_dict_entry {
    const char *word[2]; /**< [ISG_SOURCE], [ISG_TARGET] */
    uint64_t line;
};
/** What was skipped or counted, for the caller to report. */
struct isg_dict_report {
    uint64_t lines, entries;
    uint64_t empty;             /**< blank lines, skipped */
    uint64_t broken;            /**< malformed lines, or invalid UTF-8, skipped */
    uint64_t first_broken_line; /**< 0 = none */
    uint64_t duplicates;        /**< pairs seen before, skipped */
    uint64_t multi_word;        /**< entries with a phrase in either language */
};
struct isg_dict {
    struct isg_dict_entry *entries;
    size_t n;
    struct isg_dict_report report;
    struct isg_arena arena; /**< private: the strings */
    size_t cap;             /**< private */
};
enum isg_dict_case {
    ISG_DICT_CASE_AUTO,  /**< as written where the vectors have it, else in lower case (the default) */
    ISG_DICT_CASE_LOWER, /**< always in lower case */
    ISG_DICT_CASE_KEEP   /**< only as written */
};
/**
 * Reads a list of pairs (isg_pairfile; "#" starts no comment). Malformed lines are skipped and counted, columns after
 * the pair are ignored. A file without one pair is ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_dict_load(
    struct isg_dict *out, const char *path, const struct isg_env *env, struct isg_error *err);
void isg_dict_fini(struct isg_dict *d); /**< a zeroed struct is fine */

/** Pairs whose words are more frequent in the vocabularies as they are, and with source and target exchanged: by
 * log(place in the file / number of words), 0 for a word that is not there. Equal ones, as words spelt alike, do not count. */
struct isg_dict_orientation {
    uint64_t straight, swapped;
};
void isg_dict_orientation(const struct isg_dict *dict, const struct isg_vectors *src, const struct isg_vectors *tgt,
    enum isg_dict_case rule, struct isg_dict_orientation *out);
void isg_dict_swap(struct isg_dict *dict); /**< exchanges source and target */
/** ISG_EDATA where 10 pairs or more, and over twice as many as not, are the wrong way round.
 * @param advice  what to do then */
ISG_MUST_CHECK enum isg_status isg_dict_check_orientation(const struct isg_dict *dict, const char *path,
    const struct isg_vectors *src, const struct isg_vectors *tgt, enum isg_dict_case rule, const char *advice,
    struct isg_error *err);

/** Rows of source and target words that translate each other. */
struct isg_align_pairs {
    uint32_t *row[2]; /**< [ISG_SOURCE], [ISG_TARGET]: n row numbers each */
    size_t n, cap;
};
void isg_align_pairs_fini(struct isg_align_pairs *p); /**< a zeroed struct is fine */
ISG_MUST_CHECK enum isg_status isg_align_pairs_add(
    struct isg_align_pairs *p, uint32_t src, uint32_t tgt, struct isg_error *err);
/** Where pairs came from, or what was lost on the way. */
struct isg_align_pairs_report {
    uint64_t entries;          /**< looked at */
    uint64_t missing[2];       /**< entries whose source / target word has no vector */
    uint64_t distinct_sources; /**< different source words among the entries */
    uint64_t covered_sources;  /**< of these, with a vector and at least one target with a vector */
};
/** Row of a word under a case rule, phrases also joined by "_" (new_york); ISG_NO_ID if it has no vector. */
uint32_t isg_align_find(const struct isg_vectors *v, const char *word, size_t n, enum isg_dict_case rule);
/** Pairs of a list whose two words both have vectors, most frequent source word first, without repeats.
 * @param report may be NULL */
ISG_MUST_CHECK enum isg_status isg_align_pairs_from_dict(struct isg_align_pairs *out, const struct isg_dict *dict,
    const struct isg_vectors *src, const struct isg_vectors *tgt, enum isg_dict_case rule,
    struct isg_align_pairs_report *report, struct isg_error *err);

/* ---- Fitting ---- */

enum isg_align_method {
    ISG_ALIGN_AUTO,       /**< picked by precision on held-out seed pairs, or by an unsupervised criterion */
    ISG_ALIGN_PROCRUSTES, /**< W = U V^T of SVD(Y^T X) (Schoenemann 1966) */
    ISG_ALIGN_ADVANCED,   /**< whiten, rotate, re-weight, de-whiten (Artetxe et al. 2018, AAAI) */
    ISG_ALIGN_RCSLS,      /**< relaxed CSLS loss (Joulin et al. 2018) */
    ISG_ALIGN_PROCB       /**< Procrustes with mutual nearest neighbours added to the seed (Glavas et al. 2019) */
};
enum isg_contrast_use {
    ISG_CONTRAST_AUTO, /**< if it helps on held-out pairs (ISG_ALIGN_AUTO) */
    ISG_CONTRAST_ON,   /**< at the end of any method */
    ISG_CONTRAST_OFF
};
enum isg_align_seed_from {
    ISG_SEED_DICT,        /**< the pairs given */
    ISG_SEED_IDENTICAL,   /**< words spelt alike in both languages, also case-folded and digit-normalised */
    ISG_SEED_NUMERALS,    /**< words of digits (with signs and separators) */
    ISG_SEED_UNSUPERVISED /**< similarity distributions (Artetxe et al. 2018, ACL) */
};
enum isg_align_step {
    ISG_NORM_END = 0,
    ISG_NORM_UNIT,   /**< each row to length 1; zero rows stay zero */
    ISG_NORM_CENTRE, /**< subtract the mean row */
    ISG_NORM_ABTT    /**< all-but-the-top: subtract the mean and the projections on the first `abtt` principal
                        axes */
};
enum isg_retrieval { ISG_RETRIEVE_NN, ISG_RETRIEVE_CSLS, ISG_RETRIEVE_ISF };

struct isg_align_opts {
    enum isg_align_method method;       /**< default ISG_ALIGN_AUTO */
    enum isg_align_seed_from seed_from; /**< default ISG_SEED_DICT; recorded in the map; UNSUPERVISED needs no pairs */
    enum isg_align_step norm[8];        /**< in order, ended by ISG_NORM_END; default unit, centre, unit */
    uint32_t abtt;                      /**< axes of ISG_NORM_ABTT, default 2 */
    enum isg_contrast_use contrast;     /**< contrastive refinement (Li et al. 2022), default ISG_CONTRAST_AUTO */
    int refine;            /**< rounds of refinement on mutual CSLS neighbours; default -1 = what the method chooses */
    uint32_t csls_k;       /**< neighbourhood of CSLS, >= 1, default 10 */
    uint32_t vocab_cutoff; /**< most frequent words per language to refine on and learn from, default 20,000; 0
                              = all */
    uint64_t seed;         /**< the only source of randomness, default 1 */
};
void isg_align_opts_default(struct isg_align_opts *opts);
/** "unit,centre,unit,abtt" ("center" too; "none" = no step) into opts->norm. */
ISG_MUST_CHECK enum isg_status isg_align_parse_norm(
    struct isg_align_opts *opts, const char *text, struct isg_error *err);
/** Names as the command line has them; find gives the value, or -1. */
const char *isg_align_method_name(enum isg_align_method m);
const char *isg_align_seed_name(enum isg_align_seed_from s);
const char *isg_retrieval_name(enum isg_retrieval r);
int isg_align_method_find(const char *name);
int isg_align_seed_find(const char *name);
int isg_retrieval_find(const char *name);
enum isg_dict_case isg_dict_case_find(const char *name); /**< "auto", "lower", "keep"; else ISG_DICT_CASE_AUTO */
/** Pairs that the two vocabularies themselves give (ISG_SEED_IDENTICAL, ISG_SEED_NUMERALS); may come out
 * empty. */
ISG_MUST_CHECK enum isg_status isg_align_pairs_from_words(struct isg_align_pairs *out, enum isg_align_seed_from from,
    const struct isg_vectors *src, const struct isg_vectors *tgt, struct isg_error *err);

struct isg_align_map;
/** What fitting did, for people and logs; also kept in the map's metadata. */
struct isg_align_report {
    enum isg_align_method method; /**< the one used, never AUTO */
    char why[320];                /**< how it was chosen, a sentence */
    uint64_t seed_pairs, final_pairs;
    int rounds;            /**< of refinement or self-learning */
    double consistency;    /**< per cent of held-out induced pairs that a map of the others finds; < 0 = not
                           measured */
    double held_out;       /**< P@1 of held-out seed words by CSLS, per cent; < 0 = not measured */
    double held_out_at_10; /**< P@10 of the words that the choice was made by; with held_out_words > 0 */
    uint64_t held_out_words;
    double held_out_reranked; /**< the same re-ranked by spelling and frequency, cross-validated; < 0 = not measured */
    bool degenerate;  /**< not to be trusted: without pairs, no better than self-learning from chance pairs; with pairs,
                         fewer than 1 % of 50 or more held-out words found (ISG_ALIGN_AUTO alone looks) */
    double mean_csls; /**< of the best translation of the most frequent 10,000 source words */
    double seconds;
};
/**
 * Learns a map. Rows are taken by frequency: row 0 is the most frequent word.
 * @param pairs   seed; may be NULL with ISG_SEED_UNSUPERVISED alone. Zero rows among them are left out
 * @param report  may be NULL
 * @param map     owned by the caller, free with isg_align_map_free; NULL on any failure
 * Errors: no usable pairs (ISG_EDATA), dimensions that differ where the method needs one (ISG_EDATA),
 * ISG_ENUMERIC, ISG_ECANCELED, ISG_ENOMEM.
 */
ISG_MUST_CHECK enum isg_status isg_align_fit(struct isg_align_map **map, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const struct isg_align_pairs *pairs, const struct isg_align_opts *opts,
    struct isg_align_report *report, const struct isg_env *env, struct isg_error *err);
void isg_align_map_free(struct isg_align_map *map); /**< NULL is fine */
/** Dimension of the common space. */
size_t isg_align_map_dim(const struct isg_align_map *map);
/** Adds or replaces a line of metadata (input checksums, paths, language names); kept by save. */
ISG_MUST_CHECK enum isg_status isg_align_map_set_meta(
    struct isg_align_map *map, const char *key, const char *value, struct isg_error *err);
const char *isg_align_map_meta(const struct isg_align_map *map, const char *key); /**< or NULL */
ISG_MUST_CHECK enum isg_status isg_align_map_save(
    const struct isg_align_map *map, const char *path, bool force, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_align_map_load(struct isg_align_map **map, const char *path, struct isg_error *err);
/**
 * out (rows x isg_align_map_dim) = rows of `in` in the common space, of length 1 (zero rows stay zero).
 * A row length other than the map's is ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_align_project(const struct isg_align_map *map, enum isg_side side, struct isg_mat in,
    struct isg_mat out, const struct isg_env *env, struct isg_error *err);

/* ---- Many languages ---- */

/** A language of a hub. */
struct isg_hub_language {
    const char *name; /**< for messages */
    const struct isg_vectors *v;
    const struct isg_align_pairs *pairs; /**< rows of the pivot (row[0]) and its own (row[1]); NULL for the pivot */
};
struct isg_hub_report {
    uint64_t words; /**< of the pivot, with a translation into some language */
    int rounds;
    double loss; /**< mean squared distance of a word from the average of its translations, 0 to 4 */
};
struct isg_align_hub;
/**
 * All languages into one space, that of no language: orthogonal W_l that minimise
 *     sum over pivot words w and languages l that translate w of |x_l(w) W_l - g(w)|^2,   g(w) = mean over l of x_l(w) W_l,
 * with x_l(w) the mean of the preprocessed translations; W and g in turn, until the loss settles (generalised Procrustes,
 * Gower 1975; for word vectors Kementchedjhieva et al. 2018). Two languages are so compared directly, and not by way of the
 * pivot's errors. opts->refine rounds (negative = none) add mutual CSLS neighbours of each language and the pivot among the
 * opts->vocab_cutoff most frequent words; norm, abtt and csls_k as for isg_align_fit, the rest is not looked at.
 * @param languages  n >= 2, the pivot first; borrowed for the call
 * Errors: dimensions that differ, a language without a pair (ISG_EDATA), ISG_ENUMERIC, ISG_ECANCELED, ISG_ENOMEM.
 */
ISG_MUST_CHECK enum isg_status isg_align_hub_fit(struct isg_align_hub **out, const struct isg_hub_language *languages,
    size_t n, const struct isg_align_opts *opts, struct isg_hub_report *report, const struct isg_env *env,
    struct isg_error *err);
void isg_align_hub_free(struct isg_align_hub *hub); /**< NULL is fine */
/** A map between any two languages of the hub, by their numbers; the caller's to free. */
ISG_MUST_CHECK enum isg_status isg_align_hub_map(
    const struct isg_align_hub *hub, size_t source, size_t target, struct isg_align_map **map, struct isg_error *err);

/* ---- Retrieval ---- */

/** Both vocabularies in the common space, with what CSLS and ISF need to know of them (computed when first
 * wanted). */
struct isg_align_space;
/** Keeps no reference to src and tgt, but their row numbers are the space's. The map has to outlive it.
 * @param csls_k 0 = the map's */
ISG_MUST_CHECK enum isg_status isg_align_space_new(struct isg_align_space **out, const struct isg_align_map *map,
    const struct isg_vectors *src, const struct isg_vectors *tgt, uint32_t csls_k, const struct isg_env *env,
    struct isg_error *err);
struct isg_space_opts {
    uint32_t csls_k;    /**< 0 = the map's */
    uint64_t memory;    /**< bytes to stay under; 0 = no limit. A side that would take more than a quarter lies in a
                           temporary file, is read in tiles, and its pages are given back after use */
    const char *folder; /**< of that file, borrowed; NULL = /var/tmp. It has no name and goes with the space */
};
/** The same in steps, for spaces that do not fit into memory: open, then take both sides, one after the other. */
ISG_MUST_CHECK enum isg_status isg_align_space_open(struct isg_align_space **out, const struct isg_align_map *map,
    const struct isg_space_opts *opts, struct isg_error *err);
/** Projects one language; the memory of its rows is given back (isg_vectors_give_back), its words stay. */
ISG_MUST_CHECK enum isg_status isg_align_space_take(struct isg_align_space *space, enum isg_side side,
    struct isg_vectors *v, const struct isg_env *env, struct isg_error *err);
void isg_align_space_free(struct isg_align_space *space); /**< NULL is fine */
struct isg_mat isg_align_space_rows(const struct isg_align_space *space, enum isg_side side);
uint32_t isg_align_space_csls_k(const struct isg_align_space *space);

/**
 * From now on isg_align_knn and isg_align_lookup re-rank the best translations by CSLS of source words by the map's
 * evidence (align/evidence.h: spelling, frequency), with weights learnt when the map was fitted; scores are CSLS plus that
 * evidence. The vectors, whose words are looked at, are those of the space and have to outlive it. NULL, NULL: by CSLS alone,
 * which a new space does.
 */
ISG_MUST_CHECK enum isg_status isg_align_space_set_words(
    struct isg_align_space *space, const struct isg_vectors *src, const struct isg_vectors *tgt, struct isg_error *err);
/**
 * Neighbours are searched by a FAISS index of this factory string, with its search parameters after a semicolon
 * ("HNSW32;efSearch=128", "IVF1024,Flat;nprobe=32"); NULL = "Flat", which is exact and the default. Scores, and what CSLS
 * and ISF need to know of the words, are exact in either case.
 */
ISG_MUST_CHECK enum isg_status isg_align_space_set_index(
    struct isg_align_space *space, const char *factory, struct isg_error *err);
/** What an index was made from: checksums of the files, as isg_file_checksum gives them. */
struct isg_align_index_of {
    const char *map, *target;
    const char *source; /**< CSLS asks for the source words, too; NULL = an index by cosine alone */
};
/**
 * Saves an index of the target side: FAISS's own format, which other programs read, and after it the neighbourhood means
 * of CSLS and a record of what it was made from.
 * @param factory  as for isg_align_space_set_index
 */
ISG_MUST_CHECK enum isg_status isg_align_index_save(struct isg_align_space *space, const char *factory,
    const struct isg_align_index_of *of, const char *path, bool force, const struct isg_env *env,
    struct isg_error *err);
/**
 * Searches the target side by a saved index; its inverted lists stay in the file, mapped. With one by CSLS nothing needs to
 * be known of all words' neighbourhoods. With one by cosine, CSLS puts the 256 nearest in order. ISG_EDATA for a damaged
 * file, and for one of another map, of other vectors or of another number of words.
 * @param parameters  FAISS's search parameters ("nprobe=32"), or NULL
 */
ISG_MUST_CHECK enum isg_status isg_align_space_load_index(struct isg_align_space *space, const char *path,
    const char *parameters, const struct isg_align_index_of *of, struct isg_error *err);
bool isg_align_space_exact(const struct isg_align_space *space); /**< Does the index miss no neighbour? */
/** Share (0 to 1) of the exact k best that the index finds, over up to 1000 words spread over all
 * frequencies. */
ISG_MUST_CHECK enum isg_status isg_align_space_recall(struct isg_align_space *space, enum isg_side from,
    enum isg_retrieval retrieval, uint32_t k, double *recall, const struct isg_env *env, struct isg_error *err);
/** Computes the r of CSLS of all rows of both sides, if that has not been done; k nearest by one pass for
 * both. */
ISG_MUST_CHECK enum isg_status isg_align_space_means(
    struct isg_align_space *space, const struct isg_env *env, struct isg_error *err);

struct isg_near {
    uint32_t row; /**< ISG_NO_ID past the end of the vocabulary, with score -INFINITY */
    float score;
};
/**
 * The k best rows of the other side for rows of `from`, best first, ties by the lower row number.
 *   nn:   cos(x, y)
 *   csls: 2 cos(x, y) - r(x) - r(y), r = mean cosine with the csls_k nearest of the other side (Conneau et
 * al. 2018) isf:  inverted softmax, log p up to a constant of x: b cos(x, y) - log sum_x' exp(b cos(x', y)),
 * b = 30 (Smith et al. 2017)
 * @param rows  n row numbers of side `from`; NULL = 0 .. n-1
 * @param out   n x k
 * A zero row gets no neighbours (ISG_NO_ID).
 */
ISG_MUST_CHECK enum isg_status isg_align_knn(struct isg_align_space *space, enum isg_side from, const uint32_t *rows,
    size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err);
/** The same for queries that are no rows of the space: n x dim, already projected (isg_align_project). */
ISG_MUST_CHECK enum isg_status isg_align_knn_vectors(struct isg_align_space *space, enum isg_side from,
    struct isg_mat queries, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err);

/**
 * isg_align_knn for a few words at once: CSLS asks for the neighbourhood of every word of the other side,
 * which takes seconds; here it is computed for the 1000 nearest by cosine alone, and the rest is left out.
 */
ISG_MUST_CHECK enum isg_status isg_align_lookup(struct isg_align_space *space, enum isg_side from, const uint32_t *rows,
    size_t n, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err);

/** The same for queries that are no rows: n x dim, as isg_align_phrase or isg_align_project gives them. */
ISG_MUST_CHECK enum isg_status isg_align_lookup_vectors(struct isg_align_space *space, enum isg_side from,
    struct isg_mat queries, enum isg_retrieval retrieval, uint32_t k, struct isg_near *out, const struct isg_env *env,
    struct isg_error *err);
/**
 * A word or phrase without a row: the mean of its words' vectors in the common space, of length 1.
 * @param subwords  vectors of unknown words, from their character n-grams, of the model that v comes from; or NULL
 * @param out       dim floats; zeroes where nothing of it is known
 * @param words     how many of its words were known
 */
ISG_MUST_CHECK enum isg_status isg_align_phrase(const struct isg_align_space *space, enum isg_side side,
    const struct isg_vectors *v, const struct isg_fasttext *subwords, const char *text, float *out, size_t *words,
    const struct isg_env *env, struct isg_error *err);

/* ---- Evaluation ---- */

#define ISG_ALIGN_MAX_TOPK 8
struct isg_align_eval_opts {
    enum isg_retrieval retrieval;              /**< default CSLS */
    uint32_t topk[ISG_ALIGN_MAX_TOPK], n_topk; /**< default 1, 5, 10 */
    enum isg_dict_case rule;
};
void isg_align_eval_opts_default(struct isg_align_eval_opts *opts);
/** Precision over some of the covered queries. */
struct isg_align_part {
    uint64_t queries;
    double p_at[ISG_ALIGN_MAX_TOPK]; /**< per cent with any gold translation in the first k */
    double mrr;                      /**< mean of 1 / rank of the first gold translation (0 past the 100th), 0 to 1 */
};
#define ISG_ALIGN_BANDS 5
/** Ends of the frequency bands: source words of rank 1-1000, -5000, -20,000, -50,000, and all others. */
extern const uint64_t isg_align_band_end[ISG_ALIGN_BANDS];
struct isg_align_scores {
    uint64_t queries;                    /**< different source words of the list */
    uint64_t covered;                    /**< of these, with a vector and at least one gold translation with a vector */
    double coverage;                     /**< covered / queries, 0 to 1 */
    double p_at[ISG_ALIGN_MAX_TOPK];     /**< per cent of covered queries (the convention of MUSE and VecMap) */
    double p_at_all[ISG_ALIGN_MAX_TOPK]; /**< per cent of all: what is not covered counts as wrong */
    double p_at_copied[ISG_ALIGN_MAX_TOPK];      /**< per cent of all: what is not covered is answered by itself,
                                               as a translation that copies unknown words would */
    double mrr;                                  /**< over covered queries */
    struct isg_align_part band[ISG_ALIGN_BANDS]; /**< covered queries by the source word's frequency */
    struct isg_align_part not_identical;         /**< covered queries without a translation that is the word itself,
                                            but for case: names and loans make a list easy */
};
/** Scores a map on a gold list. A list without one covered query is ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_align_eval(struct isg_align_space *space, const struct isg_dict *gold,
    const struct isg_vectors *src, const struct isg_vectors *tgt, const struct isg_align_eval_opts *opts,
    struct isg_align_scores *scores, const struct isg_env *env, struct isg_error *err);

/** Pearson's correlation of n values; 0 where one side does not vary. */
double isg_pearson(const double *x, const double *y, size_t n);
/** Spearman's rank correlation; ties share the mean of their ranks. */
ISG_MUST_CHECK enum isg_status isg_spearman(
    const double *x, const double *y, size_t n, double *out, struct isg_error *err);
struct isg_align_similarity {
    uint64_t pairs, covered;  /**< read; with two vectors */
    double pearson, spearman; /**< of cosines and judgements, -1 to 1 */
};
/** Cross-lingual word similarity (SemEval 2017, task 2): lines of source word, target word and a score, by tabs or
 * spaces; a first line of another form is a heading. Fewer than two covered pairs: ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_align_similarity(const struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const char *path, enum isg_dict_case rule, struct isg_align_similarity *out,
    const struct isg_env *env, struct isg_error *err);

/** Precision against k (opts->topk) and, at the first k, by frequency, as an SVG picture. */
ISG_MUST_CHECK enum isg_status isg_align_plot_precision(const struct isg_align_scores *scores,
    const struct isg_align_eval_opts *opts, const char *path, bool force, struct isg_error *err);
/** n source words and their best translations by CSLS in the first two principal components of what is drawn, as an SVG
 * picture. names = what to call the two languages. Words without a vector are left out; all without: ISG_EDATA. */
ISG_MUST_CHECK enum isg_status isg_align_plot_space(struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const uint32_t *rows, size_t n, const char *const names[2], const char *path,
    bool force, const struct isg_env *env, struct isg_error *err);

enum isg_align_verdict {
    ISG_MAP_GOOD,      /**< its first translations can be used */
    ISG_MAP_WEAK,      /**< among its ten best is often a right one, its first is mostly wrong */
    ISG_MAP_DEGENERATE /**< no better than chance */
};
/**
 * The health of a map without a gold list.
 *
 * Where it was fitted to a seed dictionary, by the seed words that were held out (50 or more; P@1 and P@10 by CSLS): degenerate
 * where P@10 is below 2 % plus three times chance, weak where P@1 is below 20 %. Otherwise by mean CSLS over the 10,000 most
 * frequent words of each language, against the highest that self-learning reaches from three sets of chance pairs in the same
 * space: degenerate below 1.25 times that, weak below 1.45 times. Unsupervised fits whose starts disagreed are degenerate.
 */
struct isg_align_health {
    enum isg_align_verdict verdict;
    char why[200]; /**< in words */
    uint64_t words;
    uint64_t held_out_words; /**< 0 = judged by mean CSLS */
    double p1, p10;          /**< of the held-out words, per cent */
    double mean_csls;        /**< of the best translations */
    double hubness;     /**< skewness of how often a target word is among the 10 nearest by cosine; near 0 = good */
    double chance_csls; /**< the highest mean CSLS that self-learning makes of chance pairs; 0 = not needed */
};
const char *isg_align_verdict_name(enum isg_align_verdict verdict); /**< "good", "weak", "degenerate" */
ISG_MUST_CHECK enum isg_status isg_align_health(const struct isg_align_space *space, const struct isg_align_map *map,
    struct isg_align_health *out, const struct isg_env *env, struct isg_error *err);

/* ---- Dictionaries ---- */

/** p(the translation of this rank is right) = 1 / (1 + exp(-(w0 + w1 score + w2 log rank))), w2 <= 0 */
struct isg_align_calibration {
    double weight[3];
    uint64_t words; /**< source words it was fitted on */
};
/**
 * Fits the probabilities to the k best translations of held-out words; pairs that the map was learnt from would give
 * probabilities that are too high. What the list does not hold counts as wrong: on a list that is not complete they are
 * those of being in the list. Fewer than 20 covered words: ISG_EDATA.
 */
ISG_MUST_CHECK enum isg_status isg_align_calibrate(struct isg_align_space *space, const struct isg_dict *held_out,
    const struct isg_vectors *src, const struct isg_vectors *tgt, enum isg_retrieval retrieval, uint32_t k,
    struct isg_align_calibration *out, const struct isg_env *env, struct isg_error *err);
/** The probabilities that the map's own held-out seed words give (struct isg_align_space with words, retrieval by CSLS);
 * false where its evidence was not learnt, as from fewer than 100 seed words. */
bool isg_align_space_calibration(const struct isg_align_space *space, struct isg_align_calibration *out);
double isg_align_probability(const struct isg_align_calibration *c, double score, uint32_t rank);
/** Penalised maximum likelihood over n translations, by Newton's method. For tests. */
ISG_MUST_CHECK enum isg_status isg_align_fit_logistic(const double *score, const uint32_t *rank, const bool *right,
    size_t n, struct isg_align_calibration *c, struct isg_error *err);

/**
 *   tsv, muse, jsonl  lines, as in struct isg_dict_write_opts; stardict: isg_dict_write_stardict
 *   csv               RFC 4180, with a heading: source,rank,target,score[,probability][,mutual]
 *   xdxf              XDXF, logical, draft 34: ar/k and a def with a dtrn for each translation
 *   lift              LIFT 0.13: entry/lexical-unit and a sense with a gloss for each translation
 *   tbx               TBX-Basic, style DCA (ISO 30042:2019): a conceptEntry with a langSec for each language
 * The three XML formats have no place for scores: the order of translations is theirs. */
enum isg_dict_format {
    ISG_DICT_TSV,
    ISG_DICT_MUSE,
    ISG_DICT_JSONL,
    ISG_DICT_STARDICT,
    ISG_DICT_CSV,
    ISG_DICT_XDXF,
    ISG_DICT_LIFT,
    ISG_DICT_TBX
};
int isg_dict_format_find(const char *name); /**< "tsv", "muse", ...; -1 = none of them */
struct isg_dict_write_opts {
    enum isg_retrieval retrieval;                    /**< default CSLS */
    uint32_t k;                                      /**< translations a word, default 5 */
    uint64_t max_words;                              /**< most frequent source words; 0 = all */
    enum isg_dict_format format;                     /**< default TSV: source, rank, target, score */
    const char *languages[2];                        /**< codes for XDXF, LIFT and TBX; NULL = "und", undetermined */
    const struct isg_align_calibration *calibration; /**< for the next two; NULL = no probabilities */
    bool probability;                                /**< TSV, CSV and JSON lines get a probability after the score */
    double min_probability; /**< translations below it are left out; default 0. Ranks count those that stay */
    bool mutual; /**< TSV, CSV and JSON lines end in 1 where the source word is the target's best translation, else 0 */
};
/** 1 where the options have no calibration. */
double isg_dict_probability(const struct isg_dict_write_opts *opts, double score, uint32_t rank);
void isg_dict_write_opts_default(struct isg_dict_write_opts *opts);
/* The same line by line, in all formats but StarDict. */
struct isg_dict_line {
    const char *source, *target;
    uint32_t rank; /**< 1 = a new entry */
    double score;
    const double *probability; /**< NULL = not asked for */
    const bool *mutual;        /**< NULL = not asked for */
};
struct isg_dictfile {
    struct isg_writer *w;
    enum isg_dict_format format;
    const char *const *languages; /**< of source and target, or NULL = "und", undetermined */
    uint64_t entries;
};
void isg_dictfile_begin(struct isg_dictfile *f, bool probability, bool mutual);
/** Lines of one source word come together, by rank. */
ISG_MUST_CHECK enum isg_status isg_dictfile_line(
    struct isg_dictfile *f, const struct isg_dict_line *line, struct isg_error *err);
void isg_dictfile_end(struct isg_dictfile *f);

/** Writes the bilingual dictionary, most frequent source word first. */
ISG_MUST_CHECK enum isg_status isg_dict_write(struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const struct isg_dict_write_opts *opts, const char *path, bool force,
    const struct isg_env *env, struct isg_error *err);

/** The same as StarDict: PATH.ifo, PATH.idx, PATH.dict (a final ".ifo" of PATH is dropped). isg_dict_write
 * calls it. */
ISG_MUST_CHECK enum isg_status isg_dict_write_stardict(struct isg_align_space *space, const struct isg_vectors *src,
    const struct isg_vectors *tgt, const struct isg_dict_write_opts *opts, const char *path, bool force,
    const struct isg_env *env, struct isg_error *err);

#endif
