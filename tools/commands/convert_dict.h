/** @file tools/commands/convert_dict.h  Dictionaries from one format to another. */
#ifndef ISG_TOOLS_COMMANDS_CONVERT_DICT_H
#define ISG_TOOLS_COMMANDS_CONVERT_DICT_H
#include "tools/app.h"

/** "en,es" as two codes, of BCP 47's characters; languages points into codes. ISG_EUSAGE. */
ISG_MUST_CHECK enum isg_status isg_parse_languages(
    const char *text, char codes[2][32], const char *languages[2], struct isg_error *err);
/** Reads a dictionary of any format that isg_lexicon_load knows and writes it as `to`. @param languages  or NULL */
ISG_MUST_CHECK enum isg_status isg_convert_dict(
    struct isg_app *app, const char *in, const char *out, const char *to, const char *languages, struct isg_error *err);
#endif
