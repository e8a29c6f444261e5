/* Labelled text from one form to another, sentence by sentence (convert_text.h). */
#include "tools/commands/convert_text.h"

#include <stdlib.h>
#include <string.h>

/* One sentence on its way: words and tags borrowed from a block or a JSON object. */
struct sentence {
    size_t n;
    ISG_ARRAY(const char *) words;
    ISG_ARRAY(size_t) lengths;
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) types; /* ids in job.types, or ISG_NO_ID */
    struct isg_spans spans;
};
struct job {
    const struct isg_convert *c;
    struct isg_tokeniser *tokeniser; /* of texts with spans */
    struct isg_tokens tokens;
    const char *path;
    struct isg_strtab *types;
    struct sentence s;
    struct isg_writer *w;
    struct isg_converted *done;
};

static enum isg_status room(struct sentence *s, size_t n, struct isg_error *err)
{
    s->n = n;
    if (!ISG_RESERVE(s->words, n + 1) || !ISG_RESERVE(s->lengths, n + 1) || !ISG_RESERVE(s->letters, n + 1) ||
        !ISG_RESERVE(s->types, n + 1))
        return isg_error_nomem(err, "a sentence");
    return ISG_OK;
}

static enum isg_status take_tag(
    struct job *j, size_t i, const char *tag, size_t n, uint64_t line, struct isg_error *err)
{
    const char *type;
    size_t type_n;
    j->s.letters.v[i] = isg_tag_split(tag, n, &type, &type_n);
    j->s.types.v[i] = ISG_NO_ID;
    if (!j->s.letters.v[i]) {
        isg_error_set(err, ISG_EDATA, j->path, line, "tag \"%.*s\"", (int)(n < 80 ? n : 80), tag);
        return isg_error_expected(err, "O, or a letter of the scheme, a dash and a type: B-PER");
    }
    return j->s.letters.v[i] == 'O' ? ISG_OK : isg_strtab_add(j->types, type, type_n, &j->s.types.v[i], NULL, err);
}

/* The entities of the sentence, and its tags in the scheme asked for. */
static enum isg_status relabel(struct job *j, struct isg_error *err)
{
    struct sentence *s = &j->s;
    ISG_TRY(isg_spans_from_tags(s->letters.v, s->types.v, s->n, &s->spans, err));
    if (j->c->scheme != ISG_SCHEME_UNKNOWN)
        isg_spans_to_tags(s->spans.v, s->spans.n, j->c->scheme, s->n, s->letters.v, s->types.v);
    j->done->sentences++;
    j->done->tokens += s->n;
    j->done->entities += s->spans.n;
    return ISG_OK;
}

/* Tag i as text; `was` where it stays as it was (letters like M and W have one name inside). Free it. */
static char *tag_text(const struct job *j, size_t i, const char *was, size_t was_n, size_t *n)
{
    if (was && j->c->scheme == ISG_SCHEME_UNKNOWN) {
        *n = was_n;
        return isg_strndup(was, was_n);
    }
    if (j->s.types.v[i] == ISG_NO_ID) {
        *n = 1;
        return isg_strndup("O", 1);
    }
    const char *type = isg_strtab_get(j->types, j->s.types.v[i], n);
    char *text = isg_malloc(*n + 3, 1);
    if (text) {
        text[0] = j->s.letters.v[i];
        text[1] = '-';
        memcpy(text + 2, type, *n + 1);
        *n += 2;
    }
    return text;
}

static enum isg_status dump(struct job *j, json_t *o, struct isg_error *err)
{
    char *line = o ? json_dumps(o, 0) : NULL;
    json_decref(o);
    if (!line)
        return isg_error_nomem(err, "a JSON line");
    isg_writer_text(j->w, line);
    isg_writer_text(j->w, "\n");
    isg_reserve_free(line);
    return ISG_OK;
}

