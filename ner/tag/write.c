/* What tagging writes: columns, JSON. */
#include "ner/tag/tagger.h"
#include "ner/data/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tags of one sentence's spans in the output's scheme: letters and types a token. */
void isg_tag_sentence(struct isg_tagger *t, size_t s, const uint32_t *labels)
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

/* The k-th path of each sentence goes to column k of letters and types. */
void isg_tag_nbest(struct isg_tagger *t, size_t s)
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

static void write_token(struct isg_tagger *t, const struct isg_tag_record *r, const char *separator)
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

static void write_document(struct isg_tagger *t, const char *separator)
{
    const size_t n = t->opts->nbest > 1 ? t->opts->nbest : 1;
    for (size_t i = 0; i < n; i++)
        isg_writer_printf(t->out, "%sO", separator);
    for (size_t i = 0; t->opts->confidence && i < n; i++)
        isg_writer_printf(t->out, "%s%.6f", separator, 1.0);
}

/* Entities of a record's tokens as a JSON array; text NULL = token offsets alone. */
static json_t *entities_json(struct isg_tagger *t, const struct isg_tag_record *r, const char *text)
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
            const struct isg_tag_place a = t->place[i], b = t->place[last];
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

static enum isg_status write_json(struct isg_tagger *t, const struct isg_tag_record *r, struct isg_error *err)
{
    const char *text = r->kind == ISG_TAG_TEXT ? t->text + r->text
                                               : json_string_value(json_object_get(r->json, "text"));
    json_t *entities = entities_json(t, r, text), *whole = entities;
    if (entities && r->kind == ISG_TAG_JSON) {
        if (!text) {
            json_t *tags = json_array();
            for (size_t i = 0; tags && i < r->n_tokens; i++) {
                char tag[256] = "O";
                const size_t k = r->token + i;
                size_t n;
                if (t->letters[k] != 'O')
                    snprintf(
                        tag, sizeof tag, "%c-%s", t->letters[k], isg_ner_type_name(&t->model->vocab, t->types[k], &n));
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

enum isg_status isg_tag_write(struct isg_tagger *t, struct isg_error *err)
{
    for (size_t i = 0; i < t->n_records; i++) {
        const struct isg_tag_record *r = &t->records[i];
        struct isg_line line = r->line;
        line.text = t->text + r->text;
        if (r->kind != ISG_TAG_JSON || !r->json)
            isg_line_write_body(&line, t->out);
        const char *separator = r->tabs ? "\t" : " ";
        switch (r->kind) {
        case ISG_TAG_LINE:
            break;
        case ISG_TAG_TOKEN:
            write_token(t, r, separator);
            break;
        case ISG_TAG_DOCUMENT:
            write_document(t, separator);
            break;
        case ISG_TAG_TEXT:
            isg_writer_text(t->out, "\t");
            ISG_TRY(write_json(t, r, err));
            break;
        case ISG_TAG_JSON:
            ISG_TRY(write_json(t, r, err));
            break;
        }
        isg_line_write_end(&line, t->out);
        t->totals->lines++;
    }
    return ISG_OK;
}
