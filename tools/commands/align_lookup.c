/* isogloss align lookup: translations of a few words and phrases. */
#include "tools/commands/align_inputs.h"

#include <string.h>

struct lookup {
    struct isg_app *app;
    struct isg_align_inputs *in;
    struct isg_fasttext *subwords; /* or NULL */
    uint32_t k;
    struct isg_near *near; /* k */
    float *query;          /* dim */
    json_t *results;
};

/* Prints the translations of a word or phrase; one without a vector is a warning. */
static enum isg_status look_up(struct lookup *l, const char *word, struct isg_error *err)
{
    struct isg_align_inputs *const in = l->in;
    const enum isg_retrieval retrieval = (enum isg_retrieval)isg_retrieval_find(in->retrieval);
    const uint32_t row = isg_align_find(&in->v[0], word, strlen(word), ISG_DICT_CASE_AUTO);
    const size_t dim = isg_align_map_dim(in->map);
    bool found = true;
    if (row != ISG_NO_ID) {
        ISG_TRY(isg_align_lookup(in->space, ISG_SOURCE, &row, 1, retrieval, l->k, l->near, &l->app->env, err));
    } else {
        size_t words;
        ISG_TRY(
            isg_align_phrase(in->space, ISG_SOURCE, &in->v[0], l->subwords, word, l->query, &words, &l->app->env, err));
        found = words > 0;
        if (found)
            ISG_TRY(isg_align_lookup_vectors(
                in->space, ISG_SOURCE, isg_mat(l->query, 1, dim), retrieval, l->k, l->near, &l->app->env, err));
        else
            isg_log(&l->app->env, ISG_LOG_WARNING, "no vector for \"%s\"", word);
    }
    json_t *const translations = json_array();
    for (uint32_t r = 0; found && r < l->k && l->near[r].row != ISG_NO_ID; r++) {
        const char *const target = isg_strtab_get(in->v[1].words, l->near[r].row, NULL);
        fprintf(l->app->results, "%s\t%u\t%s\t%.4f\n", word, (unsigned)r + 1, target, (double)l->near[r].score);
        json_array_append_new(
            translations, json_pack("{s:o, s:f}", "target", isg_json_text(target), "score", (double)l->near[r].score));
    }
    fflush(l->app->results);
    json_array_append_new(
        l->results, json_pack("{s:o, s:o}", "word", isg_json_text(word), "translations", translations));
    return ISG_OK;
}

static enum isg_status run_lookup(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 200000, .retrieval = "csls", .rerank = true};
    int64_t k = 5;
    const char *subwords = NULL;
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in), ISG_ALIGN_OPT_SRC(&in), ISG_ALIGN_OPT_TGT(&in), ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_MEMORY(&in),
        ISG_ALIGN_OPT_RETRIEVAL(&in), ISG_ALIGN_OPT_CSLS_K(&in), ISG_ALIGN_OPT_INDEX(&in), ISG_ALIGN_OPT_RERANK(&in),
        {.name = "best", .letter = 'k', .kind = ISG_OPT_INT, .value = &k, .argument = "N", .min = 1, .max = 1000,
            .help = "translations per word"},
        {.name = "subwords", .kind = ISG_OPT_STRING, .value = &subwords, .argument = "FILE", .path = ISG_PATH_IN,
            .help = "fastText model (.bin) of --src, for vectors of unknown words from character n-grams"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    enum isg_status status;
    struct isg_reader *reader = NULL;
    struct lookup l = {
        .app = app, .in = &in, .k = (uint32_t)k, .near = isg_malloc((size_t)k, sizeof *l.near), .results = json_array()};
    if (!l.near || !l.results) {
        status = isg_error_nomem(err, "translations");
        goto out;
    }
    if (subwords)
        ISG_GOTO(isg_fasttext_open(&l.subwords, subwords, err));
    ISG_GOTO(isg_align_load_inputs(app, &in, err));
    l.query = isg_malloc(isg_align_map_dim(in.map), sizeof *l.query);
    if (!l.query) {
        status = isg_error_nomem(err, "translations");
        goto out;
    }
    for (int i = 0; i < argc; i++)
        ISG_GOTO(look_up(&l, argv[i], err));
    if (argc == 0) {
        ISG_GOTO(isg_reader_open(&reader, "-", err));
        for (;;) {
            char *line;
            size_t n;
            ISG_GOTO(isg_reader_line(reader, &line, &n, err));
            if (!line)
                break;
            if (n > 0)
                ISG_GOTO(look_up(&l, line, err));
        }
    }
    isg_app_result(app, json_pack("{s:O}", "words", l.results));
out:
    isg_reader_close(reader);
    json_decref(l.results);
    isg_fasttext_close(l.subwords);
    isg_free(l.near);
    isg_free(l.query);
    isg_align_inputs_fini(&in);
    return status;
}

const struct isg_tool isg_tool_align_lookup = {
    {.name = "align lookup",
        .summary = "translate words and phrases given as arguments or on standard input",
        .synopsis = "--map MAP --src S --tgt T [WORD...]",
        .examples = "isogloss align lookup --map en-es.map --src en.vec --tgt es.vec house river \"new york\"\n"
                    "isogloss align lookup --map en-es.map --src en.bin --tgt es.vec --subwords en.bin unheardof\n",
        .min_args = 0,
        .max_args = -1},
    .run = run_lookup, .products = true, .reports = true};
