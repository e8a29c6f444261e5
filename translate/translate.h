/** @file translate/translate.h  Public header of the translation of labelled corpora: lexicons (translate/lexicon), language
 * models (translate/lm), casing, decoders, and the pass over a corpus that carries labels along.
 *
 * Sources: Mayhew, Tsai, Roth 2017, "Cheap Translation for Cross-Lingual NER" (EMNLP); Xie, Yang, Neubig,
 * Smith, Carbonell 2018, "Neural Cross-Lingual NER with Minimal Resources" (EMNLP); Chen, Goodman 1998, "An
 * Empirical Study of Smoothing Techniques for Language Modeling".
 */
#ifndef ISG_TRANSLATE_TRANSLATE_H
#define ISG_TRANSLATE_TRANSLATE_H
#include "translate/lexicon/lexicon.h"
#include "translate/lm/lm.h"
#include "translate/profile.h"
#include <jansson.h>

/* ---- letter case ---- */

/** Letters in another case. With ICU by all of Unicode's rules: "straße" to "STRASSE", a final sigma, and the rules of a
 * language (Turkish and Azeri "i" to "İ"). Without ICU letter by letter: "ß" stays, or becomes "ẞ". For one thread. */
struct isg_case_map;
/** @param locale  the words' language ("tr", "az", "lt", "el", "nl"); NULL = the rules that all languages share.
 * ISG_EUSAGE for what is no language code, and for any without ICU; ISG_ENOMEM. */
ISG_MUST_CHECK enum isg_status isg_case_map_new(struct isg_case_map **out, const char *locale, struct isg_error *err);
void isg_case_map_free(struct isg_case_map *map); /**< NULL is fine */
/** A fresh string of *out_n bytes, freed with isg_free; NULL = no memory. Title: the first letter alone is changed. */
char *isg_case_map_apply(const struct isg_case_map *map, enum isg_case_to to, const char *s, size_t n, size_t *out_n);

/* ---- casing ---- */

/** How the target language writes its words: counts of each lower-cased word as lower, Title and UPPER. */
struct isg_case_table;
struct isg_case_counts {
    uint32_t lower, title, upper;
};
/** An empty table. @param locale  as of isg_case_map_new */
ISG_MUST_CHECK enum isg_status isg_case_table_new(
    struct isg_case_table **out, const char *locale, struct isg_error *err);
void isg_case_table_free(struct isg_case_table *t);
/** Counts the words of a plain text file (or "-"), those that start a sentence left out. */
ISG_MUST_CHECK enum isg_status isg_case_table_count(
    struct isg_case_table *t, const char *path, const struct isg_env *env, struct isg_error *err);
/** Reads what isg_case_table_save wrote: word, lower, title, upper, separated by tabs. */
ISG_MUST_CHECK enum isg_status isg_case_table_load(
    struct isg_case_table *t, const char *path, const struct isg_env *env, struct isg_error *err);
/** Most frequent word first, ties by bytes; words seen less than min_count times are left out. */
ISG_MUST_CHECK enum isg_status isg_case_table_save(
    const struct isg_case_table *t, const char *path, uint32_t min_count, bool force, struct isg_error *err);
/** All zero where the word was not seen; `word` may have any case. */
struct isg_case_counts isg_case_table_get(const struct isg_case_table *t, const char *word, size_t n);

enum isg_casing {
    ISG_CASING_SOURCE, /**< Xie: UPPER and Capitalised words carry over, the rest stays as the lexicon has it */
    ISG_CASING_TARGET, /**< capitalised iff P(capitalised) > threshold in the case table; source's where
                          unseen */
    ISG_CASING_BOTH,   /**< as TARGET, but only words that the source capitalises get a capital */
    ISG_CASING_SAMPLE, /**< UniTrans: drawn from the word's distribution over lower, Title and UPPER */
    ISG_CASING_NONE    /**< Mayhew: as the lexicon has it, sentence-initial words capitalised, their rest lower */
};

/* ---- translating a corpus ---- */

