/* A page that shows the sentences of a trace side by side. */
#include "translate/translate.h"
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
    "content=\"width=device-width\">\n"
    "<title>Translated corpus</title>\n<style>\n"
    ":root{color-scheme:light dark}body{font:16px/1.7 system-ui,sans-serif;max-width:72rem;margin:2rem "
    "auto;padding:0 1rem}\n"
    "table{border-collapse:collapse;width:100%}td{vertical-align:top;padding:.5rem .75rem;width:50%;"
    "border-top:1px solid #8884}\n"
    ".n{width:3rem;color:#888;text-align:right}mark{border-radius:.3em;padding:.05em "
    ".25em;background:#8883;color:inherit}\n"
    "mark::after{content:attr(title);font-size:.65em;margin-left:.4em;opacity:.7}\n"
    ".PER{background:#4c9be855}.LOC{background:#4caf5055}.ORG{background:#e8a33d55}.MISC{background:#"
    "b06fd855}\n"
    ".map{text-decoration:underline dotted}.unknown{color:#c33}.evidence,.policy{font-style:italic}\n"
    "ul{list-style:none;display:flex;gap:1.5rem;padding:0;flex-wrap:wrap}\n</style>\n"
    "<h1>Translated corpus</h1>\n<ul><li>lexicon<li class=\"map\">map<li class=\"evidence\">copied as a name"
    "<li class=\"unknown\">copied, unknown</ul>\n<table>\n";

static const char *text_at(const json_t *array, size_t i)
{
    const char *s = json_string_value(json_array_get(array, i));
    return s ? s : "";
}

/** Words with their entities marked; method[i] (NULL = none) is the class of a word's span. */
static void sentence(struct isg_writer *w, const json_t *words, const json_t *tags, const char *const *method)
{
    const char *open = NULL;
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *tag = text_at(tags, i), *type;
        size_t n, before_n = 0;
        const char letter = isg_tag_split(tag, strlen(tag), &type, &n);
        const bool inside = letter != 0 && letter != 'O';
        if (open) {
            const char *before;
            (void)isg_tag_split(open, strlen(open), &before, &before_n);
            if (!inside || letter == 'B' || letter == 'S' || before_n != n || memcmp(before, type, n) != 0) {
                isg_writer_text(w, "</mark>");
                open = NULL;
            }
        }
        if (i > 0)
            isg_writer_text(w, " ");
        if (inside && !open) {
            isg_writer_text(w, "<mark class=\"");
            isg_writer_xml(w, type);
            isg_writer_text(w, "\" title=\"");
            isg_writer_xml(w, type);
            isg_writer_text(w, "\">");
        }
        open = inside ? tag : NULL;
        if (method && method[i])
            isg_writer_printf(w, "<span class=\"%s\">", method[i]);
        isg_writer_xml(w, text_at(words, i));
        if (method && method[i])
            isg_writer_text(w, "</span>");
    }
    if (open)
        isg_writer_text(w, "</mark>");
}

static enum isg_status row(struct isg_writer *w, const json_t *j, struct isg_error *err)
{
    const json_t *target = json_object_get(j, "target"), *units = json_object_get(j, "units");
    const size_t n = json_array_size(target);
    const char **method = isg_calloc(n, sizeof *method);
    if (!method)
        return isg_error_nomem(err, "a sentence");
    for (size_t u = 0; u < json_array_size(units); u++) {
        const json_t *unit = json_array_get(units, u), *range = json_object_get(unit, "target");
        const char *name = json_string_value(json_object_get(unit, "method"));
        const json_int_t a = json_integer_value(json_array_get(range, 0)),
                         b = json_integer_value(json_array_get(range, 1));
        for (json_int_t i = a; name && i >= 0 && i < b && (size_t)i < n; i++)
            for (int m = 0; m < ISG_N_METHODS; m++)
                if (strcmp(name, isg_method_name((enum isg_method)m)) == 0 && m != ISG_BY_LEXICON && m != ISG_BY_CLASS)
                    method[i] = isg_method_name((enum isg_method)m);
    }
    isg_writer_printf(w, "<tr><td class=\"n\">%lld<td>", (long long)json_integer_value(json_object_get(j, "sentence")));
    sentence(w, json_object_get(j, "source"), json_object_get(j, "gold"), NULL);
    isg_writer_text(w, "<td>");
    sentence(w, target, json_object_get(j, "tags"), method);
    isg_writer_text(w, "\n");
    isg_free(method);
    return ISG_OK;
}

enum isg_status isg_translate_page(
    const char *trace_path, struct isg_writer *page, const struct isg_env *env, struct isg_error *err)
{
    struct isg_reader *r;
    ISG_TRY(isg_reader_open(&r, trace_path, err));
    isg_reader_watch(r, env, "reading a trace");
    enum isg_status status = ISG_OK;
    isg_writer_text(page, head);
    for (;;) {
        char *line;
        size_t n;
        ISG_GOTO(isg_reader_line(r, &line, &n, err));
        if (!line)
            break;
        json_error_t why;
        json_t *j = json_loadb(line, n, 0, &why);
        if (!json_is_object(j)) {
            json_decref(j);
            (void)isg_error_set(err, ISG_EDATA, trace_path, isg_reader_lineno(r), "malformed JSON (%.100s)", why.text);
            status = isg_error_expected(err, "a trace as written by isogloss translate --trace");
            goto out;
        }
        status = row(page, j, err);
        json_decref(j);
        if (status != ISG_OK)
            goto out;
    }
    isg_writer_text(page, "</table>\n");
out:
    isg_reader_close(r);
    return status;
}
