/* Reads columns, raw text and JSON lines into batches. */
#include "ner/tag/read.h"

#include <string.h>

#define MAX_LINE ((size_t)16 << 20)

static enum isg_status add_record(struct isg_tagger *t, enum isg_tag_record_kind kind, const struct isg_line *line,
    struct isg_tag_record **out, struct isg_error *err)
{
    const struct isg_tag_record record = {.kind = kind, .text = t->text.n, .line = *line, .token = t->n_tokens};
    if (!ISG_PUSH(t->records, record) || !ISG_APPEND(t->text, line->text, line->n) || !ISG_PUSH(t->text, 0))
        return isg_error_nomem(err, "a batch of lines");
    *out = &t->records.v[t->records.n - 1];
    (*out)->line.fields = NULL;
    return ISG_OK;
}

static enum isg_status add_token(
    struct isg_tagger *t, const char *word, size_t n, struct isg_tag_place place, struct isg_error *err)
{
    if (!ISG_RESERVE(t->form, t->n_tokens + 1) || !ISG_RESERVE(t->place, t->n_tokens + 1) ||
        !ISG_RESERVE(t->feature, (t->n_tokens + 1) * t->n_features))
        return isg_error_nomem(err, "a batch of lines");
    for (size_t k = 0; k < t->n_features; k++)
        t->feature.v[t->n_tokens * t->n_features + k] = 0;
    ISG_TRY(isg_ner_ensemble_form(t->ensemble, word, n, &t->form.v[t->n_tokens], err));
    t->place.v[t->n_tokens++] = place;
    return ISG_OK;
}

/* Values of a token's feature columns; those unknown to the model stay 0. */
static void read_features(
    struct isg_tagger *t, const struct isg_line *line, const struct isg_columns *columns, size_t token)
{
    const struct isg_ner_features *const f = &t->model->vocab.features;
    for (uint32_t k = 0; k < f->n_columns; k++) {
        size_t n;
        const char *const value = isg_line_field(line, columns->features[k], &n);
        const uint32_t id = isg_strtab_find(f->values[k], value, n);
        t->feature.v[token * t->n_features + k] = id == ISG_NO_ID ? 0 : id;
    }
}

static enum isg_status match_names(struct isg_tagger *t, size_t first, struct isg_error *err)
{
    const struct isg_ner_features *const f = &t->model->vocab.features;
    const size_t n = t->n_tokens - first;
    if (!f->gazetteer)
        return ISG_OK;
    if (!ISG_RESERVE(t->words, n))
        return isg_error_nomem(err, "a sentence");
    for (size_t i = 0; i < n; i++)
        t->words.v[i].s = isg_ner_ensemble_word(t->ensemble, t->form.v[first + i], &t->words.v[i].n);
    return isg_ner_gazetteer_match(
        f->gazetteer, t->words.v, (uint32_t)n, t->feature.v + first * t->n_features + f->n_columns, t->n_features, err);
}

/* Tokens from `first` on are a sentence. */
static enum isg_status end_sentence(
    struct isg_tagger *t, size_t first, const char *path, uint64_t line, struct isg_error *err)
{
    const size_t n = t->n_tokens - first;
    if (n == 0)
        return ISG_OK;
    if (n > ISG_NER_MAX_SENTENCE) {
        (void)isg_error_set(err, ISG_EDATA, path, line, "a sentence of %zu tokens", n);
        (void)isg_error_expected(err, "at most %d", ISG_NER_MAX_SENTENCE);
        return isg_error_advice(err, "separate sentences (in columns by empty lines)");
    }
    if (!ISG_RESERVE(t->offset, t->n_sentences + 1) || !ISG_RESERVE(t->length, t->n_sentences + 1))
        return isg_error_nomem(err, "a sentence");
    t->offset.v[t->n_sentences] = first;
    t->length.v[t->n_sentences++] = (uint32_t)n;
    return match_names(t, first, err);
}

static bool enough(const struct isg_tagger *t)
{
    return t->max_sentences && t->totals->sentences + t->n_sentences >= t->max_sentences;
}

/* ---- columns ---- */

static enum isg_status add_given(struct isg_tagger *t, const struct isg_columns_reader *r, const struct isg_block *b,
    const char *path, size_t first, struct isg_error *err)
{
    const struct isg_ner_vocab *const v = &t->model->vocab;
    const size_t n_labels = isg_strtab_size(v->labels);
    if (!ISG_RESERVE(t->allowed, t->n_tokens * n_labels))
        return isg_error_nomem(err, "given tags");
    return isg_ner_given_read(
        &t->given, r, b, v, t->model->config.scheme == ISG_LABELS_BIOES, path, t->allowed.v + first * n_labels, err);
}

