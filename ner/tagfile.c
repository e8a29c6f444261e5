/* Tagging of files. Records (lines, with the tokens they hold) are gathered until a batch is full, decoded
 * together, and written in order. */
#include "ner/ensemble.h"
#include "ner/given.h"
#include "ner/ner.h"
#include "ner/tokenise.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FORMS 1000000 /* cached encodings of words; then the cache is made anew */

enum record_kind { RECORD_LINE, RECORD_TOKEN, RECORD_DOCUMENT, RECORD_TEXT, RECORD_JSON };
struct record {
    enum record_kind kind;
    size_t text;          /* its line in the text buffer */
    struct isg_line line; /* flags and length */
    bool tabs;
    size_t token;    /* first token */
    size_t n_tokens; /* of RECORD_TEXT and RECORD_JSON */
    json_t *json;
};
struct place {
    uint32_t start, n, cp_start, cp_end; /* of a token in its line */
};

struct tagger {
    const struct isg_ner_model *model;
    const struct isg_ner_tag_opts *opts;
    const struct isg_env *env;
    struct isg_ner_ensemble *ensemble;
    struct isg_tokeniser *tokeniser;
    struct isg_writer *out;
    enum isg_scheme scheme;
    struct isg_ner_tagged *totals;
    /* the batch */
    struct record *records;
    size_t n_records, cap_records;
    char *text;
    size_t n_text, cap_text;
    uint32_t *form;
    struct place *place;
    uint32_t *feature; /* a token: its features */
    size_t n_tokens, n_features, cap_form, cap_place, cap_feature;
    size_t *offset; /* sentences: first token */
    uint32_t *length;
    size_t n_sentences, cap_offset, cap_length;
    const uint32_t **tokens, **features;
    size_t cap_tokens, cap_features;
    struct isg_ner_word *words; /* of a sentence, for the gazetteer */
    size_t cap_words;
    uint32_t *labels, *labels_n;
    float *confidence, *span_probability, *probability_n;
    size_t cap_labels, cap_labels_n, cap_confidence, cap_span, cap_probability_n;
    struct isg_span *spans;
    uint32_t *sentence_of; /* a token: its sentence */
    char *letters;
    uint32_t *types;
    size_t cap_spans, cap_sentence_of, cap_letters, cap_types;
    /* forced decoding */
    struct isg_ner_given given;
    uint8_t *allowed;           /* a token: its labels' bytes */
    const uint8_t **allowed_of; /* a sentence */
    size_t cap_allowed, cap_allowed_of;
};

static void tagger_clear(struct tagger *t)
{
    for (size_t i = 0; i < t->n_records; i++)
        json_decref(t->records[i].json);
    t->n_records = t->n_text = t->n_tokens = t->n_sentences = 0;
}

static void tagger_fini(struct tagger *t)
{
    tagger_clear(t);
    isg_ner_ensemble_free(t->ensemble);
    isg_tokeniser_free(t->tokeniser);
    void *const all[] = {t->records, t->text, t->form, t->place, t->offset, t->length, t->tokens, t->labels,
        t->labels_n, t->confidence, t->span_probability, t->probability_n, t->spans, t->sentence_of,
        t->letters, t->types, t->feature, (void *)t->features, t->words, t->allowed, (void *)t->allowed_of};
    isg_ner_given_fini(&t->given);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        isg_free(all[i]);
}

/* ---- gathering ---- */

static enum isg_status add_record(struct tagger *t, enum record_kind kind, const struct isg_line *line,
    struct record **out, struct isg_error *err)
{
    if (!ISG_GROW(t->records, t->cap_records, t->n_records + 1) ||
        !ISG_GROW(t->text, t->cap_text, t->n_text + line->n + 1))
        return isg_error_nomem(err, "a batch of lines");
    struct record *r = &t->records[t->n_records++];
    *r = (struct record){.kind = kind, .text = t->n_text, .line = *line, .token = t->n_tokens};
    memcpy(t->text + t->n_text, line->text, line->n);
    t->n_text += line->n;
    t->text[t->n_text++] = 0;
    r->line.fields = NULL;
    *out = r;
    return ISG_OK;
}

