/* isogloss ner compare: is one tagger's output better than another's by more than chance? */
#include "ner/ner.h"
#include "tools/app.h"

static enum isg_status run_compare(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    int64_t rounds = 10000;
    const struct isg_opt table[] = {{.name = "rounds",
                                        .kind = ISG_OPT_INT,
                                        .value = &rounds,
                                        .argument = "N",
                                        .min = 1,
                                        .max = 10000000,
                                        .help = "rounds of approximate randomisation"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    struct isg_ner_score scores[2] = {0};
    struct isg_ner_comparison c;
    enum isg_status status;
    const struct isg_ner_eval_opts opts = {.gold = argv[0], .predicted = {argv[1], argv[2]}, .n_predicted = 2};
    ISG_GOTO(isg_ner_eval_files(scores, NULL, &opts, err));
    ISG_GOTO(isg_ner_compare(&c, &scores[0], &scores[1], (uint32_t)rounds, (uint64_t)app->seed, err));
    fprintf(app->results,
        "%s\tF1 %.2f\n%s\tF1 %.2f\ndifference\t%+.2f\np\t%.4g\t(approximate randomisation, %lld rounds)\n", argv[1],
        c.f1_a, argv[2], c.f1_b, c.f1_b - c.f1_a, c.p, (long long)rounds);
    isg_app_result(app, json_pack("{s:f, s:f, s:f, s:f, s:I}", "f1_a", c.f1_a, "f1_b", c.f1_b, "difference",
                            c.f1_b - c.f1_a, "p", c.p, "rounds", (json_int_t)rounds));
out:
    isg_ner_score_fini(&scores[0]);
    isg_ner_score_fini(&scores[1]);
    return status;
}

const struct isg_tool isg_tool_ner_compare = {{.name = "ner compare",
                                                  .summary = "significance test of the difference between two outputs",
                                                  .synopsis = "GOLD PREDICTED_A PREDICTED_B",
                                                  .examples = "isogloss ner compare eng.testb baseline.txt mine.txt\n",
                                                  .min_args = 3,
                                                  .max_args = 3,
                                                  .operands = ISG_PATH_IN},
    .run = run_compare, .reports = true};
