/* isogloss translate: a labelled corpus into a pseudo-labelled one of the target language. */
#include "tools/cmd.h"
#include "translate/translate.h"
#include <string.h>

struct inputs {
    const char *map, *src, *tgt, *cases, *classes;
    struct isg_opt_list lexicons;
    int64_t max_vocab, k;
};
/** What the inputs become; freed together. */
struct loaded {
    struct isg_lexicon *lexicon, *map;
    struct isg_case_table *cases;
    struct isg_vectors src, tgt;
    struct isg_align_map *matrix;
    struct isg_strtab *words;
};

static void loaded_fini(struct loaded *l)
{
    isg_lexicon_free(l->lexicon);
    isg_lexicon_free(l->map);
    isg_case_table_free(l->cases);
    isg_vectors_fini(&l->src);
    isg_vectors_fini(&l->tgt);
    isg_align_map_free(l->matrix);
    isg_strtab_free(l->words);
}

/** Lower-cased words of the corpus, so that only these are looked up in the map. */
static enum isg_status collect_words(
    const char *path, struct isg_columns columns, struct isg_strtab **out, struct isg_error *err)
{
    struct isg_columns_reader *r = NULL;
    *out = isg_strtab_new();
    if (!*out)
        return isg_error_nomem(err, "the words of the corpus");
    ISG_TRY(isg_columns_open(&r, path, columns, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        for (size_t i = 0; i < b->n_tokens; i++) {
            size_t n, m;
            uint32_t id;
            const char *s = isg_block_word(r, b, i, &n);
            char *low = isg_utf8_lower(s, n, &m);
            status = low ? isg_strtab_add(*out, low, m, &id, NULL, err) : isg_error_nomem(err, "a word");
            isg_free(low);
            if (status != ISG_OK)
                goto out;
        }
    }
out:
    isg_columns_close(r);
    return status;
}

static enum isg_status load_map(struct isg_app *app, const struct inputs *in, const char *corpus,
    struct isg_columns columns, struct loaded *l, struct isg_error *err)
{
    if (!in->src || !in->tgt) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "--map without --src and --tgt");
        return isg_error_expected(err, "the two vector files that the map was made from");
    }
    const struct isg_vectors_opts vo = {.max_vocab = (size_t)in->max_vocab, .bad_utf8 = ISG_BAD_UTF8_SKIP};
    ISG_TRY(isg_align_map_load(&l->matrix, in->map, err));
    ISG_TRY(isg_vectors_load(&l->src, in->src, &vo, NULL, &app->env, err));
    ISG_TRY(isg_vectors_load(&l->tgt, in->tgt, &vo, NULL, &app->env, err));
    if (strcmp(corpus, "-") != 0)
        ISG_TRY(collect_words(corpus, columns, &l->words, err));
    l->map = isg_lexicon_new();
    if (!l->map)
        return isg_error_nomem(err, "a lexicon");
    return isg_lexicon_from_map(
        l->map, l->matrix, &l->src, &l->tgt, l->words, (uint32_t)in->k, &app->env, err);
}

static enum isg_status load_all(struct isg_app *app, const struct inputs *in, const char *corpus,
    struct isg_columns columns, struct loaded *l, struct isg_error *err)
{
    if (!in->map && in->lexicons.n == 0) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "nothing to translate with");
        return isg_error_expected(err, "--lexicon FILE, or --map with --src and --tgt, or both");
    }
    if (in->lexicons.n > 0 && !(l->lexicon = isg_lexicon_new()))
        return isg_error_nomem(err, "a lexicon");
    for (size_t i = 0; i < in->lexicons.n; i++) {
        struct isg_lexicon_report rep;
        ISG_TRY(isg_lexicon_load(l->lexicon, in->lexicons.items[i], &rep, err));
        isg_log(&app->env, ISG_LOG_INFO, "%s: %s, %llu entries, %llu seen before, %llu skipped",
            in->lexicons.items[i], rep.format, (unsigned long long)rep.entries,
            (unsigned long long)rep.duplicates, (unsigned long long)rep.skipped);
    }
    if (in->cases) {
        if (!(l->cases = isg_case_table_new()))
            return isg_error_nomem(err, "a case table");
        ISG_TRY(isg_case_table_load(l->cases, in->cases, err));
    }
    return in->map ? load_map(app, in, corpus, columns, l, err) : ISG_OK;
}

