/* Dictionaries from one format to another. */
#include "tools/commands/convert_dict.h"
#include "translate/translate.h"

#include <string.h>

/* "en,es": letters, digits and hyphens, as BCP 47 has them. */
enum isg_status isg_parse_languages(
    const char *text, char codes[2][32], const char *languages[2], struct isg_error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    const size_t n = strspn(text, letters), m = text[n] == ',' ? strspn(text + n + 1, letters) : 0;
    if (n == 0 || n > 31 || m == 0 || m > 31 || text[n + 1 + m]) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "--languages \"%s\"", text);
        return isg_error_expected(err, "two codes with a comma between them, as en,es");
    }
    snprintf(codes[0], sizeof codes[0], "%.*s", (int)n, text);
    snprintf(codes[1], sizeof codes[1], "%s", text + n + 1);
    languages[0] = codes[0];
    languages[1] = codes[1];
    return ISG_OK;
}

static enum isg_status write_entries(struct isg_dictfile *file, const struct isg_lexicon *lex, struct isg_error *err)
{
    enum { MOST = 1024 };
    struct isg_lexicon_entry *const e = isg_malloc(MOST, sizeof *e);
    enum isg_status status = e ? ISG_OK : isg_error_nomem(err, "a dictionary");
    for (uint32_t id = 0; status == ISG_OK && id < isg_lexicon_size(lex); id++) {
        const size_t n = isg_lexicon_entries(lex, id, e, MOST);
        for (size_t i = 0; status == ISG_OK && i < n && i < MOST; i++) {
            const struct isg_dict_line line = {.source = isg_lexicon_source(lex, id, NULL),
                .target = isg_lexicon_target(lex, e[i].target, NULL),
                .rank = (uint32_t)i + 1,
                .score = (double)e[i].score};
            status = isg_dictfile_line(file, &line, err);
        }
    }
    isg_free(e);
    return status;
}

enum isg_status isg_convert_dict(
    struct isg_app *app, const char *in, const char *out, const char *to, const char *languages, struct isg_error *err)
{
    enum isg_status status;
    const int format = isg_dict_format_find(to);
    const char *names[2];
    char codes[2][32];
    struct isg_lexicon_report report;
    struct isg_dictfile file = {0};
    if (format < 0 || format == ISG_DICT_STARDICT) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "a dictionary cannot become %s", to);
        return isg_error_expected(err, "tsv, muse, csv, jsonl, xdxf, lift or tbx");
    }
    file.format = (enum isg_dict_format)format;
    if (languages) {
        ISG_TRY(isg_parse_languages(languages, codes, names, err));
        file.languages = names;
    }
    struct isg_lexicon *const lex = isg_lexicon_new();
    if (!lex)
        return isg_error_nomem(err, "a dictionary");
    ISG_GOTO(isg_lexicon_load(lex, in, &report, &app->env, err));
    ISG_GOTO(isg_writer_open(&file.w, out, app->force, err));
    isg_dictfile_begin(&file, false, false);
    ISG_GOTO(write_entries(&file, lex, err));
    isg_dictfile_end(&file);
    status = isg_writer_commit(file.w, err);
    file.w = NULL;
    if (status == ISG_OK)
        isg_app_result(app, json_pack("{s:s, s:s, s:I, s:I, s:I}", "from", report.format, "to", to, "entries",
                                (json_int_t)report.entries, "duplicates", (json_int_t)report.duplicates, "skipped",
                                (json_int_t)report.skipped));
out:
    isg_writer_abort(file.w);
    isg_lexicon_free(lex);
    return status;
}
