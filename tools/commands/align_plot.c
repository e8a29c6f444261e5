/* isogloss align plot: words of both languages in the common space. */
#include "tools/commands/align_inputs.h"

#include <string.h>

enum { UNNAMED_WORDS = 40, FIRST = 100, STEP = 50 };

static enum isg_status run_plot(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_align_inputs in = {.max_vocab = 50000, .retrieval = "csls"};
    const char *path;
    /* clang-format off */
    const struct isg_opt table[] = {
        ISG_ALIGN_OPT_MAP(&in), ISG_ALIGN_OPT_SRC(&in), ISG_ALIGN_OPT_TGT(&in),
        {.name = "max-vocab", .kind = ISG_OPT_INT, .value = &in.max_vocab, .argument = "N", .min = 0, .max = 4e9,
            .help = "most frequent words to read from each vector file, 0 = all"},
        ISG_ALIGN_OPT_CSLS_K(&in), {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, NULL, &path, err));
    enum isg_status status;
    const size_t most = argc ? (size_t)argc : UNNAMED_WORDS;
    uint32_t *const rows = isg_malloc(most, sizeof *rows);
    size_t n = 0;
    if (!rows) {
        status = isg_error_nomem(err, "words to draw");
        goto out;
    }
    ISG_GOTO(isg_align_load_inputs(app, &in, err));
    for (int i = 0; i < argc; i++) {
        rows[n] = isg_align_find(&in.v[0], argv[i], strlen(argv[i]), ISG_DICT_CASE_AUTO);
        if (rows[n] == ISG_NO_ID)
            isg_log(&app->env, ISG_LOG_WARNING, "no vector for \"%s\"", argv[i]);
        else
            n++;
    }
    /* Without a list, words behind the first hundred, which are those of grammar. */
    for (size_t i = 0; argc == 0 && i < UNNAMED_WORDS && FIRST + i * STEP < in.v[0].m.rows; i++)
        rows[n++] = (uint32_t)(FIRST + i * STEP);
    const char *const names[2] = {in.path[0], in.path[1]};
    ISG_GOTO(isg_align_plot_space(in.space, &in.v[0], &in.v[1], rows, n, names, path, app->force, &app->env, err));
    if (strcmp(path, "-") != 0)
        fprintf(app->results, "%s: %zu words and their translations\n", path, n);
    isg_app_result(app, json_pack("{s:I}", "words", (json_int_t)n));
out:
    isg_free(rows);
    isg_align_inputs_fini(&in);
    return status;
}

const struct isg_tool isg_tool_align_plot = {
    {.name = "align plot",
        .summary = "draw words and their translations in the common space (SVG, PCA)",
        .synopsis = "--map MAP --src S --tgt T -o FILE.svg [WORD...]",
        .examples = "isogloss align plot --map en-es.map --src en.vec --tgt es.vec -o space.svg house river bank\n",
        .min_args = 0,
        .max_args = -1},
    .needs_out = true, .run = run_plot, .products = true};