static enum isg_status write_report(const char *path, bool force, json_t *json, struct isg_error *err)
{
    struct isg_writer *w;
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    if (!text)
        return isg_error_nomem(err, "the report");
    enum isg_status status = isg_writer_open(&w, path, force, err);
    if (status == ISG_OK) {
        isg_writer_text(w, text);
        isg_writer_text(w, "\n");
        status = isg_writer_commit(w, err);
    }
    free(text);
    return status;
}

static enum isg_status run_translate(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct inputs in = {.k = 1, .max_vocab = 100000};
    const char *columns_text = NULL, *report_path = NULL, *decoder = "word", *casing = "source", *out_path;
    struct isg_opt_list policies = {0};
    struct isg_translate_opts opts;
    isg_translate_opts_default(&opts);
    const struct isg_opt table[] = {
        {.name = "lexicon",
            .letter = 'l',
            .kind = ISG_OPT_LIST,
            .value = &in.lexicons,
            .argument = "FILE",
            .help = "lexicon (MUSE, TSV, align dict, dictd .index, StarDict .ifo); first entry first; may be "
                    "repeated",
            .group = "What to translate with (lexicon before map before copying)"},
        {.name = "map",
            .kind = ISG_OPT_STRING,
            .value = &in.map,
            .argument = "FILE",
            .help = "map made by align fit; words get their best CSLS neighbour"},
        {.name = "src",
            .kind = ISG_OPT_STRING,
            .value = &in.src,
            .argument = "FILE",
            .help = "word vectors of the source language, for --map"},
        {.name = "tgt",
            .kind = ISG_OPT_STRING,
            .value = &in.tgt,
            .argument = "FILE",
            .help = "word vectors of the target language, for --map"},
        {.name = "max-vocab",
            .kind = ISG_OPT_INT,
            .value = &in.max_vocab,
            .argument = "N",
            .min = 0,
            .max = 1e9,
            .help = "words read of each vector file, most frequent first; 0 = all"},
        {.name = "decoder",
            .kind = ISG_OPT_CHOICE,
            .value = &decoder,
            .choices = "word",
            .argument = "NAME",
            .help = "how candidates are chosen",
            .group = "How"},
        {.name = "policy",
            .kind = ISG_OPT_LIST,
            .value = &policies,
            .argument = "TYPE=WHAT",
            .help = "per entity type (O = outside, * = any other): translate, copy [default: PER=copy]"},
        {.name = "casing",
            .kind = ISG_OPT_CHOICE,
            .value = &casing,
            .choices = "source|target|sample|none",
            .argument = "HOW",
            .help = "capitals as in the source, or by --case-table, or as the lexicon has them"},
        {.name = "case-table",
            .kind = ISG_OPT_STRING,
            .value = &in.cases,
            .argument = "FILE",
            .help = "how the target language writes its words, made by translate case"},
        {.name = "cap-threshold",
            .kind = ISG_OPT_REAL,
            .value = &opts.cap_threshold,
            .argument = "P",
            .min = 0,
            .max = 1,
            .help = "with --casing target: P(capitalised) above which a word is capitalised"},
        {.name = "classes",
            .kind = ISG_OPT_STRING,
            .value = &in.classes,
            .argument = "FILE",
            .help = "token classes that are left alone, in place of the list built in"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &columns_text,
            .argument = "LIST",
            .help = "which columns hold word and tag, as word,_,_,tag or 0,3 [default: first and last]",
            .group = "Input and output"},
        {.name = "provenance",
            .kind = ISG_OPT_FLAG,
            .value = &opts.provenance,
            .help = "columns before the tag: source words, method, rank, score"},
        {.name = "report",
            .kind = ISG_OPT_STRING,
            .value = &report_path,
            .argument = "FILE",
            .help = "JSON report of what became of the tokens"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    static const char *const casings[] = {"source", "target", "sample", "none"};
    for (int i = 0; i < 4; i++)
        if (strcmp(casing, casings[i]) == 0)
            opts.casing = (enum isg_casing)i;
    opts.seed = (uint64_t)app->seed;
    struct isg_columns columns = ISG_COLUMNS_DEFAULT;
    if (columns_text)
        ISG_TRY(isg_columns_parse(&columns, columns_text, err));
    ISG_TRY(isg_app_out(app, "-", &out_path, err));
    if (report_path)
        ISG_TRY(isg_check_overwrite(report_path, app->force, err));

    struct loaded l = {0};
    struct isg_translator *t = NULL;
    struct isg_writer *w = NULL;
    struct isg_translate_report report = {0};
    enum isg_status status = ISG_OK;
    ISG_GOTO(load_all(app, &in, argv[0], columns, &l, err));
    const struct isg_translate_parts parts = {
        .lexicon = l.lexicon, .map = l.map, .cases = l.cases, .classes = in.classes};
    ISG_GOTO(isg_translator_new(&t, &parts, &opts, err));
    for (size_t i = 0; i < policies.n; i++)
        ISG_GOTO(isg_translator_policy(t, policies.items[i], err));
    ISG_GOTO(isg_writer_open(&w, out_path, app->force, err));
    ISG_GOTO(isg_translate_corpus(t, argv[0], columns, w, &report, &app->env, err));
    status = isg_writer_commit(w, err);
    w = NULL;
    if (status != ISG_OK)
        goto out;
    json_t *json = isg_translate_report_json(&report);
    if (report_path)
        status = write_report(report_path, app->force, json, err);
    const double found = json_real_value(json_object_get(json, "coverage"));
    isg_log(&app->env, ISG_LOG_INFO,
        "%llu sentences, %llu tokens, %llu entities; %.1f %% of the words to translate found",
        (unsigned long long)report.sentences_in, (unsigned long long)report.tokens_in,
        (unsigned long long)report.entities_in, 100.0 * found);
    isg_app_result(app, json);
out:
    isg_writer_abort(w);
    isg_translator_free(t);
    loaded_fini(&l);
    return status;
}

const struct isg_tool isg_tool_translate = {
    {.name = "translate",
        .summary = "translate a labelled corpus word by word, its labels kept",
        .synopsis = "[options] -o OUT IN",
        .examples = "isogloss translate --lexicon en-es.txt -o es.train eng.train\n"
                    "isogloss translate --map en-es.map --src en.vec --tgt es.vec -o es.train eng.train\n"
                    "isogloss translate --lexicon en-es.txt --policy ORG=copy --report report.json -o "
                    "es.train eng.train",
        .min_args = 1,
        .max_args = 1},
    run_translate};

static enum isg_status run_case(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    int64_t min_count = 2;
    const char *out_path;
    const struct isg_opt table[] = {{.name = "min-count",
                                        .kind = ISG_OPT_INT,
                                        .value = &min_count,
                                        .argument = "N",
                                        .min = 1,
                                        .max = 1e9,
                                        .help = "leave out words seen less often"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, "-", &out_path, err));
    struct isg_case_table *t = isg_case_table_new();
    if (!t)
        return isg_error_nomem(err, "a case table");
    enum isg_status status = ISG_OK;
    for (int i = 0; i < argc; i++)
        ISG_GOTO(isg_case_table_count(t, argv[i], &app->env, err));
    ISG_GOTO(isg_case_table_save(t, out_path, (uint32_t)min_count, app->force, err));
    isg_app_result(app, json_object());
out:
    isg_case_table_free(t);
    return status;
}

const struct isg_tool isg_tool_translate_case = {
    {.name = "translate case",
        .summary = "count how a language writes its words: lower, Title, UPPER",
        .synopsis = "[options] -o TABLE TEXT...",
        .examples = "isogloss translate case -o es.case es.plain.txt",
        .min_args = 1,
        .max_args = -1},
    run_case};
