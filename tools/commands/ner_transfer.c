/* isogloss ner transfer. */
#include "tools/commands/transfer_options.h"

#include <string.h>

static json_t *result_json(const struct isg_ner_transferred *t, const struct isg_ner_transfer_opts *o)
{
    json_t *const r = json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:f}", "model", o->out, "mode", o->mode,
        "source_epochs", (int)t->source_epochs, "epochs", (int)t->epochs, "best_epoch", (int)t->best_epoch,
        "target_sentences", (int)t->target_sentences, "seconds", t->seconds);
    if (r && t->has_dev)
        json_object_update_new(r, json_pack("{s:f, s:f, s:f}", "dev_precision", isg_ner_precision(&t->dev),
                                      "dev_recall", isg_ner_recall(&t->dev), "dev_f1", isg_ner_f1(&t->dev)));
    return r;
}

static enum isg_status run_transfer(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct transfer_args a;
    struct isg_ner_transfer_opts *const o = &a.opts;
    ISG_TRY(transfer_args_init(&a, false, argc, argv, err));
    ISG_TRY(isg_app_parse(app, a.table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(transfer_args_finish(&a, app, err));
    const bool force = app->force;
    app->force = force || o->resume;
    ISG_TRY(isg_app_out(app, NULL, &o->out, err));
    app->force = force;
    if (strcmp(o->out, "-") == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a model cannot be written to standard output");
    struct isg_ner_transferred t;
    ISG_TRY(isg_ner_transfer(&t, o, &app->env, err));
    fprintf(app->results, "%s: %s, %u target sentences, %u + %u epochs", o->out, o->mode, t.target_sentences,
        t.source_epochs, t.epochs);
    if (t.has_dev)
        fprintf(app->results, "; epoch %u kept: dev F1 %.2f", t.best_epoch, isg_ner_f1(&t.dev));
    fputc('\n', app->results);
    isg_app_result(app, result_json(&t, o));
    return ISG_OK;
}

static const struct isg_beside checkpoint[] = {{.suffix = ".checkpoint", .temporary = true}, {0}};

const struct isg_tool isg_tool_ner_transfer = {
    {.name = "ner transfer",
        .summary = "train a tagger for a target with the help of a source",
        .synopsis = "--mode MODE --source FILE [--train FILE] [--dev FILE] [--source-emb VEC] [--emb VEC] -o MODEL",
        .examples = "isogloss ner transfer --mode datnet-f --source eng.train --source-emb en.vec.gz \\\n"
                    "    --train esp.train --sentences 100 --dev esp.testa --emb es.vec.gz -o es.model\n"
                    "isogloss ner transfer --mode init --psi 0.3 --source eng.train --train tweets.conll \\\n"
                    "    --emb en.vec.gz --source-emb en.vec.gz --copy-words -o tweets.model\n"
                    "isogloss ner transfer --mode translate --source translated.conll \\\n"
                    "    --emb es.vec.gz --source-emb es.vec.gz -o es.model\n",
        .min_args = 0,
        .max_args = 0,
        .beside = checkpoint},
    .needs_out = true, .run = run_transfer, .products = true, .saves = true};