static enum isg_status add_block(struct isg_tagger *t, const struct isg_columns_reader *r, const struct isg_block *b,
    const char *path, struct isg_error *err)
{
    const struct isg_columns columns = isg_columns_effective(r);
    const size_t first = t->n_tokens;
    for (size_t i = 0, token = 0; i < b->lines.n; i++) {
        const struct isg_line *const line = &b->lines.v[i];
        const bool is_token = token < b->tokens.n && b->tokens.v[token] == i;
        struct isg_tag_record *record;
        ISG_TRY(add_record(t,
            is_token                          ? ISG_TAG_TOKEN
            : line->kind == ISG_LINE_DOCUMENT ? ISG_TAG_DOCUMENT
                                              : ISG_TAG_LINE,
            line, &record, err));
        record->tabs = columns.separator == '\t' && (is_token || memchr(line->text, '\t', line->n));
        if (!is_token)
            continue;
        size_t n;
        const char *const word = isg_block_word(r, b, token++, &n);
        record->n_tokens = 1;
        ISG_TRY(add_token(
            t, word, n, (struct isg_tag_place){.start = (uint32_t)(word - line->text), .n = (uint32_t)n}, err));
        read_features(t, line, &columns, t->n_tokens - 1);
    }
    if (t->opts->given && b->tokens.n)
        ISG_TRY(add_given(t, r, b, path, first, err));
    return end_sentence(t, first, path, b->lines.n ? b->lines.v[b->lines.n - 1].number : 0, err);
}

static enum isg_status read_columns(
    struct isg_tagger *t, const char *path, struct isg_columns columns, struct isg_error *err)
{
    struct isg_columns_reader *r;
    columns.allow_empty = true;
    ISG_TRY(isg_columns_open(&r, path, columns, err));
    enum isg_status status = ISG_OK;
    while (!enough(t)) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        ISG_GOTO(add_block(t, r, b, path, err));
        ISG_GOTO(isg_tag_flush_if_full(t, err));
        if (t->records.n && isg_columns_waits(r)) {
            ISG_GOTO(isg_tag_flush(t, err));
            isg_writer_flush(t->out);
        }
        uint64_t done, total;
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(t->env, "tagging", done, total, err));
    }
    status = isg_tag_flush(t, err);
out:
    isg_columns_close(r);
    return status;
}

/* ---- raw text and JSON lines ---- */

enum isg_status isg_tag_add_text(struct isg_tagger *t, const char *path, uint64_t line, const char *text, size_t n,
    size_t *n_tokens, struct isg_error *err)
{
    struct isg_tokens tokens = {0};
    size_t first = t->n_tokens;
    enum isg_status status = isg_tokenise(t->tokeniser, text, n, &tokens, err);
    *n_tokens = tokens.n;
    for (size_t i = 0; i < tokens.n && status == ISG_OK; i++) {
        const struct isg_token *const k = &tokens.v[i];
        status = add_token(
            t, text + k->start, k->n, (struct isg_tag_place){k->start, k->n, k->cp_start, k->cp_end}, err);
        if (status == ISG_OK && k->ends) {
            status = end_sentence(t, first, path, line, err);
            first = t->n_tokens;
        }
    }
    ISG_ARRAY_FREE(tokens);
    return status;
}

enum isg_status isg_tag_add_tokens(
    struct isg_tagger *t, const char *const *words, size_t n, uint64_t sentence, struct isg_error *err)
{
    const size_t first = t->n_tokens;
    for (size_t i = 0; i < n; i++) {
        const size_t length = strlen(words[i]);
        if (length == 0 || isg_utf8_valid(words[i], length) != length)
            return isg_error_set(err, ISG_EDATA, NULL, 0, "token %zu of sentence %llu is %s", i + 1,
                (unsigned long long)sentence, length ? "not valid UTF-8" : "empty");
        ISG_TRY(add_token(t, words[i], length, (struct isg_tag_place){0}, err));
    }
    return end_sentence(t, first, NULL, sentence, err);
}