/* Takes the reference to tags. */
static enum isg_status write_tokens(struct job *j, json_t *tags, struct isg_error *err)
{
    json_t *words = json_array();
    for (size_t i = 0; words && i < j->s.n; i++)
        if (json_array_append_new(words, json_stringn(j->s.words.v[i], j->s.lengths.v[i])) != 0) {
            json_decref(words);
            words = NULL;
        }
    return dump(j, json_pack("{s:o, s:o}", "tokens", words, "tags", tags), err);
}

/* The words with single spaces between them; offsets in code points, end exclusive. */
static enum isg_status write_spans(struct job *j, struct isg_error *err)
{
    const struct sentence *s = &j->s;
    size_t bytes = 0, at = 0, cp = 0, next = 0;
    for (size_t i = 0; i < s->n; i++)
        bytes += s->lengths.v[i] + 1;
    char *text = isg_malloc(bytes + 1, 1);
    if (!text)
        return isg_error_nomem(err, "a sentence");
    json_t *entities = json_array();
    bool good = entities != NULL;
    size_t start = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (i > 0) {
            text[at++] = ' ';
            cp++;
        }
        if (next < s->spans.n && s->spans.v[next].first == i)
            start = cp;
        memcpy(text + at, s->words.v[i], s->lengths.v[i]);
        at += s->lengths.v[i];
        cp += isg_utf8_length(s->words.v[i], s->lengths.v[i]);
        if (next < s->spans.n && s->spans.v[next].first + s->spans.v[next].n == i + 1) {
            const char *type = isg_strtab_get(j->types, s->spans.v[next++].type, NULL);
            json_t *const e = j->c->to == ISG_TEXT_DOCCANO
                                  ? json_pack("[I, I, s]", (json_int_t)start, (json_int_t)cp, type)
                                  : json_pack("{s:I, s:I, s:s}", "start", (json_int_t)start, "end", (json_int_t)cp,
                                        "type", type);
            good = json_array_append_new(entities, e) == 0 && good;
        }
    }
    json_t *line = json_pack(
        "{s:o, s:o}", "text", json_stringn(text, at), j->c->to == ISG_TEXT_DOCCANO ? "label" : "entities", entities);
    isg_free(text);
    if (!good) {
        json_decref(line);
        line = NULL;
    }
    return dump(j, line, err);
}

static enum isg_status from_block(
    struct job *j, const struct isg_columns_reader *r, const struct isg_block *b, struct isg_error *err)
{
    ISG_TRY(room(&j->s, b->tokens.n, err));
    for (size_t i = 0; i < b->tokens.n; i++) {
        size_t n;
        j->s.words.v[i] = isg_block_word(r, b, i, &j->s.lengths.v[i]);
        const uint64_t line = b->lines.v[b->tokens.v[i]].number;
        const char *tag = isg_block_tag(r, b, i, &n);
        if (!tag)
            return isg_error_set(err, ISG_EDATA, j->path, line, "a token without a tag");
        ISG_TRY(take_tag(j, i, tag, n, line, err));
    }
    ISG_TRY(relabel(j, err));
    json_t *tags = j->c->to == ISG_TEXT_TOKENS ? json_array() : NULL;
    for (size_t k = 0, i = 0; k < b->lines.n && j->c->to <= ISG_TEXT_TOKENS; k++) {
        const bool token = i < b->tokens.n && b->tokens.v[i] == k;
        if (!token && j->c->to == ISG_TEXT_COLUMNS)
            isg_line_write(&b->lines.v[k], j->w);
        if (!token)
            continue;
        size_t was_n, n;
        const char *was = isg_block_tag(r, b, i, &was_n);
        char *tag = tag_text(j, i++, was, was_n, &n);
        if (!tag) {
            json_decref(tags);
            return isg_error_nomem(err, "a tag");
        }
        const bool good = !tags || json_array_append_new(tags, json_stringn(tag, n)) == 0;
        if (!tags)
            isg_line_write_field(&b->lines.v[k], isg_columns_effective(r).tag, tag, n, j->w);
        isg_free(tag);
        if (!good) {
            json_decref(tags);
            return isg_error_nomem(err, "a tag");
        }
    }
    for (size_t k = 0; k < b->lines.n && j->c->to != ISG_TEXT_COLUMNS; k++)
        j->done->lines_left_out += b->lines.v[k].kind == ISG_LINE_COMMENT || b->lines.v[k].kind == ISG_LINE_DOCUMENT;
    if (tags)
        return b->tokens.n ? write_tokens(j, tags, err) : (json_decref(tags), ISG_OK);
    return j->c->to == ISG_TEXT_COLUMNS || !b->tokens.n ? ISG_OK : write_spans(j, err);
}

