/* Tagging of files. Records (lines, with the tokens they hold) are gathered until a batch is full, decoded together, and
 * written in order. */
#include "ner/tag/tagger.h"
#include "ner/decode/capitals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FORMS 1000000 /* cached encodings of words; then the cache is made anew */

/* Are there labels that may not stand somewhere? */
static bool limited(const struct isg_tagger *t)
{
    return t->opts->given || t->opts->capitals;
}

static void tagger_clear(struct isg_tagger *t)
{
    for (size_t i = 0; i < t->n_records; i++)
        json_decref(t->records[i].json);
    t->n_records = t->n_text = t->n_tokens = t->n_sentences = 0;
}

static void tagger_fini(struct isg_tagger *t)
{
    tagger_clear(t);
    isg_ner_ensemble_free(t->ensemble);
    isg_tokeniser_free(t->tokeniser);
    void *const all[] = {t->records, t->text, t->form, t->place, t->offset, t->length, t->tokens, t->labels,
        t->labels_n, t->confidence, t->span_probability, t->probability_n, t->spans, t->sentence_of, t->letters,
        t->types, t->feature, (void *)t->features, t->words, t->allowed, (void *)t->allowed_of};
    isg_ner_given_fini(&t->given);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        isg_free(all[i]);
}

/* ---- a batch ---- */

static enum isg_status grow_results(struct isg_tagger *t, struct isg_error *err)
{
    const size_t n = t->n_tokens + 1, k = t->opts->nbest > 1 ? t->opts->nbest : 1;
    uint32_t longest = 0;
    for (size_t s = 0; s < t->n_sentences; s++)
        longest = t->length[s] > longest ? t->length[s] : longest;
    const bool good = ISG_GROW(t->tokens, t->cap_tokens, t->n_sentences + 1) &&
                      ISG_GROW(t->features, t->cap_features, t->n_sentences + 1) &&
                      ISG_GROW(t->labels, t->cap_labels, n) && ISG_GROW(t->labels_n, t->cap_labels_n, n * k) &&
                      ISG_GROW(t->confidence, t->cap_confidence, n) && ISG_GROW(t->span_probability, t->cap_span, n) &&
                      ISG_GROW(t->probability_n, t->cap_probability_n, (t->n_sentences + 1) * k) &&
                      ISG_GROW(t->spans, t->cap_spans, (size_t)longest + 1) &&
                      ISG_GROW(t->sentence_of, t->cap_sentence_of, n) && ISG_GROW(t->letters, t->cap_letters, n * k) &&
                      ISG_GROW(t->types, t->cap_types, n * k) &&
                      (!limited(t) || ISG_GROW(t->allowed_of, t->cap_allowed_of, t->n_sentences + 1));
    return good ? ISG_OK : isg_error_nomem(err, "results of a batch");
}

enum isg_status isg_tag_flush(struct isg_tagger *t, struct isg_error *err)
{
    ISG_TRY(grow_results(t, err));
    const bool json = t->totals->format != ISG_NER_COLUMNS;
    const uint32_t n_labels = isg_strtab_size(t->model->vocab.labels);
    if (t->opts->capitals && !t->opts->given) {
        if (!ISG_GROW(t->allowed, t->cap_allowed, t->n_tokens * n_labels + 1))
            return isg_error_nomem(err, "labels that may stand");
        memset(t->allowed, 1, t->n_tokens * n_labels);
    }
    for (size_t s = 0; s < t->n_sentences; s++) {
        t->tokens[s] = t->form + t->offset[s];
        t->features[s] = t->feature + t->offset[s] * t->n_features;
        for (uint32_t i = 0; i < t->length[s]; i++)
            t->sentence_of[t->offset[s] + i] = (uint32_t)s;
        if (limited(t))
            t->allowed_of[s] = t->allowed + t->offset[s] * n_labels;
        if (t->opts->capitals)
            isg_ner_capitals(t->ensemble, t->tokens[s], t->length[s], n_labels, t->allowed + t->offset[s] * n_labels);
    }
    const bool nbest = t->opts->nbest > 1;
    const struct isg_ner_decode job = {.n = (uint32_t)t->n_sentences,
        .tokens = t->tokens,
        .n_tokens = t->length,
        .features = t->n_features ? t->features : NULL,
        .offset = t->offset,
        .allowed = limited(t) ? t->allowed_of : NULL,
        .labels = t->labels,
        .confidence = t->opts->confidence ? t->confidence : NULL,
        .span_probability = json || t->opts->min_confidence > 0 ? t->span_probability : NULL,
        .nbest = nbest ? t->opts->nbest : 0,
        .labels_n = nbest ? t->labels_n : NULL,
        .probability_n = nbest && t->opts->confidence ? t->probability_n : NULL};
    ISG_TRY(isg_ner_ensemble_run(t->ensemble, &job, err));
    for (size_t s = 0; s < t->n_sentences; s++)
        if (nbest)
            isg_tag_nbest(t, s);
        else
            isg_tag_sentence(t, s, t->labels + t->offset[s]);
    ISG_TRY(isg_tag_write(t, err));
    t->totals->tokens += t->n_tokens;
    t->totals->sentences += t->n_sentences;
    tagger_clear(t);
    return isg_ner_ensemble_forms(t->ensemble) > MAX_FORMS ? isg_ner_ensemble_forget(t->ensemble, err) : ISG_OK;
}

