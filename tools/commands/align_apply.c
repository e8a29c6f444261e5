/* isogloss align apply: word vectors in the common space of a map. */
#include "tools/commands/align_inputs.h"

#include <stdlib.h>
#include <string.h>

/* Rows are taken this many at a time, and the memory of those that are done is given back: one copy, not two. */
enum { SLICE = 16384 };

static enum isg_status map_rows(struct isg_align_inputs *in, enum isg_side side, struct isg_vectors *out,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_vectors *const v = &in->v[ISG_SOURCE];
    uint64_t memory = 0;
    if (in->memory)
        ISG_TRY(isg_align_parse_size(in->memory, &memory, err));
    if (memory)
        ISG_TRY(isg_vectors_limit(out, memory / 4, getenv("TMPDIR"), err));
    out->m.cols = out->m.stride = isg_align_map_dim(in->map);
    ISG_TRY(isg_vectors_reserve(out, v->m.rows, in->path[ISG_SOURCE], err));
    out->m.rows = v->m.rows;
    for (size_t first = 0; first < v->m.rows; first += SLICE) {
        const size_t n = v->m.rows - first < SLICE ? v->m.rows - first : SLICE;
        ISG_TRY(
            isg_align_project(in->map, side, isg_mat_rows(v->m, first, n), isg_mat_rows(out->m, first, n), env, err));
        isg_vectors_give_back(v, first, n);
        isg_vectors_rest(out);
    }
    return ISG_OK;
}

static enum isg_status apply(
    struct isg_app *app, struct isg_align_inputs *in, enum isg_side side, const char *path, struct isg_error *err)
{
    enum isg_status status;
    struct isg_vectors mapped = {0};
    ISG_GOTO(isg_align_map_load(&in->map, in->map_path, err));
    ISG_GOTO(isg_align_load_vectors(app, in, ISG_SOURCE, err));
    ISG_GOTO(map_rows(in, side, &mapped, &app->env, err));
    mapped.words = in->v[ISG_SOURCE].words;
    ISG_GOTO(isg_vectors_save(&mapped, path, app->force, err));
    fprintf(app->results, "%s: %zu words of %zu dimensions\n", path, mapped.m.rows, mapped.m.cols);
    isg_app_result(
        app, json_pack("{s:I, s:I}", "words", (json_int_t)mapped.m.rows, "dimensions", (json_int_t)mapped.m.cols));
out:
    mapped.words = NULL; /* of the input */
    isg_vectors_fini(&mapped);
    return status;
}

static enum isg_status run_apply(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {0};
    const char *side_name = "source", *path;
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in),
        {.name = "src", .letter = 's', .kind = ISG_OPT_STRING, .value = &in.path[0], .argument = "FILE", .path = ISG_PATH_IN, .required = true,
            .alias = "tgt", .help = "word vectors to map into the common space"},
        {.name = "side", .kind = ISG_OPT_CHOICE, .value = &side_name, .choices = "source|target",
            .help = "language of these vectors in the map"},
        ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_MEMORY(&in), {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, NULL, &path, err));
    const enum isg_status status = apply(
        app, &in, strcmp(side_name, "target") == 0 ? ISG_TARGET : ISG_SOURCE, path, err);
    isg_align_inputs_fini(&in);
    return status;
}

const struct isg_tool isg_tool_align_apply = {
    {.name = "align apply",
        .summary = "write a language's word vectors in the common space of a map",
        .synopsis = "--map MAP --src S -o FILE",
        .examples = "isogloss align apply --map en-es.map --src en.vec -o en.mapped.vec\n"
                    "isogloss align apply --map en-es.map --src es.vec --side target -o es.mapped.bin\n",
        .min_args = 0,
        .max_args = 0},
    .needs_out = true, .run = run_apply, .products = true};
