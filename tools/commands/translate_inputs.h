/** @file tools/commands/translate_inputs.h  What `isogloss translate` translates with: lexicons, a map, a language model, a case table. */
#ifndef ISG_TOOLS_COMMANDS_TRANSLATE_INPUTS_H
#define ISG_TOOLS_COMMANDS_TRANSLATE_INPUTS_H
#include "tools/app.h"
#include "translate/translate.h"

/** What the options of `translate` name; strings are borrowed, NULL = not given. */
struct isg_translate_inputs {
    const char *map, *src, *tgt, *index, *subwords, *cases, *classes, *lm, *gazetteer, *locale, *source_locale;
    struct isg_opt_list lexicons, reverse, pivots;
    int64_t max_vocab, k;
    bool prominence;
};
/** What the inputs become; freed together. */
struct isg_translate_loaded {
    struct isg_lexicon *lexicon, *map;
    struct isg_case_table *cases;
    struct isg_lm *lm;
    struct isg_names *gazetteer;
    struct isg_vectors src, tgt;
    struct isg_align_map *matrix;
    struct isg_align_space *space;
    struct isg_fasttext *subwords;
    struct isg_strtab *words;
};

/**
 * Reads all that is named. With a map, its candidates are made for the words of the corpus alone (of "-": for all words).
 * @param out  zeroed; to be freed by isg_translate_loaded_fini, also after an error
 * @return ISG_EUSAGE where there is nothing to translate with, or a map without its vectors
 */
ISG_MUST_CHECK enum isg_status isg_translate_load(struct isg_app *app, const struct isg_translate_inputs *in,
    const char *corpus, struct isg_columns columns, struct isg_translate_loaded *out, struct isg_error *err);
void isg_translate_loaded_fini(struct isg_translate_loaded *l);

#endif
