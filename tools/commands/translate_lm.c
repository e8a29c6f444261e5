/* isogloss translate lm, view and vectors: what translation needs and leaves behind. */
#include "tools/app.h"
#include "translate/translate.h"
#include <math.h>
#include <string.h>

static json_t *perplexity_json(const struct isg_lm_perplexity *p)
{
    return json_pack("{s:I,s:I,s:I,s:f,s:f}", "sentences", (json_int_t)p->sentences, "tokens", (json_int_t)p->tokens,
        "oov", (json_int_t)p->oov, "perplexity", p->all, "perplexity_known", p->known);
}

static enum isg_status measure(
    struct isg_app *app, const struct isg_lm *lm, const char *path, bool tokenised, struct isg_error *err)
{
    struct isg_lm_perplexity p;
    ISG_TRY(isg_lm_measure(lm, path, tokenised, &p, err));
    fprintf(app->results, "%s: perplexity %.2f (%.2f without unknown words), %llu tokens, %llu unknown\n", path, p.all,
        p.known, (unsigned long long)p.tokens, (unsigned long long)p.oov);
    isg_app_result(app, perplexity_json(&p));
    return ISG_OK;
}

static json_t *counts_json(const struct isg_lm *lm)
{
    json_t *counts = json_array();
    for (int n = 1; n <= isg_lm_order(lm); n++)
        json_array_append_new(counts, json_integer((json_int_t)isg_lm_count(lm, n)));
    return json_pack("{s:i,s:b,s:o}", "order", isg_lm_order(lm), "lower", isg_lm_lower(lm), "ngrams", counts);
}

static enum isg_status run_lm(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    static const char *const actions[] = {"train", "ppl", "convert", NULL};
    int64_t order = 3;
    bool lower = true, tokenised = false;
    const char *out_path;
    const struct isg_opt table[] = {{.name = "order",
                                        .kind = ISG_OPT_INT,
                                        .value = &order,
                                        .argument = "N",
                                        .min = 1,
                                        .max = ISG_LM_MAX_ORDER,
                                        .help = "train: words in the longest n-gram"},
        {.name = "lower", .kind = ISG_OPT_FLAG, .value = &lower, .help = "train: lower-case the text"},
        {.name = "tokenised",
            .kind = ISG_OPT_FLAG,
            .value = &tokenised,
            .help = "the text is one sentence a line, its tokens separated by blanks",
            .alias = "tokenized"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    const char *action = argv[0];
    const bool train = strcmp(action, "train") == 0, ppl = strcmp(action, "ppl") == 0;
    if (!train && !ppl && strcmp(action, "convert") != 0) {
        const char *near = isg_did_you_mean(action, actions);
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "\"%s\"", action);
        (void)isg_error_expected(err, "train TEXT..., ppl MODEL TEXT, or convert MODEL");
        return near ? isg_error_advice(err, "did you mean %s?", near) : ISG_EUSAGE;
    }
    if (argc < 2 || (ppl && argc != 3)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "%d files for %s", argc - 1, action);
        return isg_error_expected(err, "%s", train ? "one text or more" : ppl ? "a model and a text" : "a model");
    }
    struct isg_lm *lm;
    if (ppl) {
        ISG_TRY(isg_lm_load(&lm, argv[1], &app->env, err));
        const enum isg_status status = measure(app, lm, argv[2], tokenised, err);
        isg_lm_free(lm);
        return status;
    }
    ISG_TRY(isg_app_out(app, NULL, &out_path, err));
    if (train) {
        const struct isg_lm_opts opts = {.order = (int)order, .lower = lower, .tokenised = tokenised};
        ISG_TRY(isg_lm_train(&lm, (const char *const *)argv + 1, (size_t)argc - 1, &opts, &app->env, err));
    } else {
        ISG_TRY(isg_lm_load(&lm, argv[1], &app->env, err));
    }
    const enum isg_status status = isg_lm_save(lm, out_path, app->force, err);
    if (status == ISG_OK)
        isg_app_result(app, counts_json(lm));
    isg_lm_free(lm);
    return status;
}

