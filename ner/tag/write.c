/* Writes a batch as columns, text with entities, or JSON lines. */
#include "ner/tag/write.h"
#include "ner/data/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void isg_tag_output_fini(struct isg_tag_output *o)
{
    isg_free(o->spans.v);
    isg_free(o->letters.v);
    isg_free(o->types.v);
    isg_free(o->path_letters.v);
    isg_free(o->path_types.v);
    memset(o, 0, sizeof *o);
}

/* ---- tags in the output's scheme ---- */

/* Sentence s from its best labels; entities below the confidence asked for are left out. */
static void best_path(struct isg_tagger *t, struct isg_tag_output *o, size_t s)
{
    const uint32_t n = t->length.v[s];
    const size_t at = t->offset.v[s];
    const size_t n_spans = isg_ner_spans_from_labels(&t->model->vocab, t->labels.v + at, n, o->spans.v);
    size_t kept = 0;
    for (size_t i = 0; i < n_spans; i++)
        if (!(t->opts->min_confidence > 0) ||
            (double)t->span_probability.v[at + o->spans.v[i].first] >= t->opts->min_confidence)
            o->spans.v[kept++] = o->spans.v[i];
    isg_spans_to_tags(o->spans.v, kept, t->scheme, n, o->letters.v + at, o->types.v + at);
    t->totals->entities += kept;
}

/* Sentence s from its n best paths: path i goes to column i of letters and types. */
static void n_best_paths(struct isg_tagger *t, struct isg_tag_output *o, size_t s)
{
    const size_t at = t->offset.v[s], k = t->opts->nbest;
    const uint32_t n = t->length.v[s];
    for (size_t i = k; i-- > 0;) {
        for (uint32_t j = 0; j < n; j++)
            t->labels.v[at + j] = t->labels_n.v[(at + j) * k + i];
        const size_t n_spans = isg_ner_spans_from_labels(&t->model->vocab, t->labels.v + at, n, o->spans.v);
        isg_spans_to_tags(o->spans.v, n_spans, t->scheme, n, o->path_letters.v, o->path_types.v);
        for (uint32_t j = 0; j < n; j++) {
            o->letters.v[(at + j) * k + i] = o->path_letters.v[j];
            o->types.v[(at + j) * k + i] = o->path_types.v[j];
        }
        if (i == 0)
            t->totals->entities += n_spans;
    }
}

static enum isg_status make_tags(struct isg_tagger *t, struct isg_tag_output *o, struct isg_error *err)
{
    const size_t k = t->opts->nbest > 1 ? t->opts->nbest : 1;
    size_t longest = 0;
    for (size_t s = 0; s < t->n_sentences; s++)
        longest = t->length.v[s] > longest ? t->length.v[s] : longest;
    if (!ISG_RESERVE(o->spans, longest + 1) || !ISG_RESERVE(o->letters, (t->n_tokens + 1) * k) ||
        !ISG_RESERVE(o->types, (t->n_tokens + 1) * k) || !ISG_RESERVE(o->path_letters, longest + 1) ||
        !ISG_RESERVE(o->path_types, longest + 1))
        return isg_error_nomem(err, "tags of a batch");
    for (size_t s = 0; s < t->n_sentences; s++)
        if (k > 1)
            n_best_paths(t, o, s);
        else
            best_path(t, o, s);
    return ISG_OK;
}

/* ---- columns ---- */

static void write_tag(struct isg_tagger *t, char letter, uint32_t type)
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

static void write_token(
    struct isg_tagger *t, const struct isg_tag_output *o, const struct isg_tag_record *r, const char *separator)
{
    const size_t k = r->token, nbest = t->opts->nbest;
    if (nbest > 1) {
        for (size_t i = 0; i < nbest; i++) {
            isg_writer_text(t->out, separator);
            write_tag(t, o->letters.v[k * nbest + i], o->types.v[k * nbest + i]);
        }
        for (size_t i = 0; t->opts->confidence && i < nbest; i++)
            isg_writer_printf(
                t->out, "%s%.6f", separator, (double)t->probability_n.v[(size_t)t->sentence_of.v[k] * nbest + i]);
        return;
    }
    isg_writer_text(t->out, separator);
    write_tag(t, o->letters.v[k], o->types.v[k]);
    if (t->opts->confidence)
        isg_writer_printf(t->out, "%s%.6f", separator, (double)t->confidence.v[k]);
}

static void write_document(struct isg_tagger *t, const char *separator)
{
    const size_t n = t->opts->nbest > 1 ? t->opts->nbest : 1;
    for (size_t i = 0; i < n; i++)
        isg_writer_printf(t->out, "%sO", separator);
    for (size_t i = 0; t->opts->confidence && i < n; i++)
        isg_writer_printf(t->out, "%s%.6f", separator, 1.0);
}