static enum isg_status add_token(
    struct tagger *t, const char *word, size_t n, struct place place, struct isg_error *err)
{
    if (!ISG_GROW(t->form, t->cap_form, t->n_tokens + 1) ||
        !ISG_GROW(t->place, t->cap_place, t->n_tokens + 1) ||
        !ISG_GROW(t->feature, t->cap_feature, (t->n_tokens + 1) * t->n_features))
        return isg_error_nomem(err, "a batch of lines");
    for (size_t k = 0; k < t->n_features; k++)
        t->feature[t->n_tokens * t->n_features + k] = 0;
    ISG_TRY(isg_ner_ensemble_form(t->ensemble, word, n, &t->form[t->n_tokens], err));
    t->place[t->n_tokens++] = place;
    return ISG_OK;
}

/* Values of a token's feature columns; those that training never saw stay 0. */
static void read_features(
    struct tagger *t, const struct isg_line *line, const struct isg_columns *columns, size_t token)
{
    const struct isg_ner_features *const f = &t->model->vocab.features;
    for (uint32_t k = 0; k < f->n_columns; k++) {
        size_t n;
        const char *const value = isg_line_field(line, columns->features[k], &n);
        const uint32_t id = isg_strtab_find(f->values[k], value, n);
        t->feature[token * t->n_features + k] = id == ISG_NO_ID ? 0 : id;
    }
}

static enum isg_status match_names(struct tagger *t, size_t first, struct isg_error *err)
{
    const struct isg_ner_features *const f = &t->model->vocab.features;
    const size_t n = t->n_tokens - first;
    if (!f->gazetteer)
        return ISG_OK;
    if (!ISG_GROW(t->words, t->cap_words, n))
        return isg_error_nomem(err, "a sentence");
    for (size_t i = 0; i < n; i++)
        t->words[i].s = isg_ner_ensemble_word(t->ensemble, t->form[first + i], &t->words[i].n);
    return isg_ner_gazetteer_match(f->gazetteer, t->words, (uint32_t)n,
        t->feature + first * t->n_features + f->n_columns, t->n_features, err);
}

/* Tokens from `first` on make a sentence. */
static enum isg_status end_sentence(struct tagger *t, size_t first, struct isg_error *err)
{
    if (first == t->n_tokens)
        return ISG_OK;
    if (t->n_tokens - first > UINT32_MAX / 2 || !ISG_GROW(t->offset, t->cap_offset, t->n_sentences + 1) ||
        !ISG_GROW(t->length, t->cap_length, t->n_sentences + 1))
        return isg_error_nomem(err, "a sentence");
    t->offset[t->n_sentences] = first;
    t->length[t->n_sentences++] = (uint32_t)(t->n_tokens - first);
    return match_names(t, first, err);
}

/* ---- writing ---- */

/* Tags of one sentence's spans in the output's scheme: letters and types a token. */
static void sentence_tags(struct tagger *t, size_t s, const uint32_t *labels)
{
    const uint32_t n = t->length[s];
    const size_t at = t->offset[s];
    size_t n_spans = isg_ner_spans_from_labels(&t->model->vocab, labels, n, t->spans), kept = 0;
    for (size_t i = 0; i < n_spans; i++)
        if (!(t->opts->min_confidence > 0) ||
            (double)t->span_probability[at + t->spans[i].first] >= t->opts->min_confidence)
            t->spans[kept++] = t->spans[i];
    isg_spans_to_tags(t->spans, kept, t->scheme, n, t->letters + at, t->types + at);
    t->totals->entities += kept;
}

static void write_tag(struct tagger *t, char letter, uint32_t type)
{
    if (letter == 'O' || type == ISG_NO_ID) {
        isg_writer_write(t->out, "O", 1);
        return;
    }
    size_t n;
    const char *name = isg_ner_type_name(&t->model->vocab, type, &n);
    const char head[2] = {letter, '-'};
    isg_writer_write(t->out, head, 2);
    isg_writer_write(t->out, name, n);
}