enum isg_decoder {
    ISG_DECODE_WORD,   /**< one word at a time, its best candidate (Xie) */
    ISG_DECODE_GREEDY, /**< longest phrase first, window of four, language model and prominence (Mayhew) */
    ISG_DECODE_BEAM    /**< the best path through a lattice of all candidates, with the language model */
};
/** What becomes of the words of an entity of some type, or of the words outside entities (type "O"). */
enum isg_policy {
    ISG_POLICY_TRANSLATE,
    ISG_POLICY_COPY,
    ISG_POLICY_TRANSLITERATE, /**< by ICU */
    ISG_POLICY_GAZETTEER,     /**< another name of its type, drawn from the gazetteer (Mayhew's name substitution) */
    ISG_POLICY_EVIDENCE       /**< copied where the target text knows the word as a name, else translated by the
                           lexicon; the map is not asked for names, of which it knows little */
};
enum isg_method {
    ISG_BY_LEXICON,
    ISG_BY_MAP,
    ISG_BY_CLASS,    /**< a number, a URL, punctuation ...: left alone */
    ISG_BY_POLICY,   /**< copied because the policy of its type says so */
    ISG_BY_EVIDENCE, /**< copied because the target text knows it */
    ISG_BY_UNKNOWN,  /**< copied because nothing is known about it */
    ISG_BY_SUFFIX,   /**< found after an English suffix was taken off (Mayhew) */
    ISG_BY_TRANSLITERATION,
    ISG_BY_GAZETTEER,
    ISG_N_METHODS
};
const char *isg_method_name(enum isg_method m); /**< "lexicon", "map", "class", "policy" ... */

struct isg_translate_opts {
    enum isg_decoder decoder;   /**< default WORD */
    enum isg_casing casing;     /**< default SOURCE */
    double cap_threshold;       /**< of ISG_CASING_TARGET, 0 to 1, default 0.6 (Xie) */
    int window;                 /**< longest phrase in words, 1 to 8, default 4 (Mayhew) */
    int candidates;             /**< of a unit at most, 1 to 64, default 8 */
    int beam;                   /**< hypotheses kept at each word, 1 to 256, default 8 */
    double lm_weight;           /**< of the model's ln p beside the candidates' ln p, default 0.5 */
    double map_share;           /**< of the map in a mixture with the lexicon, 0 to 1, default 0.25 */
    double map_temperature;     /**< p of the map's candidates = softmax(csls / this), default 0.1 */
    double swap;                /**< prior of two words in the other order, 0 = never (default), e.g. 0.3 */
    const char *link;           /**< word that may join swapped words of a name, "de"; NULL = none (default) */
    uint32_t samples;           /**< translations of each sentence, default 1; those after the first are drawn */
    double temperature;         /**< of drawing, default 1 */
    double min_coverage;        /**< leave out sentences whose words are found less often; default 0 = keep all */
    double min_score;           /**< leave out sentences of a smaller mean ln p a word; default -INFINITY */
    bool drop_lower;            /**< entities that the target writes small throughout lose their label; default no */
    const char *transliterator; /**< ICU identifier for ISG_POLICY_TRANSLITERATE, "Any-Latin; Latin-ASCII" */
    const char *locale;         /**< language of the target, for its letter case (isg_case_map_new); default NULL */
    const char *source_locale;  /**< language of the source, for lower-casing the words looked up; default NULL */
    uint64_t seed;              /**< default 1 */
    bool provenance;            /**< append columns: source words, method, rank, score; default no */
};
void isg_translate_opts_default(struct isg_translate_opts *opts);
/** What a translator uses; borrowed, NULL = none. A lexicon goes before the map, and both before copying. */
struct isg_translate_parts {
    const struct isg_lexicon *lexicon;
    const struct isg_lexicon *map; /**< k best words by CSLS with their scores (isg_lexicon_from_map) */
    const struct isg_case_table *cases;
    const struct isg_lm *lm;
    const struct isg_vectors *target;  /**< words of the target language, most frequent first: evidence */
    const struct isg_names *gazetteer; /**< of the target language, for ISG_POLICY_GAZETTEER */
    const char *classes;               /**< file of token classes; NULL = the list built in */
};
struct isg_translator; /**< For one thread. */
ISG_MUST_CHECK enum isg_status isg_translator_new(struct isg_translator **out, const struct isg_translate_parts *parts,
    const struct isg_translate_opts *opts, struct isg_error *err);
