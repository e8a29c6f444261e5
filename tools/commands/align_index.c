/* isogloss align index: saves a FAISS index of a map's target side. */
#include "tools/commands/align_inputs.h"

#include <string.h>

static enum isg_status make_index(
    struct isg_app *app, struct isg_align_inputs *in, const char *path, struct isg_error *err)
{
    enum isg_status status;
    struct isg_index_sums sums;
    const struct isg_space_opts opts = {.csls_k = (uint32_t)in->csls_k};
    ISG_GOTO(isg_align_map_load(&in->map, in->map_path, err));
    if (in->path[0])
        ISG_GOTO(isg_align_check_sides(in->map, in->map_path, in->path[0], in->path[1], err));
    ISG_GOTO(isg_index_sums(&sums, in->map_path, in->path, err));
    ISG_GOTO(isg_align_space_open(&in->space, in->map, &opts, err));
    for (int s = 0; s < 2; s++) {
        if (!in->path[s])
            continue;
        ISG_GOTO(isg_align_load_vectors(app, in, (enum isg_side)s, err));
        ISG_GOTO(isg_align_space_take(in->space, (enum isg_side)s, &in->v[s], &app->env, err));
    }
    const struct isg_align_index_of of = {
        .map = sums.map, .target = sums.side[1], .source = in->path[0] ? sums.side[0] : NULL};
    ISG_GOTO(isg_align_index_save(in->space, in->index, &of, path, app->force, &app->env, err));
    const size_t n = in->v[1].m.rows;
    const char *const by = in->path[0] ? "csls" : "nn";
    if (strcmp(path, "-") != 0)
        fprintf(app->results, "%s: %s over %zu words, by %s\n", path, in->index, n, in->path[0] ? "CSLS" : "cosine");
    isg_app_result(app,
        json_pack("{s:I, s:o, s:s}", "words", (json_int_t)n, "factory", isg_json_text(in->index), "retrieval", by));
out:
    return status;
}

static enum isg_status run_index(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 200000, .index = "Flat"};
    const char *path;
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in), ISG_ALIGN_OPT_TGT(&in),
        {.name = "src", .letter = 's', .kind = ISG_OPT_STRING, .value = &in.path[0], .argument = "FILE", .path = ISG_PATH_IN,
            .help = "word vectors of the source language: an index by CSLS; without them, by cosine"},
        ISG_ALIGN_OPT_VOCAB(&in), ISG_ALIGN_OPT_CSLS_K(&in),
        {.name = "index", .kind = ISG_OPT_STRING, .value = &in.index, .argument = "FACTORY",
            .help = "FAISS factory string, as Flat, HNSW32 or IVF1024,Flat", .group = "Index"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, NULL, &path, err));
    const enum isg_status status = make_index(app, &in, path, err);
    isg_align_inputs_fini(&in);
    return status;
}

const struct isg_tool isg_tool_align_index = {
    {.name = "align index",
        .summary = "save a FAISS index of a map's target side, for --index of align and translate",
        .synopsis = "--map MAP --tgt T [--src S] -o FILE",
        .examples = "isogloss align index --map en-es.map --src en.vec --tgt es.vec -o en-es.index\n"
                    "isogloss align index --map en-es.map --tgt es.vec --index IVF1024,Flat -o en-es.index\n"
                    "isogloss align lookup --map en-es.map --src en.vec --tgt es.vec --index en-es.index house\n",
        .min_args = 0,
        .max_args = 0},
    .run = run_index,
    .products = true,
    .needs_out = true};
