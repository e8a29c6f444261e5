/* What `isogloss check` found. */
#include "tools/commands/findings.h"

enum isg_status isg_findings_init(struct isg_findings *f, struct isg_app *app, int64_t shown, struct isg_error *err)
{
    *f = (struct isg_findings){
        .app = app, .shown = shown, .list = json_array(), .kinds = json_object(), .changes = json_array()};
    return f->list && f->kinds && f->changes ? ISG_OK : isg_error_nomem(err, "the findings");
}

void isg_findings_fini(struct isg_findings *f)
{
    json_decref(f->list);
    json_decref(f->kinds);
    json_decref(f->changes);
}

void isg_found(struct isg_findings *f, bool error, const char *kind, uint64_t line, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const json_int_t n = json_integer_value(json_object_get(f->kinds, kind)) + 1;
    json_object_set_new(f->kinds, kind, json_integer(n));
    f->errors += error;
    f->warnings += !error;
    if (f->shown > 0 && n > f->shown)
        return;
    const char *const level = error ? "error" : "warning";
    json_array_append_new(f->list, json_pack("{s:o, s:I, s:s, s:s, s:o}", "file", isg_json_text(f->file), "line",
                                       (json_int_t)line, "level", level, "kind", kind, "text", isg_json_text(text)));
    fprintf(f->app->results, "%s:", f->file);
    if (line)
        fprintf(f->app->results, "%llu:", (unsigned long long)line);
    fprintf(f->app->results, " %s: %s [%s]\n", level, text, kind);
}

void isg_fixed(struct isg_findings *f, const char *kind, uint64_t line, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    json_array_append_new(f->changes, json_pack("{s:o, s:I, s:s, s:o}", "file", isg_json_text(f->file), "line",
                                          (json_int_t)line, "kind", kind, "text", isg_json_text(text)));
    fprintf(f->app->results, "%s:%llu: fixed: %s [%s]\n", f->file, (unsigned long long)line, text, kind);
}

void isg_findings_file(struct isg_findings *f, const char *file)
{
    f->file = file;
    json_object_clear(f->kinds);
}

void isg_findings_end_file(struct isg_findings *f)
{
    const char *kind;
    json_t *count;
    json_object_foreach(f->kinds, kind, count)
    {
        const json_int_t n = json_integer_value(count);
        if (f->shown > 0 && n > f->shown)
            fprintf(
                f->app->results, "%s: %lld more [%s] (--show 0 lists all)\n", f->file, (long long)(n - f->shown), kind);
    }
}
