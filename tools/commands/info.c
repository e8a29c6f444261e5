/* isogloss info: show what a map, a model or a vector file contains. */
#include "ner/ner.h"
#include "tools/app.h"

#include <string.h>
#include <sys/stat.h>

/* safetensors starts with the length of its JSON header in eight bytes, then the header's brace. Only regular files are
 * looked at: a pipe can be read once, and a container is mapped. */
static enum isg_status is_container(const char *path, bool *yes, struct isg_error *err)
{
    struct isg_reader *reader = NULL;
    struct stat st;
    *yes = false;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
        return ISG_OK;
    unsigned char head[9] = {0};
    size_t got = 0;
    ISG_TRY(isg_reader_open(&reader, path, err));
    const enum isg_status status = isg_reader_read(reader, head, sizeof head, &got, err);
    isg_reader_close(reader);
    *yes = got == sizeof head && head[8] == '{' && head[5] == 0 && head[6] == 0 && head[7] == 0;
    return status;
}

/* What a tagger says of itself, NULL for what is none; the container is shown even where the tagger is broken. */
static enum isg_status model_info(
    struct isg_app *app, const struct isg_safetensors *st, json_t **out, struct isg_error *err)
{
    const char *const format = isg_safetensors_meta(st, "format");
    struct isg_ner_model *model;
    *out = NULL;
    if (!format || strncmp(format, "isogloss-ner/", 13) != 0)
        return ISG_OK;
    const enum isg_status status = isg_ner_model_open(&model, isg_safetensors_path(st), err);
    if (status != ISG_OK && status != ISG_EDATA)
        return status;
    if (status == ISG_EDATA) {
        char text[1024];
        isg_error_format(err, text, sizeof text);
        isg_log(&app->env, ISG_LOG_WARNING, "%s", text);
        return ISG_OK;
    }
    char *const summary = isg_ner_summary(model), *const about = isg_ner_model_describe(model);
    *out = about ? json_loads(about, 0, NULL) : NULL;
    const bool made = summary && *out;
    if (made)
        fputs(summary, app->results);
    isg_free(summary);
    isg_free(about);
    isg_ner_model_close(model);
    return made ? ISG_OK : isg_error_nomem(err, "what is to be said of the model");
}

static enum isg_status container_info(struct isg_app *app, const char *path, struct isg_error *err)
{
    static const char *const types[] = {"U8", "I32", "I64", "F16", "F32", "F64"};
    struct isg_safetensors *st = NULL;
    ISG_TRY(isg_safetensors_open(&st, path, err));
    json_t *model = NULL;
    const enum isg_status status = model_info(app, st, &model, err);
    if (status != ISG_OK) {
        isg_safetensors_close(st);
        return status;
    }
    json_t *const meta = json_object(), *const tensors = json_array();
    fprintf(app->results, "%s: %zu tensors\n", path, isg_safetensors_count(st));
    const char *key, *value;
    for (size_t i = 0; isg_safetensors_meta_at(st, i, &key, &value); i++) {
        fprintf(app->results, "  %-24s %.400s%s\n", key, value, strlen(value) > 400 ? " ..." : "");
        json_object_set_new(meta, key, isg_json_text(value));
    }
    for (size_t i = 0; i < isg_safetensors_count(st); i++) {
        const struct isg_tensor *t = isg_safetensors_at(st, i);
        json_t *shape = json_array();
        fprintf(app->results, "  tensor %-32s %s", t->name, types[t->dtype]);
        for (uint32_t d = 0; d < t->ndim; d++) {
            fprintf(app->results, "%s%llu", d ? " x " : "  ", (unsigned long long)t->shape[d]);
            json_array_append_new(shape, json_integer((json_int_t)t->shape[d]));
        }
        fputc('\n', app->results);
        json_array_append_new(tensors,
            json_pack("{s:o, s:s, s:o}", "name", isg_json_text(t->name), "dtype", types[t->dtype], "shape", shape));
    }
    isg_app_result(app, json_pack("{s:o, s:s, s:o, s:o, s:o*}", "file", isg_json_text(path), "format", "safetensors",
                            "metadata", meta, "tensors", tensors, "model", model));
    isg_safetensors_close(st);
    return ISG_OK;
}

static enum isg_status vectors_info(struct isg_app *app, const char *path, struct isg_error *err)
{
    struct isg_vectors v = {0};
    struct isg_vectors_report report = {0};
    const struct isg_vectors_opts opts = {0};
    ISG_TRY(isg_vectors_load(&v, path, &opts, &report, &app->env, err));
    fprintf(app->results, "%s: %zu word vectors of %zu dimensions (%s%s%s)\n", path, v.m.rows, v.m.cols, report.format,
        report.packing ? ", " : "", report.packing ? isg_packing_name(report.packing) : "");
    if (report.duplicates)
        fprintf(app->results, "  %llu words a second time, first on line %llu; the first row counts\n",
            (unsigned long long)report.duplicates, (unsigned long long)report.first_duplicate_line);
    if (report.zero_rows)
        fprintf(app->results, "  %llu rows of zeros\n", (unsigned long long)report.zero_rows);
    isg_app_result(app, json_pack("{s:o, s:s, s:b, s:I, s:I, s:I, s:I, s:I}", "file", isg_json_text(path), "format",
                            report.format, "gzip", report.packing == ISG_GZIP, "words", (json_int_t)v.m.rows,
                            "dimensions", (json_int_t)v.m.cols, "rows_in_file", (json_int_t)report.rows_in_file,
                            "duplicates", (json_int_t)report.duplicates, "zero_rows", (json_int_t)report.zero_rows));
    isg_vectors_fini(&v);
    return ISG_OK;
}

static enum isg_status run_info(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const struct isg_opt table[] = {{0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    bool container = false;
    ISG_TRY(is_container(argv[0], &container, err));
    return container ? container_info(app, argv[0], err) : vectors_info(app, argv[0], err);
}

const struct isg_tool isg_tool_info = {
    .cmd =
        {
            .name = "info",
            .summary = "show what a map, a model or a vector file contains",
            .synopsis = "FILE",
            .examples = "isogloss info en-es.map\n"
                        "isogloss info es.vec.gz --json\n",
            .min_args = 1,
            .max_args = 1,
            .operands = ISG_PATH_IN,
        },
    .run = run_info,
    .reports = true,
};