static void write_token(struct tagger *t, const struct record *r, const char *separator)
{
    const size_t k = r->token, nbest = t->opts->nbest;
    if (nbest > 1) {
        for (size_t i = 0; i < nbest; i++) {
            isg_writer_text(t->out, separator);
            write_tag(t, t->letters[k * nbest + i], t->types[k * nbest + i]);
        }
        for (size_t i = 0; t->opts->confidence && i < nbest; i++)
            isg_writer_printf(
                t->out, "%s%.6f", separator, (double)t->probability_n[(size_t)t->sentence_of[k] * nbest + i]);
        return;
    }
    isg_writer_text(t->out, separator);
    write_tag(t, t->letters[k], t->types[k]);
    if (t->opts->confidence)
        isg_writer_printf(t->out, "%s%.6f", separator, (double)t->confidence[k]);
}

static void write_document(struct tagger *t, const char *separator)
{
    const size_t n = t->opts->nbest > 1 ? t->opts->nbest : 1;
    for (size_t i = 0; i < n; i++)
        isg_writer_printf(t->out, "%sO", separator);
    for (size_t i = 0; t->opts->confidence && i < n; i++)
        isg_writer_printf(t->out, "%s%.6f", separator, 1.0);
}

/* Entities of a record's tokens as a JSON array; text NULL = token offsets alone. */
static json_t *entities_json(struct tagger *t, const struct record *r, const char *text)
{
    json_t *list = json_array();
    size_t i = r->token;
    const size_t end = r->token + r->n_tokens;
    while (list && i < end) {
        if (t->types[i] == ISG_NO_ID || t->letters[i] == 'O') {
            i++;
            continue;
        }
        /* letters are BIO here, whatever the output's scheme: an entity goes on as long as I follows */
        size_t last = i;
        while (last + 1 < end && t->letters[last + 1] == 'I' && t->sentence_of[last + 1] == t->sentence_of[i])
            last++;
        size_t n;
        const char *name = isg_ner_type_name(&t->model->vocab, t->types[i], &n);
        json_t *o = json_pack("{s:s%, s:f}", "type", name, n, "score", (double)t->span_probability[i]);
        if (o && text) {
            const struct place a = t->place[i], b = t->place[last];
            json_object_set_new(o, "start", json_integer(a.cp_start));
            json_object_set_new(o, "end", json_integer(b.cp_end));
            json_object_set_new(o, "text", json_stringn(text + a.start, b.start + b.n - a.start));
        }
        if (o && !text) {
            json_object_set_new(o, "start", json_integer((json_int_t)(i - r->token)));
            json_object_set_new(o, "end", json_integer((json_int_t)(last + 1 - r->token)));
        }
        if (!o || json_array_append_new(list, o) != 0) {
            json_decref(list);
            return NULL;
        }
        i = last + 1;
    }
    return list;
}

static enum isg_status write_json(struct tagger *t, const struct record *r, struct isg_error *err)
{
    const char *text =
        r->kind == RECORD_TEXT ? t->text + r->text : json_string_value(json_object_get(r->json, "text"));
    json_t *entities = entities_json(t, r, text), *whole = entities;
    if (entities && r->kind == RECORD_JSON) {
        if (!text) {
            json_t *tags = json_array();
            for (size_t i = 0; tags && i < r->n_tokens; i++) {
                char tag[256] = "O";
                const size_t k = r->token + i;
                size_t n;
                if (t->letters[k] != 'O')
                    snprintf(tag, sizeof tag, "%c-%s", t->letters[k],
                        isg_ner_type_name(&t->model->vocab, t->types[k], &n));
                json_array_append_new(tags, json_string(tag));
            }
            json_object_set_new(r->json, "tags", tags);
        }
        json_object_set_new(r->json, "entities", entities);
        whole = json_incref(r->json);
    }
    char *out = whole ? json_dumps(whole, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(7)) : NULL;
    json_decref(whole);
    if (!out)
        return isg_error_nomem(err, "JSON");
    isg_writer_text(t->out, out);
    free(out);
    return ISG_OK;
}

static enum isg_status write_records(struct tagger *t, struct isg_error *err)
{
    for (size_t i = 0; i < t->n_records; i++) {
        const struct record *r = &t->records[i];
        struct isg_line line = r->line;
        line.text = t->text + r->text;
        if (r->kind != RECORD_JSON || !r->json)
            isg_line_write_body(&line, t->out);
        const char *separator = r->tabs ? "\t" : " ";
        switch (r->kind) {
        case RECORD_LINE:
            break;
        case RECORD_TOKEN:
            write_token(t, r, separator);
            break;
        case RECORD_DOCUMENT:
            write_document(t, separator);
            break;
        case RECORD_TEXT:
            isg_writer_text(t->out, "\t");
            ISG_TRY(write_json(t, r, err));
            break;
        case RECORD_JSON:
            ISG_TRY(write_json(t, r, err));
            break;
        }
        isg_line_write_end(&line, t->out);
        t->totals->lines++;
    }
    return ISG_OK;
}

