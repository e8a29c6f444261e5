/* isogloss translate lm: trains, measures and converts language models. */
#include "tools/app.h"
#include "translate/translate.h"
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
                                        .help = "train: n-gram order in words"},
        {.name = "lower", .kind = ISG_OPT_FLAG, .value = &lower, .help = "train: lowercase the text"},
        {.name = "tokenised",
            .kind = ISG_OPT_FLAG,
            .value = &tokenised,
            .help = "text has one sentence per line, tokens separated by spaces",
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
        .summary = "train, evaluate and convert n-gram language models",
        .synopsis = "train TEXT... | ppl MODEL TEXT | convert ARPA",
        .examples = "isogloss translate lm train es.plain.txt -o es.lm\n"
                    "isogloss translate lm train es.plain.txt -o es.arpa --order 4\n"
                    "isogloss translate lm ppl es.lm es.heldout.txt\n"
                    "isogloss translate lm convert es.arpa -o es.lm",
        .min_args = 1,
        .max_args = -1,
        .operands = ISG_PATH_IN,
        .n_words = 1},
    .needs_out = true, .run = run_lm};