void isg_translator_free(struct isg_translator *t);
/** "PER=copy,ORG=evidence,O=translate,*=translate"; a later rule replaces an earlier one. Else ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_translator_policy(
    struct isg_translator *t, const char *rules, struct isg_error *err);

struct isg_translate_calibration {
    size_t words;       /**< that the map and the lexicon share */
    double temperature; /**< in use now */
    double gain;        /**< in mean ln p of a held-out word; 0 where there were too few words */
    bool kept;          /**< the fitted temperature is the one in use */
};
/**
 * Fits map_temperature to the lexicon: maximises the sum over the words of both of
 *     ln sum over the lexicon's translations t of softmax_t(csls / T)
 * by golden section over [0.01, 2]. The fit is kept only if, over five folds of the words, fits to the others give the
 * held-out words a greater sum than the temperature in opts does; below 20 words nothing is fitted. Returns ISG_ENOMEM.
 */
ISG_MUST_CHECK enum isg_status isg_translator_calibrate(
    struct isg_translator *t, struct isg_translate_calibration *out, struct isg_error *err);

/** What became of the tokens and entities of a corpus. */
struct isg_translate_report {
    uint64_t sentences_in, sentences_out, tokens_in, tokens_out;
    uint64_t by_method[ISG_N_METHODS]; /**< source tokens of the sentences kept, once for each sample */
    uint64_t entities_in, entities_out;
    uint64_t sentences_dropped; /**< by the filters */
    uint64_t labels_dropped;    /**< entities that lost their label by drop_lower */
    uint64_t phrases_changed;   /**< translated units whose number of words differs from their source's */
    enum isg_scheme scheme;
};
/**
 * Translates a labelled corpus: other columns, blank lines, comments and document marks are kept, an entity
 * stays an entity of its type, and there are as many sentences as before. Memory does not grow with the
 * corpus.
 * @param out     committed by the caller, who opened it
 * @param trace   NULL, or gets one JSON object a sentence: source, target, tags, and of each unit its words,
 * method, rank and score
 * @param report  added to
 */
ISG_MUST_CHECK enum isg_status isg_translate_corpus(struct isg_translator *t, const char *path,
    struct isg_columns columns, struct isg_writer *out, struct isg_writer *trace, struct isg_translate_report *report,
    const struct isg_env *env, struct isg_error *err);
/** A target word of one sentence. */
struct isg_translated {
    const char *word, *tag; /**< tag NULL where none were given */
    size_t source;          /**< the source word whose place it takes */
    enum isg_method method;
    uint32_t rank; /**< of the candidate, 1 = best; 0 = none */
    float score;   /**< as the lexicon or the map gives it */
};
/**
 * Translates one sentence, the first of a corpus as far as anything is drawn; the filters are not asked.
 * @param tags  NULL, or a tag for each word
 * @param out   *n_out target words in one block with their texts; isg_free it
 * ISG_EDATA for an empty word, invalid UTF-8 or a malformed tag.
 */
ISG_MUST_CHECK enum isg_status isg_translate_sentence(struct isg_translator *t, const char *const *words,
    const char *const *tags, size_t n, struct isg_translated **out, size_t *n_out, struct isg_error *err);
/** A page that shows source and target sentences of a trace side by side, entities and methods in colour. */
ISG_MUST_CHECK enum isg_status isg_translate_page(
    const char *trace_path, struct isg_writer *page, const struct isg_env *env, struct isg_error *err);
/** Share (0 to 1) of the source tokens in the output, each sample counted, that a lexicon, map or rule said anything
 * about: without token classes and copying policies, unknown words as not found. 1 where nothing was to be translated. */
double isg_translate_coverage(const struct isg_translate_report *report);
/** The report as a JSON object, for --report and --json; NULL = no memory. */
json_t *isg_translate_report_json(const struct isg_translate_report *report);
/* ---- instead of translating: vectors of both languages ---- */

enum isg_joint_mode {
    ISG_JOINT_COMMON, /**< both languages in the map's common space ("common space" of Xie et al. 2018) */
    ISG_JOINT_REPLACE /**< a source word gets the vector of its nearest target word by CSLS ("replace") */
};
/**
 * Writes vectors for all target words and, after them, for the source words that are no target words, so that
 * a tagger trained on the source text with them can read target text. A word of both languages has its target
 * vector.
 * @param path  as isg_vectors_save
 */
ISG_MUST_CHECK enum isg_status isg_translate_vectors(enum isg_joint_mode mode, const struct isg_align_map *map,
    const struct isg_vectors *src, const struct isg_vectors *tgt, const char *path, bool force,
    const struct isg_env *env, struct isg_error *err);

#endif