const struct isg_tool isg_tool_translate_lm = {
    {.name = "translate lm",
        .summary = "language models: train on plain text, measure perplexity, convert ARPA",
        .synopsis = "train TEXT... | ppl MODEL TEXT | convert ARPA",
        .examples = "isogloss translate lm train es.plain.txt -o es.lm\n"
                    "isogloss translate lm train es.plain.txt -o es.arpa --order 4\n"
                    "isogloss translate lm ppl es.lm es.heldout.txt\n"
                    "isogloss translate lm convert es.arpa -o es.lm",
        .min_args = 1,
        .max_args = -1},
    .run = run_lm};

static enum isg_status run_view(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const char *out_path;
    struct isg_writer *w;
    const struct isg_opt table[] = {{0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, "-", &out_path, err));
    ISG_TRY(isg_writer_open(&w, out_path, app->force, err));
    const enum isg_status status = isg_translate_page(argv[0], w, err);
    if (status != ISG_OK) {
        isg_writer_abort(w);
        return status;
    }
    isg_app_result(app, json_object());
    return isg_writer_commit(w, err);
}

const struct isg_tool isg_tool_translate_view = {
    {.name = "translate view",
        .summary = "a page with source and translation side by side",
        .synopsis = "-o PAGE.html TRACE",
        .examples = "isogloss translate --lexicon en-es.txt --trace t.jsonl -o es.train eng.train\n"
                    "isogloss translate view t.jsonl -o t.html",
        .min_args = 1,
        .max_args = 1},
    .run = run_view};

static enum isg_status run_vectors(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const char *mode = "common", *map_path = NULL, *src_path = NULL, *tgt_path = NULL, *out_path;
    int64_t max_vocab = 100000;
    const struct isg_opt table[] = {
        {.name = "mode",
            .kind = ISG_OPT_CHOICE,
            .value = &mode,
            .choices = "common|replace",
            .argument = "MODE",
            .help = "both languages in the map's space, or source words with their nearest target word's vector"},
        {.name = "map",
            .kind = ISG_OPT_STRING,
            .value = &map_path,
            .argument = "FILE",
            .required = true,
            .help = "map made by align fit"},
        {.name = "src",
            .kind = ISG_OPT_STRING,
            .value = &src_path,
            .argument = "FILE",
            .required = true,
            .help = "word vectors of the source language"},
        {.name = "tgt",
            .kind = ISG_OPT_STRING,
            .value = &tgt_path,
            .argument = "FILE",
            .required = true,
            .help = "word vectors of the target language"},
        {.name = "max-vocab",
            .kind = ISG_OPT_INT,
            .value = &max_vocab,
            .argument = "N",
            .min = 0,
            .max = 1e9,
            .help = "words read of each vector file, most frequent first; 0 = all"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, NULL, &out_path, err));
    const struct isg_vectors_opts vo = {.max_vocab = (size_t)max_vocab, .bad_utf8 = ISG_BAD_UTF8_SKIP};
    struct isg_vectors src = {0}, tgt = {0};
    struct isg_align_map *map = NULL;
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_align_map_load(&map, map_path, err));
    ISG_GOTO(isg_vectors_load(&src, src_path, &vo, NULL, &app->env, err));
    ISG_GOTO(isg_vectors_load(&tgt, tgt_path, &vo, NULL, &app->env, err));
    ISG_GOTO(isg_translate_vectors(strcmp(mode, "common") == 0 ? ISG_JOINT_COMMON : ISG_JOINT_REPLACE, map, &src, &tgt,
        out_path, app->force, &app->env, err));
    isg_app_result(app, json_pack("{s:s,s:s}", "mode", mode, "out", out_path));
out:
    isg_vectors_fini(&src);
    isg_vectors_fini(&tgt);
    isg_align_map_free(map);
    return status;
}

const struct isg_tool isg_tool_translate_vectors = {
    {.name = "translate vectors",
        .summary = "vectors of both languages, for a tagger that is trained on source text (Xie's other modes)",
        .synopsis = "--map MAP --src S --tgt T -o JOINT.vec",
        .examples = "isogloss translate vectors --map en-es.map --src en.vec --tgt es.vec -o joint.vec\n"
                    "isogloss translate vectors --mode replace --map en-es.map --src en.vec --tgt es.vec -o "
                    "joint.vec",
        .min_args = 0,
        .max_args = 0},
    .run = run_vectors};