/* ---- a batch ---- */

static enum isg_status grow_results(struct tagger *t, struct isg_error *err)
{
    const size_t n = t->n_tokens + 1, k = t->opts->nbest > 1 ? t->opts->nbest : 1;
    uint32_t longest = 0;
    for (size_t s = 0; s < t->n_sentences; s++)
        longest = t->length[s] > longest ? t->length[s] : longest;
    const bool good =
        ISG_GROW(t->tokens, t->cap_tokens, t->n_sentences + 1) &&
        ISG_GROW(t->features, t->cap_features, t->n_sentences + 1) && ISG_GROW(t->labels, t->cap_labels, n) &&
        ISG_GROW(t->labels_n, t->cap_labels_n, n * k) && ISG_GROW(t->confidence, t->cap_confidence, n) &&
        ISG_GROW(t->span_probability, t->cap_span, n) &&
        ISG_GROW(t->probability_n, t->cap_probability_n, (t->n_sentences + 1) * k) &&
        ISG_GROW(t->spans, t->cap_spans, (size_t)longest + 1) &&
        ISG_GROW(t->sentence_of, t->cap_sentence_of, n) && ISG_GROW(t->letters, t->cap_letters, n * k) &&
        ISG_GROW(t->types, t->cap_types, n * k) &&
        (!t->opts->given || ISG_GROW(t->allowed_of, t->cap_allowed_of, t->n_sentences + 1));
    return good ? ISG_OK : isg_error_nomem(err, "results of a batch");
}

/* The k-th path of each sentence goes to column k of letters and types. */
static void nbest_tags(struct tagger *t, size_t s)
{
    const size_t at = t->offset[s], k = t->opts->nbest;
    const uint32_t n = t->length[s];
    for (size_t i = k; i-- > 0;) {
        for (uint32_t j = 0; j < n; j++)
            t->labels[at + j] = t->labels_n[(at + j) * k + i];
        const size_t n_spans = isg_ner_spans_from_labels(&t->model->vocab, t->labels + at, n, t->spans);
        char *letters = isg_malloc((size_t)n + 1, 1);
        uint32_t *types = isg_malloc((size_t)n + 1, sizeof *types);
        if (letters && types) {
            isg_spans_to_tags(t->spans, n_spans, t->scheme, n, letters, types);
            for (uint32_t j = 0; j < n; j++) {
                t->letters[(at + j) * k + i] = letters[j];
                t->types[(at + j) * k + i] = types[j];
            }
        }
        isg_free(letters);
        isg_free(types);
        if (i == 0)
            t->totals->entities += n_spans;
    }
}

static enum isg_status flush(struct tagger *t, struct isg_error *err)
{
    ISG_TRY(grow_results(t, err));
    const bool json = t->totals->format != ISG_NER_COLUMNS;
    for (size_t s = 0; s < t->n_sentences; s++) {
        t->tokens[s] = t->form + t->offset[s];
        t->features[s] = t->feature + t->offset[s] * t->n_features;
        for (uint32_t i = 0; i < t->length[s]; i++)
            t->sentence_of[t->offset[s] + i] = (uint32_t)s;
        if (t->opts->given)
            t->allowed_of[s] = t->allowed + t->offset[s] * isg_strtab_size(t->model->vocab.labels);
    }
    const bool nbest = t->opts->nbest > 1;
    const struct isg_ner_decode job = {.n = (uint32_t)t->n_sentences,
        .tokens = t->tokens,
        .n_tokens = t->length,
        .features = t->n_features ? t->features : NULL,
        .offset = t->offset,
        .allowed = t->opts->given ? t->allowed_of : NULL,
        .labels = t->labels,
        .confidence = t->opts->confidence ? t->confidence : NULL,
        .span_probability = json || t->opts->min_confidence > 0 ? t->span_probability : NULL,
        .nbest = nbest ? t->opts->nbest : 0,
        .labels_n = nbest ? t->labels_n : NULL,
        .probability_n = nbest && t->opts->confidence ? t->probability_n : NULL};
    ISG_TRY(isg_ner_ensemble_run(t->ensemble, &job, err));
    for (size_t s = 0; s < t->n_sentences; s++)
        if (nbest)
            nbest_tags(t, s);
        else
            sentence_tags(t, s, t->labels + t->offset[s]);
    ISG_TRY(write_records(t, err));
    t->totals->tokens += t->n_tokens;
    t->totals->sentences += t->n_sentences;
    tagger_clear(t);
    return isg_ner_ensemble_forms(t->ensemble) > MAX_FORMS ? isg_ner_ensemble_forget(t->ensemble, err)
                                                           : ISG_OK;
}

