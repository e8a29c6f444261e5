/* isogloss align apply: word vectors in the common space of a map. */
#include "tools/commands/align_inputs.h"

#include <string.h>

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
        ISG_ALIGN_OPT_VOCAB(&in), {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, NULL, &path, err));
    enum isg_status status;
    const enum isg_side side = strcmp(side_name, "target") == 0 ? ISG_TARGET : ISG_SOURCE;
    float *x = NULL;
    ISG_GOTO(isg_align_map_load(&in.map, in.map_path, err));
    ISG_GOTO(isg_align_load_vectors(app, &in, ISG_SOURCE, err));
    const size_t n = in.v[0].m.rows, dim = isg_align_map_dim(in.map);
    x = isg_malloc(n, dim * sizeof *x);
    if (!x) {
        status = isg_error_nomem(err, "mapped vectors");
        goto out;
    }
    const struct isg_vectors mapped = {.words = in.v[0].words, .m = isg_mat(x, n, dim)};
    ISG_GOTO(isg_align_project(in.map, side, in.v[0].m, mapped.m, &app->env, err));
    ISG_GOTO(isg_vectors_save(&mapped, path, app->force, err));
    fprintf(app->results, "%s: %zu words of %zu dimensions\n", path, n, dim);
    isg_app_result(app, json_pack("{s:I, s:I}", "words", (json_int_t)n, "dimensions", (json_int_t)dim));
out:
    isg_free(x);
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
    .run = run_apply, .products = true};