static enum isg_status columns_in(struct job *j, const struct isg_env *env, struct isg_error *err)
{
    struct isg_columns_reader *r;
    ISG_TRY(isg_columns_open(&r, j->path, j->c->columns, err));
    enum isg_status status = ISG_OK;
    for (;;) {
        struct isg_block *b;
        uint64_t done, total;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        ISG_GOTO(from_block(j, r, b, err));
        isg_columns_position(r, &done, &total);
        ISG_GOTO(isg_progress(env, "converting", done, total, err));
    }
out:
    isg_columns_close(r);
    return status;
}

/* {"tokens": [...], "tags" or "ner_tags": [...]} */
static enum isg_status from_tokens(
    struct job *j, const json_t *o, const json_t *tags, uint64_t line, struct isg_error *err)
{
    const json_t *const words = json_object_get(o, "tokens");
    const size_t n = json_array_size(words);
    if (!json_is_array(words) || !json_is_array(tags) || json_array_size(tags) != n || n == 0) {
        (void)isg_error_set(err, ISG_EDATA, j->path, line, "%zu tokens with %zu tags", n, json_array_size(tags));
        return isg_error_expected(
            err, "{\"tokens\": [...], \"tags\": [...]} of one length, or a \"text\" with \"entities\"");
    }
    ISG_TRY(room(&j->s, n, err));
    for (size_t i = 0; i < n; i++) {
        const json_t *const word = json_array_get(words, i), *const tag = json_array_get(tags, i);
        if (json_is_integer(tag)) {
            (void)isg_error_set(err, ISG_EDATA, j->path, line, "tag %zu is a number", i + 1);
            return isg_error_advice(
                err, "write the names of the tags, as in \"B-PER\": their numbers are not in the file");
        }
        if (!json_is_string(word) || !json_is_string(tag) || json_string_length(word) == 0)
            return isg_error_set(err, ISG_EDATA, j->path, line, "token %zu or its tag is empty or not a string", i + 1);
        j->s.words.v[i] = json_string_value(word);
        j->s.lengths.v[i] = json_string_length(word);
        ISG_TRY(take_tag(j, i, json_string_value(tag), json_string_length(tag), line, err));
    }
    return ISG_OK;
}

/* The first of several keys that an object has, or NULL. */
static const json_t *first_of(const json_t *o, const char *const *keys)
{
    for (; *keys; keys++)
        if (json_object_get(o, *keys))
            return json_object_get(o, *keys);
    return NULL;
}

struct entity {
    size_t start, end; /* code points */
    const char *type;
};

/* An entity as doccano, Prodigy, spaCy and Label Studio write it: a list [start, end, type], or an object. */
static bool read_entity(const json_t *e, struct entity *out)
{
    static const char *const starts[] = {"start", "start_offset", NULL}, *const ends[] = {"end", "end_offset", NULL},
                             *const types[] = {"type", "label", NULL};
    const bool list = json_is_array(e);
    const json_t *const a = list ? json_array_get(e, 0) : first_of(e, starts);
    const json_t *const b = list ? json_array_get(e, 1) : first_of(e, ends);
    const json_t *const t = list ? json_array_get(e, 2) : first_of(e, types);
    out->type = json_string_value(t);
    if (!out->type || !*out->type || !json_is_integer(a) || !json_is_integer(b) || json_integer_value(a) < 0 ||
        json_integer_value(b) <= json_integer_value(a))
        return false;
    out->start = (size_t)json_integer_value(a);
    out->end = (size_t)json_integer_value(b);
    return true;
}

/* Labels the tokens that an entity covers, also in part: tokens do not depend on labels. owner[i] = 1 + the entity of
 * token i, 0 = none. */