static enum isg_status flush_if_full(struct tagger *t, struct isg_error *err)
{
    const size_t limit = t->opts->batch_tokens ? t->opts->batch_tokens : 8192;
    return t->n_tokens >= limit || t->n_records >= 4 * limit ? flush(t, err) : ISG_OK;
}

/* ---- formats ---- */

static enum isg_status tag_columns(
    struct tagger *t, const char *path, struct isg_columns columns, struct isg_error *err)
{
    struct isg_columns_reader *r;
    ISG_TRY(isg_columns_open(&r, path, columns, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        const size_t first = t->n_tokens;
        const bool tabs = isg_columns_effective(r).separator == '\t';
        for (size_t i = 0, token = 0; i < b->n_lines; i++) {
            const struct isg_line *line = &b->lines[i];
            const bool is_token = token < b->n_tokens && b->tokens[token] == i;
            struct record *record = NULL;
            ISG_GOTO(add_record(t,
                is_token                          ? RECORD_TOKEN
                : line->kind == ISG_LINE_DOCUMENT ? RECORD_DOCUMENT
                                                  : RECORD_LINE,
                line, &record, err));
            record->tabs = tabs && (is_token || memchr(line->text, '\t', line->n));
            if (is_token) {
                size_t n;
                const char *word = isg_block_word(r, b, token++, &n);
                ISG_GOTO(add_token(t, word, n, (struct place){0}, err));
                read_features(t, line, &columns, t->n_tokens - 1);
            }
        }
        if (t->opts->given && b->n_tokens) {
            const struct isg_ner_vocab *const v = &t->model->vocab;
            const size_t n_labels = isg_strtab_size(v->labels);
            if (!ISG_GROW(t->allowed, t->cap_allowed, t->n_tokens * n_labels)) {
                status = isg_error_nomem(err, "given tags");
                goto out;
            }
            ISG_GOTO(isg_ner_given_read(
                &t->given, r, b, v, t->model->config.scheme == 0, path, t->allowed + first * n_labels, err));
        }
        ISG_GOTO(end_sentence(t, first, err));
        ISG_GOTO(flush_if_full(t, err));
        uint64_t done, total;
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(t->env, "tagging", done, total, err));
    }
    status = flush(t, err);
out:
    isg_columns_close(r);
    return status;
}

static enum isg_status add_text(
    struct tagger *t, const char *text, size_t n, size_t *n_tokens, struct isg_error *err)
{
    struct isg_token *tokens = NULL;
    size_t cap = 0;
    enum isg_status status = isg_tokenise(t->tokeniser, text, n, &tokens, &cap, n_tokens, err);
    size_t first = t->n_tokens;
    for (size_t i = 0; i < *n_tokens && status == ISG_OK; i++) {
        const struct isg_token *k = &tokens[i];
        status =
            add_token(t, text + k->start, k->n, (struct place){k->start, k->n, k->cp_start, k->cp_end}, err);
        if (status == ISG_OK && k->ends) {
            status = end_sentence(t, first, err);
            first = t->n_tokens;
        }
    }
    isg_free(tokens);
    return status;
}

