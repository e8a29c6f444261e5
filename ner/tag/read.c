/* What tagging reads: columns, raw text, JSON lines. */
#include "ner/tag/tagger.h"

#include <string.h>

static enum isg_status add_record(struct isg_tagger *t, enum isg_tag_record_kind kind, const struct isg_line *line,
    struct isg_tag_record **out, struct isg_error *err)
{
    if (!ISG_GROW(t->records, t->cap_records, t->n_records + 1) ||
        !ISG_GROW(t->text, t->cap_text, t->n_text + line->n + 1))
        return isg_error_nomem(err, "a batch of lines");
    struct isg_tag_record *r = &t->records[t->n_records++];
    *r = (struct isg_tag_record){.kind = kind, .text = t->n_text, .line = *line, .token = t->n_tokens};
    memcpy(t->text + t->n_text, line->text, line->n);
    t->n_text += line->n;
    t->text[t->n_text++] = 0;
    r->line.fields = NULL;
    *out = r;
    return ISG_OK;
}

static enum isg_status add_token(
    struct isg_tagger *t, const char *word, size_t n, struct isg_tag_place place, struct isg_error *err)
{
    if (!ISG_GROW(t->form, t->cap_form, t->n_tokens + 1) || !ISG_GROW(t->place, t->cap_place, t->n_tokens + 1) ||
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
    struct isg_tagger *t, const struct isg_line *line, const struct isg_columns *columns, size_t token)
{
    const struct isg_ner_features *const f = &t->model->vocab.features;
    for (uint32_t k = 0; k < f->n_columns; k++) {
        size_t n;
        const char *const value = isg_line_field(line, columns->features[k], &n);
        const uint32_t id = isg_strtab_find(f->values[k], value, n);
        t->feature[token * t->n_features + k] = id == ISG_NO_ID ? 0 : id;
    }
}

static enum isg_status match_names(struct isg_tagger *t, size_t first, struct isg_error *err)
{
    const struct isg_ner_features *const f = &t->model->vocab.features;
    const size_t n = t->n_tokens - first;
    if (!f->gazetteer)
        return ISG_OK;
    if (!ISG_GROW(t->words, t->cap_words, n))
        return isg_error_nomem(err, "a sentence");
    for (size_t i = 0; i < n; i++)
        t->words[i].s = isg_ner_ensemble_word(t->ensemble, t->form[first + i], &t->words[i].n);
    return isg_ner_gazetteer_match(
        f->gazetteer, t->words, (uint32_t)n, t->feature + first * t->n_features + f->n_columns, t->n_features, err);
}

/* Tokens from `first` on make a sentence. */
static enum isg_status end_sentence(struct isg_tagger *t, size_t first, struct isg_error *err)
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

/* ---- files ---- */

enum isg_status isg_tag_columns(
    struct isg_tagger *t, const char *path, struct isg_columns columns, struct isg_error *err)
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
            struct isg_tag_record *record = NULL;
            ISG_GOTO(add_record(t,
                is_token                          ? ISG_TAG_TOKEN
                : line->kind == ISG_LINE_DOCUMENT ? ISG_TAG_DOCUMENT
                                                  : ISG_TAG_LINE,
                line, &record, err));
            record->tabs = tabs && (is_token || memchr(line->text, '\t', line->n));
            if (is_token) {
                size_t n;
                const char *word = isg_block_word(r, b, token++, &n);
                ISG_GOTO(add_token(t, word, n, (struct isg_tag_place){0}, err));
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
        ISG_GOTO(isg_tag_flush_if_full(t, err));
        uint64_t done, total;
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(t->env, "tagging", done, total, err));
    }
    status = isg_tag_flush(t, err);
out:
    isg_columns_close(r);
    return status;
}

static enum isg_status add_text(
    struct isg_tagger *t, const char *text, size_t n, size_t *n_tokens, struct isg_error *err)
{
    struct isg_tokens tokens = {0};
    enum isg_status status = isg_tokenise(t->tokeniser, text, n, &tokens, err);
    size_t first = t->n_tokens;
    *n_tokens = tokens.n;
    for (size_t i = 0; i < tokens.n && status == ISG_OK; i++) {
        const struct isg_token *k = &tokens.v[i];
        status = add_token(
            t, text + k->start, k->n, (struct isg_tag_place){k->start, k->n, k->cp_start, k->cp_end}, err);
        if (status == ISG_OK && k->ends) {
            status = end_sentence(t, first, err);
            first = t->n_tokens;
        }
    }
    ISG_ARRAY_FREE(tokens);
    return status;
}

static enum isg_status add_json(struct isg_tagger *t, struct isg_tag_record *r, const char *path, struct isg_error *err)
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
            return isg_error_set(err, ISG_EDATA, path, r->line.number, "token %zu is no string, or empty", i + 1);
        ISG_TRY(add_token(t, json_string_value(w), json_string_length(w), (struct isg_tag_place){0}, err));
    }
    return end_sentence(t, first, err);
}

enum isg_status isg_tag_lines(struct isg_tagger *t, const char *path, bool jsonl, struct isg_error *err)
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
        struct isg_tag_record *r = NULL;
        ISG_GOTO(add_record(t, blank ? ISG_TAG_LINE : jsonl ? ISG_TAG_JSON : ISG_TAG_TEXT, &line, &r, err));
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