static enum isg_status label_tokens(
    struct job *j, const struct entity *e, size_t number, size_t *owner, uint64_t line, struct isg_error *err)
{
    const struct isg_token *const v = j->tokens.v;
    size_t low = 0, high = j->tokens.n;
    while (low < high) { /* the first token that ends past the start */
        const size_t middle = low + (high - low) / 2;
        if (v[middle].cp_end > e->start)
            high = middle;
        else
            low = middle + 1;
    }
    const size_t first = low;
    for (; low < j->tokens.n && v[low].cp_start < e->end; low++) {
        if (owner[low]) {
            (void)isg_error_set(err, ISG_EDATA, j->path, line, "entities %zu and %zu overlap", owner[low], number);
            return isg_error_expected(err, "entities without a token in common");
        }
        owner[low] = number;
        j->s.letters.v[low] = low == first ? 'B' : 'I';
        ISG_TRY(isg_strtab_add(j->types, e->type, strlen(e->type), &j->s.types.v[low], NULL, err));
    }
    if (first == low)
        return isg_error_set(err, ISG_EDATA, j->path, line, "entity %zu covers whitespace alone", number);
    j->done->widened += v[first].cp_start < e->start || v[low - 1].cp_end > e->end;
    return ISG_OK;
}

/* {"text": ..., "entities": [...]}: the tokens are those that `ner tag` sees in the text. */
static enum isg_status from_spans(struct job *j, const json_t *o, uint64_t line, struct isg_error *err)
{
    static const char *const keys[] = {"entities", "label", "labels", "spans", NULL};
    const json_t *const entities = first_of(o, keys), *const text = json_object_get(o, "text");
    const char *const s = json_string_value(text);
    const size_t length = isg_utf8_length(s, json_string_length(text));
    if (!json_is_array(entities)) {
        (void)isg_error_set(
            err, ISG_EDATA, j->path, line, "a text without \"entities\", \"label\", \"labels\" or \"spans\"");
        return isg_error_expected(err, "a list, which may be empty");
    }
    if (!j->tokeniser)
        ISG_TRY(isg_tokeniser_new(&j->tokeniser, NULL, err));
    ISG_TRY(isg_tokenise(j->tokeniser, s, json_string_length(text), &j->tokens, err));
    ISG_TRY(room(&j->s, j->tokens.n, err));
    for (size_t i = 0; i < j->tokens.n; i++) {
        j->s.words.v[i] = s + j->tokens.v[i].start;
        j->s.lengths.v[i] = j->tokens.v[i].n;
        j->s.letters.v[i] = 'O';
        j->s.types.v[i] = ISG_NO_ID;
    }
    size_t *const owner = isg_calloc(j->tokens.n + 1, sizeof *owner);
    enum isg_status status = owner ? ISG_OK : isg_error_nomem(err, "a sentence");
    for (size_t i = 0; i < json_array_size(entities) && status == ISG_OK; i++) {
        struct entity e;
        if (!read_entity(json_array_get(entities, i), &e)) {
            (void)isg_error_set(err, ISG_EDATA, j->path, line, "entity %zu is malformed", i + 1);
            status = isg_error_expected(err,
                "{\"start\", \"end\", \"type\"}, {\"start_offset\", \"end_offset\", \"label\"} "
                "or [start, end, type]");
        } else if (e.end > length) {
            status = isg_error_set(err, ISG_EDATA, j->path, line,
                "entity %zu ends at %zu, past the end of its text (%zu characters)", i + 1, e.end, length);
        } else {
            status = label_tokens(j, &e, i + 1, owner, line, err);
        }
    }
    isg_free(owner);
    return status;
}

/* Would a field of these bytes be read as more than one? */
static bool has_blank(const char *s, size_t n, char separator)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == '\t' || s[i] == '\n' || s[i] == '\r' || (s[i] == ' ' && separator == ' '))
            return true;
    return false;
}