/* ---- JSON ---- */

static bool set(json_t *o, const char *key, json_t *value)
{
    return json_object_set_new(o, key, value) == 0;
}

/* The entity of tokens first .. last of a record; text NULL = offsets of tokens, else of code points. NULL = no memory. */
static json_t *entity_json(const struct isg_tagger *t, const struct isg_tag_output *o, const struct isg_tag_record *r,
    const char *text, size_t first, size_t last)
{
    size_t n;
    const char *const name = isg_ner_type_name(&t->model->vocab, o->types.v[first], &n);
    const struct isg_tag_place a = t->place.v[first], b = t->place.v[last];
    json_t *const e = json_pack("{s:s%, s:f}", "type", name, n, "score", (double)t->span_probability.v[first]);
    const bool good = e && set(e, "start", json_integer(text ? a.cp_start : (json_int_t)(first - r->token))) &&
                      set(e, "end", json_integer(text ? b.cp_end : (json_int_t)(last + 1 - r->token))) &&
                      (!text || set(e, "text", json_stringn(text + a.start, b.start + b.n - a.start)));
    if (good)
        return e;
    json_decref(e);
    return NULL;
}

/* Entities of a record's tokens, whose letters are BIO, as an array; NULL = no memory. */
static json_t *entities_json(
    const struct isg_tagger *t, const struct isg_tag_output *o, const struct isg_tag_record *r, const char *text)
{
    json_t *const list = json_array();
    const size_t end = r->token + r->n_tokens;
    for (size_t i = r->token, last; list && i < end; i = last + 1) {
        last = i;
        if (o->types.v[i] == ISG_NO_ID || o->letters.v[i] == 'O')
            continue;
        while (last + 1 < end && o->letters.v[last + 1] == 'I' && t->sentence_of.v[last + 1] == t->sentence_of.v[i])
            last++;
        if (json_array_append_new(list, entity_json(t, o, r, text, i, last)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Tags of a record's tokens as an array of strings; NULL = no memory. */
static json_t *tags_json(const struct isg_tagger *t, const struct isg_tag_output *o, const struct isg_tag_record *r)
{
    json_t *const tags = json_array();
    for (size_t k = r->token; tags && k < r->token + r->n_tokens; k++) {
        size_t n;
        const char *const name = o->letters.v[k] == 'O' ? NULL : isg_ner_type_name(&t->model->vocab, o->types.v[k], &n);
        json_t *const tag = name ? json_sprintf("%c-%.*s", o->letters.v[k], (int)n, name) : json_string("O");
        if (json_array_append_new(tags, tag) != 0) {
            json_decref(tags);
            return NULL;
        }
    }
    return tags;
}

static enum isg_status write_json(
    struct isg_tagger *t, const struct isg_tag_output *o, const struct isg_tag_record *r, struct isg_error *err)
{
    const bool is_text = r->kind == ISG_TAG_TEXT;
    const char *const text = is_text ? t->text.v + r->text : json_string_value(json_object_get(r->json, "text"));
    json_t *const entities = entities_json(t, o, r, text);
    json_t *const whole = is_text ? entities : json_incref(r->json);
    bool good = entities && whole;
    if (!is_text) {
        good = good && (text || set(whole, "tags", tags_json(t, o, r)));
        good = json_object_set(whole, "entities", entities) == 0 && good;
        json_decref(entities);
    }
    char *const out = good ? json_dumps(whole, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(7)) : NULL;
    json_decref(whole);
    if (!out)
        return isg_error_nomem(err, "the entities of a line");
    isg_writer_text(t->out, out);
    isg_reserve_free(out);
    return ISG_OK;
}

enum isg_status isg_tag_write(struct isg_tagger *t, struct isg_error *err)
{
    struct isg_tag_output *const o = t->cookie;
    ISG_TRY(make_tags(t, o, err));
    for (size_t i = 0; i < t->records.n; i++) {
        const struct isg_tag_record *const r = &t->records.v[i];
        struct isg_line line = r->line;
        line.text = t->text.v + r->text;
        if (r->kind != ISG_TAG_JSON)
            isg_line_write_body(&line, t->out);
        const char *const separator = r->tabs ? "\t" : " ";
        if (r->kind == ISG_TAG_TOKEN)
            write_token(t, o, r, separator);
        else if (r->kind == ISG_TAG_DOCUMENT)
            write_document(t, separator);
        else if (r->kind == ISG_TAG_TEXT)
            isg_writer_text(t->out, "\t");
        if (r->kind == ISG_TAG_TEXT || r->kind == ISG_TAG_JSON)
            ISG_TRY(write_json(t, o, r, err));
        isg_line_write_end(&line, t->out);
        t->totals->lines++;
    }
    return ISG_OK;
}