enum isg_status isg_tag_flush_if_full(struct isg_tagger *t, struct isg_error *err)
{
    const size_t limit = t->opts->batch_tokens ? t->opts->batch_tokens : 8192;
    return t->n_tokens >= limit || t->n_records >= 4 * limit ? isg_tag_flush(t, err) : ISG_OK;
}

/* ---- the file ---- */

/* Is this text in columns? One field a line, a tab, a tag at the end of each line, or several lines of the
 * same few fields. The first 200 lines that are not blank decide. */
static enum isg_status detect(
    const char *path, enum isg_ner_format *format, struct isg_columns *columns, struct isg_error *err)
{
    struct isg_reader *in;
    ISG_TRY(isg_reader_open(&in, path, err));
    enum isg_status status = ISG_OK;
    size_t lines = 0, same = 0, one = 0, tagged = 0, tabs = 0, json = 0, width = 0;
    while (lines < 200) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(in, &line, &n, err));
        if (!line)
            break;
        if (strncmp(line, "-DOCSTART-", 10) == 0 || (line[0] == '#' && line[1] == ' '))
            continue;
        size_t fields = 0, last = 0;
        for (size_t i = 0; i < n;) {
            while (i < n && (line[i] == ' ' || line[i] == '\t'))
                i++;
            if (i == n)
                break;
            last = i;
            fields++;
            while (i < n && line[i] != ' ' && line[i] != '\t')
                i++;
        }
        if (!fields)
            continue;
        size_t len = 0;
        while (last + len < n && line[last + len] != ' ' && line[last + len] != '\t')
            len++;
        const char *type;
        size_t type_n;
        if (lines == 0) {
            width = fields;
            char *end;
            if (memchr(line, '\t', n) && strtol(line, &end, 10) > 0 && *end == '\t' && fields >= 8)
                columns->word = columns->word ? columns->word : 1; /* CoNLL-U */
        }
        lines++;
        same += fields == width;
        one += fields == 1;
        tagged += fields > 1 && isg_tag_split(line + last, len, &type, &type_n) != 0;
        tabs += memchr(line, '\t', n) != NULL;
        json += line[0] == '{';
    }
    *format = lines && json == lines                                                ? ISG_NER_JSONL
              : one == lines || tagged == lines || (tabs == lines && same == lines) ? ISG_NER_COLUMNS
              : same == lines && lines > 2 && width <= 6                            ? ISG_NER_COLUMNS
                                                                                    : ISG_NER_TEXT;
out:
    isg_reader_close(in);
    return status;
}