static enum isg_status add_json(struct tagger *t, struct record *r, const char *path, struct isg_error *err)
{
    const json_t *text = json_object_get(r->json, "text"), *tokens = json_object_get(r->json, "tokens");
    if (json_is_string(text))
        return add_text(t, json_string_value(text), json_string_length(text), &r->n_tokens, err);
    if (!json_is_array(tokens)) {
        isg_error_set(err, ISG_EDATA, path, r->line.number, "a JSON line without \"text\" and \"tokens\"");
        return isg_error_expected(err, "{\"text\": \"...\"} or {\"tokens\": [\"...\", ...]}");
    }
    const size_t first = t->n_tokens;
    r->n_tokens = json_array_size(tokens);
    for (size_t i = 0; i < r->n_tokens; i++) {
        const json_t *w = json_array_get(tokens, i);
        if (!json_is_string(w) || json_string_length(w) == 0)
            return isg_error_set(
                err, ISG_EDATA, path, r->line.number, "token %zu is no string, or empty", i + 1);
        ISG_TRY(add_token(t, json_string_value(w), json_string_length(w), (struct place){0}, err));
    }
    return end_sentence(t, first, err);
}

static enum isg_status tag_lines(struct tagger *t, const char *path, bool jsonl, struct isg_error *err)
{
    struct isg_reader *in;
    ISG_TRY(isg_reader_open(&in, path, err));
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_tokeniser_new(&t->tokeniser, t->opts->tokens, err));
    for (;;) {
        struct isg_line line = {0};
        size_t n;
        ISG_GOTO(isg_reader_line(in, &line.text, &n, err));
        if (!line.text)
            break;
        line.number = isg_reader_lineno(in);
        if (n > UINT32_MAX / 4 || isg_utf8_valid(line.text, n) != n) {
            status = isg_error_set(err, ISG_EDATA, path, line.number,
                n > UINT32_MAX / 4 ? "a line of more than 1 GiB" : "bytes that are no UTF-8");
            goto out;
        }
        line.n = (uint32_t)n;
        bool blank = true;
        for (size_t i = 0; i < n && blank; i++)
            blank = line.text[i] == ' ' || line.text[i] == '\t';
        struct record *r = NULL;
        ISG_GOTO(add_record(t, blank ? RECORD_LINE : jsonl ? RECORD_JSON : RECORD_TEXT, &line, &r, err));
        const size_t at = t->n_records - 1;
        if (!blank && jsonl) {
            json_error_t where;
            r->json = json_loadb(line.text, n, JSON_REJECT_DUPLICATES, &where);
            if (!json_is_object(r->json)) {
                isg_error_set(err, ISG_EDATA, path, line.number, "no JSON object: %s", where.text);
                status = isg_error_expected(err, "{\"text\": \"...\"} or {\"tokens\": [...]}");
                goto out;
            }
            ISG_GOTO(add_json(t, &t->records[at], path, err));
        } else if (!blank) {
            size_t n_tokens;
            ISG_GOTO(add_text(t, line.text, n, &n_tokens, err));
            t->records[at].n_tokens = n_tokens;
        }
        ISG_GOTO(flush_if_full(t, err));
        uint64_t done, total;
        isg_reader_position(in, &done, &total);
        ISG_GOTO(isg_progress(t->env, "tagging", done, total, err));
    }
    status = flush(t, err);
out:
    isg_reader_close(in);
    return status;
}

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
    json_t *o = json_loads(m->provenance, 0, NULL);
    const char *name = json_string_value(json_object_get(o, "scheme_of_train"));
    enum isg_scheme scheme = ISG_BIO;
    for (enum isg_scheme s = ISG_IOB1; name && s <= ISG_BMES; s++)
        if (strcmp(name, isg_scheme_name(s)) == 0)
            scheme = s;
    json_decref(o);
    return scheme;
}

enum isg_status isg_ner_tag(struct isg_ner_tagged *out, const struct isg_ner_model *const *models,
    size_t n_models, const char *const *paths, const struct isg_ner_tag_opts *opts, const struct isg_env *env,
    struct isg_error *err)
{
    const struct isg_ner_model *const model = models[0];
    enum isg_status status = ISG_OK;
    struct tagger t = {.model = model, .opts = opts, .env = env, .totals = out};
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
        status = isg_error_set(err, ISG_EUSAGE, NULL, 0, "%u feature columns for a model of %u",
            columns.n_features, f->n_columns);
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
    status = out->format == ISG_NER_COLUMNS ? tag_columns(&t, path, columns, err)
                                            : tag_lines(&t, path, out->format == ISG_NER_JSONL, err);
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
