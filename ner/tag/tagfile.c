/* Tags files: checks what is asked for, reads, decodes and writes batch by batch. */
#include "ner/tag/tagfile.h"
#include "ner/tag/detect.h"
#include "ner/tag/read.h"
#include "ner/tag/write.h"

#include <stdio.h>
#include <string.h>

enum isg_scheme isg_ner_scheme(const struct isg_ner_model *m)
{
    const enum isg_scheme s = m->provenance.scheme;
    return s >= ISG_IOB1 && s <= ISG_BMES ? s : ISG_BIO;
}

/* What only columns can hold. */
static enum isg_status check_format(const struct isg_ner_tag_opts *opts, const struct isg_ner_features *f,
    enum isg_ner_format format, struct isg_error *err)
{
    if (format == ISG_NER_COLUMNS)
        return ISG_OK;
    if (opts->nbest > 1)
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "several best sequences");
    else if (opts->given)
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "given tags");
    else if (f->n_columns)
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "a model that reads %u feature column%s", f->n_columns,
            f->n_columns == 1 ? "" : "s");
    else
        return ISG_OK;
    return isg_error_expected(err, "text in columns (--format columns)");
}

/* Feature columns: those asked for, else those of the training text. */
static enum isg_status set_features(
    struct isg_columns *columns, const struct isg_ner_features *f, struct isg_error *err)
{
    if (columns->n_features == 0) {
        columns->n_features = f->n_columns;
        memcpy(columns->features, f->column, sizeof columns->features);
    }
    if (columns->n_features == f->n_columns)
        return ISG_OK;
    return isg_error_set(
        err, ISG_EUSAGE, NULL, 0, "%u feature columns for a model of %u", columns->n_features, f->n_columns);
}

enum isg_status isg_ner_tag(struct isg_ner_tagged *out, const struct isg_ner_model *const *models, size_t n_models,
    const char *const *paths, const struct isg_ner_tag_opts *opts, const struct isg_env *env, struct isg_error *err)
{
    const struct isg_ner_features *const f = &models[0]->vocab.features;
    struct isg_tag_output output = {0};
    struct isg_tagger t = {.model = models[0],
        .opts = opts,
        .env = env,
        .totals = out,
        .write = isg_tag_write,
        .cookie = &output,
        .n_features = isg_ner_features_count(f)};
    struct isg_tag_input in = {.path = opts->in};
    struct isg_columns columns = opts->columns;
    const double started = isg_now();
    enum isg_status status = ISG_OK;
    memset(out, 0, sizeof *out);
    if (opts->given)
        columns.open_tags = true;
    else
        columns.tag = ISG_NO_COLUMN;
    out->format = opts->format;
    if (out->format == ISG_NER_AUTO)
        ISG_GOTO(isg_tag_detect(&in, opts->in, &out->format, &columns, env, err));
    ISG_GOTO(check_format(opts, f, out->format, err));
    ISG_GOTO(set_features(&columns, f, err));
    const bool is_columns = out->format == ISG_NER_COLUMNS;
    t.want_spans = !is_columns || opts->min_confidence > 0;
    t.scheme = !is_columns                          ? ISG_BIO /* JSON entities are built from it */
               : opts->scheme != ISG_SCHEME_UNKNOWN ? opts->scheme
                                                    : isg_ner_scheme(models[0]);
    ISG_GOTO(isg_ner_ensemble_new(&t.ensemble, models, n_models, paths, env->pool, err));
    ISG_GOTO(isg_writer_open(&t.out, opts->out, opts->force, err));
    status = isg_tag_read(&t, in.path, out->format, columns, err);
    if (status == ISG_OK)
        status = isg_writer_commit(t.out, err);
    else
        isg_writer_abort(t.out);
    out->seconds = isg_now() - started;
out:
    isg_tag_input_rename(&in, err, status);
    isg_tag_input_close(&in);
    isg_tag_fini(&t);
    isg_tag_output_fini(&output);
    return status;
}