/* Standard input, kept in a file so that it can be looked at before it is read. */
static enum isg_status spool(FILE **file, char path[64], struct isg_error *err)
{
    *file = tmpfile();
    if (!*file)
        return isg_error_errno(err, NULL, "a temporary file for standard input");
    char buffer[1 << 16];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        if (fwrite(buffer, 1, n, *file) != n)
            return isg_error_errno(err, NULL, "writing a temporary file for standard input");
    if (ferror(stdin) || fflush(*file) != 0)
        return isg_error_errno(err, NULL, "reading standard input");
    snprintf(path, 64, "/dev/fd/%d", fileno(*file));
    rewind(*file);
    return ISG_OK;
}

static enum isg_scheme scheme_of(const struct isg_ner_model *m)
{
    const enum isg_scheme s = m->provenance.scheme;
    return s >= ISG_IOB1 && s <= ISG_BMES ? s : ISG_BIO;
}

enum isg_status isg_ner_tag(struct isg_ner_tagged *out, const struct isg_ner_model *const *models, size_t n_models,
    const char *const *paths, const struct isg_ner_tag_opts *opts, const struct isg_env *env, struct isg_error *err)
{
    const struct isg_ner_model *const model = models[0];
    enum isg_status status = ISG_OK;
    struct isg_tagger t = {.model = model, .opts = opts, .env = env, .totals = out};
    struct isg_columns columns = opts->columns;
    const char *path = opts->in;
    char spooled[64];
    FILE *file = NULL;
    const double started = isg_now();
    memset(out, 0, sizeof *out);
    if (opts->given)
        columns.open_tags = true;
    else
        columns.tag = ISG_NO_COLUMN;
    out->format = opts->format;
    if (out->format == ISG_NER_AUTO) {
        if (strcmp(path, "-") == 0) {
            ISG_GOTO(spool(&file, spooled, err));
            path = spooled;
        }
        ISG_GOTO(detect(path, &out->format, &columns, err));
        static const char *const names[] = {"", "columns", "raw text", "JSON lines"};
        isg_log(env, ISG_LOG_INFO, "%s: taken as %s (--format says otherwise)", opts->in, names[out->format]);
    }
    if (opts->nbest > 1 && out->format != ISG_NER_COLUMNS) {
        status = isg_error_set(err, ISG_EUSAGE, NULL, 0, "several best sequences are for text in columns");
        goto out;
    }
    const struct isg_ner_features *const f = &model->vocab.features;
    t.n_features = isg_ner_features_count(f);
    if (f->n_columns && out->format != ISG_NER_COLUMNS) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "a model that reads %u feature column%s", f->n_columns,
            f->n_columns == 1 ? "" : "s");
        status = isg_error_expected(err, "text in columns (--format columns)");
        goto out;
    }
    if (columns.n_features == 0) { /* where they stood in the training text */
        columns.n_features = f->n_columns;
        memcpy(columns.features, f->column, sizeof columns.features);
    }
    if (columns.n_features != f->n_columns) {
        status = isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "%u feature columns for a model of %u", columns.n_features, f->n_columns);
        goto out;
    }
    if (opts->given && out->format != ISG_NER_COLUMNS) {
        status = isg_error_set(err, ISG_EUSAGE, NULL, 0, "given tags are for text in columns");
        goto out;
    }
    /* JSON output builds entities from B and I */
    t.scheme = out->format != ISG_NER_COLUMNS       ? ISG_BIO
               : opts->scheme != ISG_SCHEME_UNKNOWN ? opts->scheme
                                                    : scheme_of(model);
    ISG_GOTO(isg_ner_ensemble_new(&t.ensemble, models, n_models, paths, env->pool, err));
    ISG_GOTO(isg_writer_open(&t.out, opts->out, opts->force, err));
    status = out->format == ISG_NER_COLUMNS ? isg_tag_columns(&t, path, columns, err)
                                            : isg_tag_lines(&t, path, out->format == ISG_NER_JSONL, err);
    if (status == ISG_OK) {
        status = isg_writer_commit(t.out, err);
    } else {
        isg_writer_abort(t.out);
        if (file && strcmp(err->file, spooled) == 0)
            snprintf(err->file, sizeof err->file, "standard input");
    }
    out->seconds = isg_now() - started;
out:
    tagger_fini(&t);
    if (file)
        fclose(file);
    return status;
}