static enum isg_status add_json(
    struct isg_tagger *t, struct isg_tag_record *r, const char *path, const char *line, struct isg_error *err)
{
    const uint64_t number = r->line.number;
    json_error_t where;
    r->json = json_loadb(line, r->line.n, JSON_REJECT_DUPLICATES, &where);
    if (!r->json && json_error_code(&where) == json_error_out_of_memory)
        return isg_error_nomem(err, "a JSON line");
    const json_t *const text = json_object_get(r->json, "text"), *const tokens = json_object_get(r->json, "tokens");
    if (!json_is_object(r->json) || (!json_is_string(text) && !json_is_array(tokens))) {
        if (r->json)
            (void)isg_error_set(err, ISG_EDATA, path, number, "%s",
                json_is_object(r->json) ? "a JSON object without \"text\" or \"tokens\"" : "not a JSON object");
        else
            (void)isg_error_set(err, ISG_EDATA, path, number, "invalid JSON: %s", where.text);
        return isg_error_expected(err, "{\"text\": \"...\"} or {\"tokens\": [\"...\", ...]}");
    }
    if (json_is_string(text))
        return isg_tag_add_text(t, path, number, json_string_value(text), json_string_length(text), &r->n_tokens, err);
    const size_t first = t->n_tokens;
    r->n_tokens = json_array_size(tokens);
    for (size_t i = 0; i < r->n_tokens; i++) {
        const json_t *const w = json_array_get(tokens, i);
        if (!json_is_string(w) || json_string_length(w) == 0)
            return isg_error_set(err, ISG_EDATA, path, number, "token %zu is empty or not a string", i + 1);
        ISG_TRY(add_token(t, json_string_value(w), json_string_length(w), (struct isg_tag_place){0}, err));
    }
    return end_sentence(t, first, path, number, err);
}

static enum isg_status add_line(
    struct isg_tagger *t, const char *path, bool jsonl, uint64_t number, char *text, size_t n, struct isg_error *err)
{
    if (n > MAX_LINE) {
        (void)isg_error_set(err, ISG_EDATA, path, number, "a line of %zu bytes", n);
        (void)isg_error_expected(err, "at most 16 MiB");
        return isg_error_advice(err, "split it into paragraphs, one a line");
    }
    const size_t valid = isg_utf8_valid(text, n);
    if (valid != n) {
        (void)isg_error_set(err, ISG_EDATA, path, number, "invalid UTF-8 (byte 0x%02x)", (unsigned char)text[valid]);
        return isg_error_advice(err, "convert the file with iconv -f ENCODING -t UTF-8");
    }
    bool empty = true;
    for (size_t i = 0; i < n && empty; i++)
        empty = text[i] == ' ' || text[i] == '\t';
    const struct isg_line line = {.text = text, .n = (uint32_t)n, .number = number};
    struct isg_tag_record *r;
    ISG_TRY(add_record(t, empty ? ISG_TAG_LINE : jsonl ? ISG_TAG_JSON : ISG_TAG_TEXT, &line, &r, err));
    if (empty)
        return ISG_OK;
    return jsonl ? add_json(t, r, path, text, err) : isg_tag_add_text(t, path, number, text, n, &r->n_tokens, err);
}

static enum isg_status read_lines(struct isg_tagger *t, const char *path, bool jsonl, struct isg_error *err)
{
    struct isg_reader *in;
    ISG_TRY(isg_reader_open(&in, path, err));
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_tokeniser_new(&t->tokeniser, t->opts->tokens, err));
    while (!enough(t)) {
        char *text;
        size_t n;
        if (t->records.n && isg_reader_waits(in)) { /* somebody types, or another program wants an answer */
            ISG_GOTO(isg_tag_flush(t, err));
            isg_writer_flush(t->out);
        }
        ISG_GOTO(isg_reader_line(in, &text, &n, err));
        if (!text)
            break;
        ISG_GOTO(add_line(t, isg_reader_path(in), jsonl, isg_reader_lineno(in), text, n, err));
        ISG_GOTO(isg_tag_flush_if_full(t, err));
        uint64_t done, total;
        isg_reader_position(in, &done, &total);
        ISG_GOTO(isg_progress(t->env, "tagging", done, total, err));
    }
    status = isg_tag_flush(t, err);
out:
    isg_reader_close(in);
    return status;
}

enum isg_status isg_tag_read(struct isg_tagger *t, const char *path, enum isg_ner_format format,
    struct isg_columns columns, struct isg_error *err)
{
    return format == ISG_NER_COLUMNS ? read_columns(t, path, columns, err)
                                     : read_lines(t, path, format == ISG_NER_JSONL, err);
}
