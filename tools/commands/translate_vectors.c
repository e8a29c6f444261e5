/* isogloss translate vectors: vectors of both languages, to train on source text and tag target text. */
#include "tools/app.h"
#include "translate/translate.h"
#include <string.h>

static enum isg_status run_vectors(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const char *mode = "common", *map_path = NULL, *src_path = NULL, *tgt_path = NULL, *out_path;
    int64_t max_vocab = 100000;
    const struct isg_opt table[] = {{.name = "mode",
                                        .kind = ISG_OPT_CHOICE,
                                        .value = &mode,
                                        .choices = "common|replace",
                                        .argument = "MODE",
                                        .help = "common: map both languages into one space; replace: give source words "
                                                "the vector of their nearest target word"},
        {.name = "map",
            .kind = ISG_OPT_STRING,
            .value = &map_path,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .required = true,
            .help = "map made by align fit"},
        {.name = "src",
            .letter = 's',
            .kind = ISG_OPT_STRING,
            .value = &src_path,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .required = true,
            .help = "word vectors of the source language"},
        {.name = "tgt",
            .letter = 't',
            .kind = ISG_OPT_STRING,
            .value = &tgt_path,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .required = true,
            .help = "word vectors of the target language"},
        {.name = "max-vocab",
            .kind = ISG_OPT_INT,
            .value = &max_vocab,
            .argument = "N",
            .min = 0,
            .max = 1e9,
            .help = "words read of each vector file, most frequent first; 0 = all"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, NULL, &out_path, err));
    const struct isg_vectors_opts vo = {.max_vocab = (size_t)max_vocab, .bad_utf8 = ISG_BAD_UTF8_SKIP};
    struct isg_vectors src = {0}, tgt = {0};
    struct isg_align_map *map = NULL;
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_align_map_load(&map, map_path, err));
    ISG_GOTO(isg_vectors_load(&src, src_path, &vo, NULL, &app->env, err));
    ISG_GOTO(isg_vectors_load(&tgt, tgt_path, &vo, NULL, &app->env, err));
    ISG_GOTO(isg_translate_vectors(strcmp(mode, "common") == 0 ? ISG_JOINT_COMMON : ISG_JOINT_REPLACE, map, &src, &tgt,
        out_path, app->force, &app->env, err));
    isg_app_result(app, json_pack("{s:s,s:s}", "mode", mode, "out", out_path));
out:
    isg_vectors_fini(&src);
    isg_vectors_fini(&tgt);
    isg_align_map_free(map);
    return status;
}

const struct isg_tool isg_tool_translate_vectors = {
    {.name = "translate vectors",
        .summary = "joint word vectors of both languages, for zero-shot taggers",
        .synopsis = "--map MAP --src S --tgt T -o JOINT.vec",
        .examples = "isogloss translate vectors --map en-es.map --src en.vec --tgt es.vec -o joint.vec\n"
                    "isogloss translate vectors --mode replace --map en-es.map --src en.vec --tgt es.vec -o "
                    "joint.vec",
        .min_args = 0,
        .max_args = 0},
    .needs_out = true, .run = run_vectors, .products = true};