/* Line of columns, or of tokens, or of spans, from the sentence in j->s; tags = those read, or NULL. */
static enum isg_status write_sentence(struct job *j, const json_t *was, uint64_t line, struct isg_error *err)
{
    struct sentence *s = &j->s;
    ISG_TRY(relabel(j, err));
    if (j->c->to > ISG_TEXT_TOKENS)
        return write_spans(j, err);
    json_t *tags = j->c->to == ISG_TEXT_TOKENS ? json_array() : NULL;
    for (size_t i = 0; i < s->n; i++) {
        size_t n;
        const json_t *old = json_array_get(was, i);
        char *tag = tag_text(j, i, json_string_value(old), json_string_length(old), &n);
        if (!tag) {
            json_decref(tags);
            return isg_error_nomem(err, "a tag");
        }
        if (tags) {
            if (json_array_append_new(tags, json_stringn(tag, n)) != 0) {
                isg_free(tag);
                json_decref(tags);
                return isg_error_nomem(err, "a tag");
            }
        } else {
            if (has_blank(s->words.v[i], s->lengths.v[i], j->c->separator) || has_blank(tag, n, j->c->separator)) {
                isg_free(tag);
                (void)isg_error_set(err, ISG_EDATA, j->path, line, "token %zu contains whitespace", i + 1);
                return isg_error_advice(err, "--separator tab allows spaces in tokens, but no tabs");
            }
            isg_writer_write(j->w, s->words.v[i], s->lengths.v[i]);
            isg_writer_write(j->w, &j->c->separator, 1);
            isg_writer_write(j->w, tag, n);
            isg_writer_text(j->w, "\n");
        }
        isg_free(tag);
    }
    if (tags)
        return write_tokens(j, tags, err);
    isg_writer_text(j->w, "\n");
    return ISG_OK;
}

static enum isg_status json_in(struct job *j, const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, j->path, err));
    isg_reader_watch(r, env, "converting");
    enum isg_status status = ISG_OK;
    json_t *o = NULL;
    for (;;) {
        char *text;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &text, &n, err));
        if (!text)
            break;
        const uint64_t line = isg_reader_lineno(r);
        if (strspn(text, " \t") == n)
            continue;
        json_error_t where;
        o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
        if (!o && json_error_code(&where) == json_error_out_of_memory) {
            status = isg_error_nomem(err, "a JSON line");
            goto out;
        }
        if (!json_is_object(o)) {
            status = isg_error_set(
                err, ISG_EDATA, j->path, line, "%s%s", o ? "not a JSON object" : "invalid JSON: ", o ? "" : where.text);
            goto out;
        }
        static const char *const keys[] = {"tags", "ner_tags", NULL};
        const json_t *const tags = first_of(o, keys);
        const bool spans = json_is_string(json_object_get(o, "text")) && !tags;
        ISG_GOTO(spans ? from_spans(j, o, line, err) : from_tokens(j, o, tags, line, err));
        ISG_GOTO(write_sentence(j, tags, line, err));
        json_decref(o);
        o = NULL;
    }
out:
    json_decref(o);
    isg_reader_close(r);
    return status;
}

enum isg_status isg_convert_text(const struct isg_convert *c, const char *in, const char *out, bool force,
    struct isg_converted *done, const struct isg_env *env, struct isg_error *err)
{
    struct job j = {.c = c, .path = in, .done = done, .types = isg_strtab_new()};
    enum isg_status status;
    memset(done, 0, sizeof *done);
    if (!j.types)
        return isg_error_nomem(err, "the types");
    ISG_GOTO(isg_writer_open(&j.w, out, force, err));
    status = c->from == ISG_TEXT_COLUMNS ? columns_in(&j, env, err) : json_in(&j, env, err);
    if (status == ISG_OK)
        status = isg_writer_commit(j.w, err);
    else
        isg_writer_abort(j.w);
out:
    isg_strtab_free(j.types);
    isg_tokeniser_free(j.tokeniser);
    ISG_ARRAY_FREE(j.tokens);
    isg_free(j.s.words.v);
    isg_free(j.s.lengths.v);
    isg_free(j.s.letters.v);
    isg_free(j.s.types.v);
    isg_free(j.s.spans.v);
    return status;
}
